#include "planner/plan.h"

#include <algorithm>

#include "base/check.h"

namespace berth::plan {

std::string_view word(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::no_op: return "no-op";
    case ChangeKind::create: return "create";
    case ChangeKind::update: return "update";
    case ChangeKind::revise: return "revise";
    case ChangeKind::replace: return "replace";
    case ChangeKind::destroy: return "destroy";
  }
  BERTH_CHECK(false, "a change kind without a word");
}

std::string_view symbol(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::no_op: return " ";
    case ChangeKind::create: return "+";
    case ChangeKind::update:
    case ChangeKind::revise: return "~";
    case ChangeKind::replace: return "-/+";
    case ChangeKind::destroy: return "-";
  }
  BERTH_CHECK(false, "a change kind without a symbol");
}

std::string_view word(ReasonKind kind) {
  switch (kind) {
    case ReasonKind::unchanged: return "unchanged";
    case ReasonKind::not_there: return "not-there";
    case ReasonKind::fields_differ: return "fields-differ";
    case ReasonKind::tags_differ: return "tags-differ";
    case ReasonKind::task_changes: return "task-changes";
    case ReasonKind::other_revision: return "other-revision";
    case ReasonKind::forces_replacement: return "forces-replacement";
    case ReasonKind::parent_replaced: return "parent-replaced";
    case ReasonKind::not_in_program: return "not-in-program";
    case ReasonKind::destroy_all: return "destroy-all";
  }
  BERTH_CHECK(false, "a reason without a word");
}

std::string_view word(DriftKind kind) {
  switch (kind) {
    case DriftKind::out_of_band: return "out-of-band";
    case DriftKind::unmapped: return "unmapped";
    case DriftKind::revision: return "revision";
  }
  BERTH_CHECK(false, "a drift kind without a word");
}

Counts Plan::counts() const {
  Counts counts;
  for (const Change& change : changes) {
    switch (change.kind) {
      case ChangeKind::no_op: break;
      case ChangeKind::create: ++counts.create; break;
      case ChangeKind::update:
      case ChangeKind::revise: ++counts.update; break;
      case ChangeKind::replace: ++counts.replace; break;
      case ChangeKind::destroy: ++counts.destroy; break;
    }
  }
  return counts;
}

bool Plan::denied() const {
  return std::any_of(policies.begin(), policies.end(), [](const PolicyResult& policy) { return !policy.advisory && !policy.failures.empty(); });
}

bool Plan::empty() const {
  return std::all_of(changes.begin(), changes.end(), [](const Change& change) { return change.kind == ChangeKind::no_op; });
}

const Change* Plan::find(const ir::Address& address) const {
  const auto found = std::find_if(changes.begin(), changes.end(), [&](const Change& change) { return change.address == address; });
  return found == changes.end() ? nullptr : &*found;
}

}  // namespace berth::plan
