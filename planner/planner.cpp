#include "planner/planner.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "planner/diff.h"
#include "planner/drift.h"
#include "planner/moved.h"
#include "planner/partial.h"
#include "planner/plan_file.h"
#include "planner/rehearse_all.h"
#include "planner/sensitive.h"
#include "planner/support.h"
#include "planner/support_externs.h"
#include "planner/tags.h"

namespace berth::plan {
namespace {

/// Position of a kind in the schema, in which a kind stands after those that it refers to.
std::size_t rank(const ir::Address& address) {
  const auto kinds = ir::schema::resource_kinds();
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const ir::schema::Block& block) { return block.kind == address.kind; });
  return static_cast<std::size_t>(found - kinds.begin());
}

bool in_order(const ir::Address& a, const ir::Address& b) { return std::make_pair(rank(a), a.name) < std::make_pair(rank(b), b.name); }

std::vector<const ir::Resource*> in_dependency_order(const ir::Program& program) {
  std::vector<const ir::Resource*> resources;
  for (const auto& [address, resource] : program.resources) resources.push_back(&resource);
  std::sort(resources.begin(), resources.end(),
            [](const ir::Resource* a, const ir::Resource* b) { return in_order(a->address, b->address); });
  return resources;
}

void add_unwanted(const Differ& differ, const Ownership& live, const Options& options, Plan& plan) {
  const std::size_t begin = plan.changes.size();
  for (const auto& [address, set] : live.all()) {
    if (set.ours.empty() || (!options.destroy && plan.program->resources.count(address) > 0)) continue;
    plan.changes.push_back(differ.unwanted(address, set));
  }
  std::sort(plan.changes.begin() + static_cast<std::ptrdiff_t>(begin), plan.changes.end(),
            [](const Change& a, const Change& b) { return in_order(b.address, a.address); });
}

/// The tag is the operator's word against ours: it holds also when the block is gone from the source.
void check_protection(const Plan& plan, DiagnosticSink& sink) {
  for (const Change& change : plan.changes) {
    if (change.kind != ChangeKind::destroy && change.kind != ChangeKind::replace) continue;
    if (plan.program->removed.count(change.address) > 0) continue;  // the source says, with a reason, that it may go
    std::vector<const ir::LiveResource*> doomed = change.revisions;
    if (doomed.empty()) doomed.push_back(change.before);
    const auto found = std::find_if(doomed.begin(), doomed.end(), [](const ir::LiveResource* live) { return live->protect; });
    const auto wanted = plan.program->resources.find(change.address);
    const bool asked = wanted != plan.program->resources.end() && prevents_destroy(wanted->second) == true;
    if (found == doomed.end() && !asked) continue;
    if (found == doomed.end()) {
      sink.report("E0602", wanted->second.origin, fmt::format("`{}` is protected and would be destroyed: {}", change.address.text(), change.reason.text))
          .note("its `lifecycle` says `prevent_destroy`")
          .help("take that away first, and apply, when the resource may go");
      continue;
    }
    sink.report("E0602", change.after == nullptr ? Span{} : change.after->origin,
                fmt::format("`{}` is protected and would be destroyed: {}", change.address.text(), change.reason.text))
        .note(fmt::format("{} has the tag `{}` = \"true\"", (*found)->arn, kProtectTag))
        .help(change.kind == ChangeKind::destroy
                  ? fmt::format("when it may go: `removed {} {} {{ reason = \"…\" }}`, or remove that tag", change.address.kind, change.address.name)
                  : std::string("remove that tag first when the resource may go"));
  }
}

void add_warnings(const Ownership& live, Plan& plan) {
  for (const Change& change : plan.changes) {
    if (change.address.kind == "task") continue;
    const LiveSet& set = live.at(change.address);
    for (std::size_t i = 1; i < set.ours.size(); ++i) {
      plan.warnings.push_back({fmt::format("{} has the tags of {} too and is left alone; delete it or remove its tags", set.ours[i]->arn,
                                           change.address.text()), change.place});
    }
  }
}

void report_spent(const std::vector<ir::Moved>& spent, DiagnosticSink& sink) {
  for (const ir::Moved& moved : spent) {
    Diagnostic& diagnostic = sink.report("W0505", moved.origin, fmt::format("this `moved` is spent: nothing live has the address `{}`", moved.from.text()), "has done its work here");
    diagnostic.help("remove it when this is said in every environment");
    if (moved.origin.valid()) diagnostic.fix(moved.origin, "");
  }
}

}  // namespace

Plan make_plan(ir::Program program, ir::Snapshot snapshot, const Options& options, DiagnosticSink& sink) {
  Plan plan;
  if (!options.destroy) plan.not_carried_out = take_out(program, options);
  plan.live = live_digests(snapshot);  // before anything is readdressed
  const std::vector<ir::Moved> spent = carry_over(program, snapshot);
  hide_sensitive(program, snapshot, options.mark_key);
  plan.program = std::make_shared<const ir::Program>(std::move(program));
  plan.snapshot = std::make_shared<const ir::Snapshot>(std::move(snapshot));
  plan.destroy_all = options.destroy;
  plan.live_digest = sha256_hex(canonical_json(plan.live));

  const Ownership live(*plan.snapshot, plan.program->id());
  Differ differ(*plan.program, live, options, sink);
  const std::size_t errors_before = sink.count(Severity::error);
  if (!options.destroy) {
    for (const ir::Resource* resource : in_dependency_order(*plan.program)) plan.changes.push_back(differ.wanted(*resource));
    plan.warnings = check_support(*plan.program, options, sink);
    if (options.target == Target::aws) check_externs(*plan.program, sink);
    report_spent(spent, sink);
  }
  add_unwanted(differ, live, options, plan);
  add_warnings(live, plan);
  check_protection(plan, sink);
  rehearse_all(plan, options, sink);
  plan.drift = find_drift(plan.changes, live);
  plan.applyable = sink.count(Severity::error) == errors_before;
  return plan;
}

}  // namespace berth::plan
