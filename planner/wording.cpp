#include "planner/wording.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text_width.h"

namespace berth::plan {
namespace {

bool forces(const Change& change, const FieldChange& field) { return change.kind == ChangeKind::replace && field.update == ir::schema::UpdateClass::replacement; }

std::string after_text(const FieldChange& field) {
  if (field.after.empty()) return "";
  // That a setting is not written any more is worth a word only where something else was there.
  return ir::spell(field.after) + (!field.before.empty() && field.after.origin().is_default ? " (default)" : "");
}

/// Changes of a line each that are not worth being put together.
constexpr std::size_t kFewLines = 10;

/// What is said of a change but its own name, the place of its declaration, and the revision it leaves.
std::string words_of(const Change& change) {
  std::string text = headline(change);
  const std::string own = "task." + change.address.name;
  if (const std::size_t at = text.find(own + " "); at != std::string::npos) text.replace(at, own.size(), "its task");
  text += fmt::format("\n{} {} {}", change.address.kind, symbol(change.kind), change.deployment ? "runs another revision" : "");
  for (const FieldChange& field : change.fields) {
    const SettingLine line = setting_line(field);
    const bool is_own = field.path == "task" && line.after == own;
    text += fmt::format("\n{} {} {} {}", line.path, is_own ? "its task" : line.values(), line.via, forces(change, field));
  }
  if (!change.rollout) return text;
  text += "\n" + bounds_of(*change.rollout) + end_of(*change.rollout) + (change.rollout->room ? room_text(*change.rollout->room) : "");
  for (const RolloutStep& step : change.rollout->steps) text += "\n" + moment_of(step.at) + deeds_of(step) + counts_of(step, *change.rollout);
  return text;
}

}  // namespace

std::string padded(const std::string& text, int width) { return text + std::string(static_cast<std::size_t>(std::max(0, width - display_width(text))), ' '); }

std::string count_of_tasks(std::int64_t count) { return fmt::format("{} {}", count, count == 1 ? "task" : "tasks"); }

std::string_view words_of(ChangeKind kind) { return kind == ChangeKind::revise ? "new revision" : word(kind); }

std::string headline(const Change& change) { return fmt::format("{}: {}", words_of(change.kind), change.reason.text); }

std::string SettingLine::values() const {
  const std::string mark = forces ? "  ← forces replacement" : "";
  if (before.empty()) return "+ " + after + mark;
  if (after.empty()) return "- " + before + mark;
  return fmt::format("{} → {}{}", before, after, mark);
}

SettingLine setting_line(const FieldChange& field) {
  return {.path = field.path, .before = field.before.empty() ? "" : ir::spell(field.before), .after = after_text(field), .place = field.place, .via = field.via};
}

std::vector<SettingLine> setting_lines(const Change& change) {
  std::vector<SettingLine> lines;
  if (change.deployment) lines.push_back({.path = "task definition", .before = change.deployment->from, .after = change.deployment->to, .place = "", .via = ""});
  for (const FieldChange& field : change.fields) {
    lines.push_back(setting_line(field));
    lines.back().forces = forces(change, field);
  }
  return lines;
}

std::vector<ChangeGroup> groups_of(const std::vector<const Change*>& changes) {
  std::vector<ChangeGroup> groups;
  std::map<std::string, std::size_t> by_words;
  for (const Change* change : changes) {
    const auto [found, is_new] = by_words.emplace(words_of(*change), groups.size());
    if (is_new) groups.push_back({.first = change, .others = {}});
    else groups[found->second].others.push_back(change);
  }
  std::vector<ChangeGroup> told;
  for (ChangeGroup& group : groups) {
    const bool is_line = !group.first->rollout && setting_lines(*group.first).empty();
    std::vector<const Change*> alone;
    if (is_line && group.others.size() < kFewLines) alone.swap(group.others);
    told.push_back(std::move(group));
    for (const Change* change : alone) told.push_back({.first = change, .others = {}});
  }
  return told;
}

std::string names_of(const std::vector<const Change*>& changes, std::size_t most) {
  const std::size_t shown = most == 0 || changes.size() <= most ? changes.size() : most - 1;
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + changes[i]->address.text();
  return shown < changes.size() ? fmt::format("{} and {} more", text, changes.size() - shown) : text;
}

std::string bounds_of(const Rollout& rollout) {
  const std::string each = rollout.daemon ? " (a daemon)" : "";
  std::string text = rollout.replaces ? fmt::format("{}{}, at least {} healthy, at most {}: lowest healthy {}, peak {}", count_of_tasks(rollout.replicas), each, rollout.least_healthy,
                                                    rollout.most_tasks, rollout.lowest_healthy, rollout.peak_tasks)
                                      : fmt::format("{} → {}, none replaced", rollout.running, count_of_tasks(rollout.replicas));
  std::vector<std::string> sizes;
  if (rollout.peak_cpu > 0) sizes.push_back(ir::spell(ir::Quantity{rollout.peak_cpu, ir::Unit::cpu}));
  if (rollout.peak_memory > 0) sizes.push_back(ir::spell(ir::Quantity{rollout.peak_memory, ir::Unit::bytes}));
  if (!sizes.empty()) text += fmt::format(" ({})", fmt::join(sizes, ", "));
  return text;
}

std::string room_text(const InstanceRoom& room) {
  if (room.instances == 0) return "the cluster has no instances";
  const std::string all = fmt::format("{} {}", room.instances, room.instances == 1 ? "instance" : "instances");
  if (room.refusals.empty()) return fmt::format("fits on {}", all);
  constexpr std::size_t kMost = 3;
  std::string text = fmt::format("waits for a place on {}", all);
  for (std::size_t i = 0; i < std::min(kMost, room.refusals.size()); ++i) text += fmt::format("{} {} {}", i == 0 ? ":" : ";", room.refusals[i].instance.substr(0, 12), room.refusals[i].why);
  if (room.refusals.size() > kMost) text += fmt::format("; and {} more", room.refusals.size() - kMost);
  return text;
}

std::string moment_of(Milliseconds at) { return "+" + ir::spell(ir::Quantity{at.count(), ir::Unit::milliseconds}); }

std::string deeds_of(const RolloutStep& step) {
  std::vector<std::string> deeds;
  if (step.stopped > 0) deeds.push_back(fmt::format("stop {}", step.stopped));
  if (step.started > 0) deeds.push_back(fmt::format("start {}", step.started));
  return fmt::format("{}", fmt::join(deeds, ", "));
}

std::string counts_of(const RolloutStep& step, const Rollout& rollout) {
  const std::string counts =
      rollout.replaces ? fmt::format("{} old, {} new", step.old_tasks, step.new_tasks) : count_of_tasks(step.old_tasks + step.new_tasks);
  return fmt::format("{}, {} healthy", counts, step.healthy);
}

std::string end_of(const Rollout& rollout) {
  const std::string failed = rollout.failures > 0 ? fmt::format("{} failed tasks", rollout.failures) : "";
  switch (rollout.end) {
    case RolloutEnd::completed:
      if (failed.empty()) return "completed, at the earliest";
      return fmt::format("completed, at the earliest; {} end it{}", failed, rollout.rolls_back ? " and bring the old ones back" : "");
    case RolloutEnd::rolled_back: return fmt::format("the circuit breaker has ended it after {} and brought the old ones back", failed);
    case RolloutEnd::failed: return fmt::format("the circuit breaker has ended it after {}; what runs stays", failed);
    case RolloutEnd::never: break;
  }
  return failed.empty() ? "not completed within an hour, and no circuit breaker ends it" : "not completed within an hour";
}

std::string verdict_of(const PolicyResult& policy) {
  if (policy.failures.empty()) return "holds";
  return policy.advisory ? "does not hold" : "does not hold; it denies the plan";
}

std::string subject_of(const NotCarriedOut& item) {
  return item.path.empty() ? item.address.text() : fmt::format("{} {}", item.address.text(), item.path);
}

std::string fate_of(const Drift& drift) {
  return drift.kind == DriftKind::out_of_band ? drift.text + "; this plan changes it back" : drift.text;
}

std::string last_line(const Plan& plan) {
  if (!plan.applyable) return "This plan has errors and cannot be applied.";
  if (plan.empty()) return "No changes.";
  const Counts counts = plan.counts();
  return fmt::format("Plan: {} to add, {} to change, {} to destroy.", counts.to_add(), counts.to_change(), counts.to_destroy());
}

}  // namespace berth::plan
