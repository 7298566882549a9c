#include "planner/drift.h"

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

#include "planner/field_diff.h"
#include "planner/tags.h"

namespace berth::plan {
namespace {

std::string spelled(const ir::Value& value) { return value.empty() ? "not set" : ir::spell(value); }

/// ARNs of the revisions that are ours. A service that runs one of them was rolled back, or the source went back; one that runs another was moved.
std::set<std::string> own_revisions(const Ownership& live) {
  std::set<std::string> arns;
  for (const auto& [address, set] : live.all()) {
    if (address.kind != "task") continue;
    for (const ir::LiveResource* revision : set.ours) arns.insert(revision->arn);
  }
  return arns;
}

void out_of_band(const Change& change, const std::set<std::string>& own, std::vector<Drift>& found) {
  if (change.kind == ChangeKind::no_op || change.before == nullptr || change.after == nullptr || change.address.kind == "task") return;
  if (change.before->hash != ir::content_hash(*change.after)) return;
  for (const FieldChange& field : change.fields) {
    // The hash does not cover sensitive values: a new one in the source is no drift.
    if (is_tag(field) || ir::contains_sensitive(field.before) || ir::contains_sensitive(field.after)) continue;
    found.push_back({change.address, DriftKind::out_of_band, field.path,
                     fmt::format("{} is {}, applied was {}", field.path, spelled(field.before), spelled(field.after))});
  }
  if (change.reason.kind == ReasonKind::other_revision && own.count(running_task(*change.before)) == 0) {
    found.push_back({change.address, DriftKind::out_of_band, "task",
                     fmt::format("it runs {}, which is not the stack's", change.deployment->from)});
  }
}

void unmapped(const Change& change, std::vector<Drift>& found) {
  if (change.before == nullptr || change.kind == ChangeKind::destroy) return;
  for (const std::string& path : change.before->unmapped) {
    found.push_back({change.address, DriftKind::unmapped, path, fmt::format("`{}` is set and is left alone", path)});
  }
}

void foreign_revisions(const Change& change, const Ownership& live, std::vector<Drift>& found) {
  if (change.address.kind != "task" || change.before == nullptr) return;
  const LiveSet& set = live.at(change.address);
  for (const ir::LiveResource* foreign : set.foreign) {
    if (foreign->revision < set.ours.front()->revision) continue;
    found.push_back({change.address, DriftKind::revision, "",
                     fmt::format("{} was registered by somebody else and is left alone", short_arn(foreign->arn))});
  }
}

}  // namespace

std::vector<Drift> find_drift(const std::vector<Change>& changes, const Ownership& live) {
  const std::set<std::string> own = own_revisions(live);
  std::vector<Drift> found;
  for (const Change& change : changes) {
    out_of_band(change, own, found);
    unmapped(change, found);
    foreign_revisions(change, live, found);
  }
  std::stable_sort(found.begin(), found.end(), [](const Drift& a, const Drift& b) { return a.address < b.address; });
  return found;
}

}  // namespace berth::plan
