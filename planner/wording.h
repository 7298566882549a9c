#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "planner/plan.h"

namespace berth::plan {

// What a plan says in words, the same in every output for people: text, Markdown and HTML only arrange it. What is sensitive is a mark by then
// (planner/sensitive.h).

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

/// "8 tasks, at least 4 healthy, at most 12: lowest healthy 4, peak 12 (3 vCPU, 1536 MiB)".
std::string bounds_of(const Rollout& rollout);
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
