#include "planner/reason.h"

#include <algorithm>

#include <fmt/format.h>

#include "planner/field_diff.h"
#include "planner/tags.h"

namespace berth::plan {
namespace {

constexpr std::size_t kNamedPaths = 3;

/// "a", "a and b", "a, b and c", "a, b, c and 2 more".
std::string enumerate(const std::vector<std::string>& paths) {
  std::string text;
  const std::size_t shown = std::min(paths.size(), kNamedPaths);
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == paths.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + paths[i];
  }
  if (paths.size() > shown) text += fmt::format(" and {} more", paths.size() - shown);
  return text;
}

template <class Predicate>
std::vector<std::string> paths_of(const std::vector<FieldChange>& fields, Predicate wanted) {
  std::vector<std::string> paths;
  for (const FieldChange& field : fields) {
    if (wanted(field)) paths.push_back(field.path);
  }
  return paths;
}

Reason reason_for_deployment(const Change& change, bool new_revision) {
  const ir::Value* task = ir::at(change.after->body, {"task"});
  const ir::Value* live_task = ir::at(change.before->resource.body, {"task"});
  const std::string wanted = task->as_reference()->target.text();
  if (live_task != nullptr && live_task->as_reference() != nullptr && *live_task != *task) {
    return {ReasonKind::task_changes, fmt::format("it is to run {} instead of {}", wanted, live_task->as_reference()->target.text())};
  }
  if (new_revision) return {ReasonKind::task_changes, fmt::format("{} gets a new revision", wanted)};
  const std::string& from = change.deployment->from;
  return {ReasonKind::other_revision, fmt::format("it runs {}, not {}", from.empty() ? "no revision" : from, change.deployment->to)};
}

Reason reason_for_tags(const Change& change) {
  const auto user_tags = paths_of(change.fields, is_tag);
  if (!user_tags.empty()) return {ReasonKind::tags_differ, "only tags change"};
  if (!change.before->tagged_address.empty()) return {ReasonKind::tags_differ, fmt::format("moved from {}", change.before->tagged_address)};
  std::vector<std::string> ours;
  for (const auto& tag : change.tags) ours.push_back(tag.first);
  for (const std::string& tag : change.untag) ours.push_back(tag);
  return {ReasonKind::tags_differ, fmt::format("its tag {} differs", enumerate(ours))};
}

}  // namespace

std::string settings_change(const std::vector<FieldChange>& fields) {
  const auto paths = paths_of(fields, [](const FieldChange& field) { return !is_tag(field); });
  return fmt::format("{} {}", enumerate(paths), paths.size() == 1 ? "changes" : "change");
}

std::string replacing_settings(const std::vector<FieldChange>& fields) {
  const auto paths = paths_of(fields, [](const FieldChange& field) { return field.update == ir::schema::UpdateClass::replacement; });
  return fmt::format("{} cannot be changed in place", enumerate(paths));
}

Reason reason_for_update(const Change& change, bool new_revision) {
  const bool settings = std::any_of(change.fields.begin(), change.fields.end(), [](const FieldChange& field) { return !is_tag(field); });
  if (change.deployment) {
    Reason reason = reason_for_deployment(change, new_revision);
    if (settings) reason.text += "; " + settings_change(change.fields);
    return reason;
  }
  if (settings) return {ReasonKind::fields_differ, settings_change(change.fields)};
  return reason_for_tags(change);
}

}  // namespace berth::plan
