#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "planner/plan.h"

namespace berth::plan {

// What a plan says in words, the same in every output for people: text, Markdown and HTML only arrange it. What is sensitive is a mark by then
// (planner/sensitive.h).

/// With blanks after it, up to a width on the screen.
std::string padded(const std::string& text, int width);
/// "1 task", "3 tasks".
std::string count_of_tasks(std::int64_t count);
/// "create", "update", "new revision" …
std::string_view words_of(ChangeKind kind);
/// "update: task.web gets a new revision".
std::string headline(const Change& change);

/// One line below a change: a setting, or the revision that a service moves to.
struct SettingLine {
  std::string path;
  std::string before;  ///< as spelled in the language; "" when it was not there
  std::string after;   ///< the same; "" when it goes
  std::string place;   ///< "shop.ecs:14" or ""
  std::string via;     ///< the parameter or let that it came through, or ""
  bool forces = false; ///< it forces the replacement of its resource

  /// `"web:1" → "web:2"`, `+ "web:2"`, `- "web:1"`.
  [[nodiscard]] std::string values() const;
};
SettingLine setting_line(const FieldChange& field);
std::vector<SettingLine> setting_lines(const Change& change);

/// Changes that say the same: the first is told, the others are named.
struct ChangeGroup {
  const Change* first = nullptr;
  std::vector<const Change*> others;
};
/// The changes in groups, in the order of their first ones. A few that take a line each stay alone.
std::vector<ChangeGroup> groups_of(const std::vector<const Change*>& changes);
/// "task.b, task.c, task.d and 996 more"; all of them when `most` is 0.
std::string names_of(const std::vector<const Change*>& changes, std::size_t most);

/// "8 tasks, at least 4 healthy, at most 12: lowest healthy 4, peak 12 (3 vCPU, 1536 MiB)".
std::string bounds_of(const Rollout& rollout);
/// "fits on 2 instances", "waits for a place on 1 instance: 9f2c… needs 512 MiB of memory, 256 of 1024 are free".
std::string room_text(const InstanceRoom& room);
/// "+8s".
std::string moment_of(Milliseconds at);
/// "stop 4, start 8".
std::string deeds_of(const RolloutStep& step);
/// "4 old, 8 new, 4 healthy"; "8 tasks, 4 healthy" when none is replaced.
std::string counts_of(const RolloutStep& step, const Rollout& rollout);
/// "completed, at the earliest; 4 failed tasks end it and bring the old ones back".
std::string end_of(const Rollout& rollout);

/// "holds", "does not hold", "does not hold; it denies the plan".
std::string verdict_of(const PolicyResult& policy);
/// "service.web scale": what is not carried out.
std::string subject_of(const NotCarriedOut& item);
/// "replicas is 3, applied was 2; this plan changes it back".
std::string fate_of(const Drift& drift);
/// "Plan: 2 to add, 1 to change, 0 to destroy.", "No changes.", or that it has errors.
std::string last_line(const Plan& plan);

}  // namespace berth::plan
