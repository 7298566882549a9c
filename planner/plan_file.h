#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/planner.h"

namespace berth::plan {

/// Digest of each thing in a snapshot, by "address" or "address arn"; counts of running tasks and the like do not matter.
std::map<std::string, std::string> live_digests(const ir::Snapshot& snapshot);
/// One digest over all of them.
std::string live_digest(const ir::Snapshot& snapshot);

/// What a plan was made with besides its program.
struct MadeWith {
  std::string tool;                          ///< version and commit
  std::map<std::string, std::string> locks;  ///< SHA-256 of the lock files that the program was compiled with, by path
  bool operator==(const MadeWith&) const = default;
};

/// A plan that was saved: the program, how it was planned, and the live state it was made for. The changes are made again from these.
struct SavedPlan {
  ir::Program program;
  Options options;
  std::vector<PolicyResult> policies;       ///< what the checks found then
  ir::Snapshot snapshot;                    ///< what ran, to show the plan again
  std::map<std::string, std::string> live;  ///< as of live_digests(): what must run still
  MadeWith made_with;
};

/// JSON text of a plan file. It contains a digest of its own content.
std::string save_plan(const Plan& plan, const Options& options, const MadeWith& made_with);
/// The reverse. Error code "plan-file": not a plan file, of a format we do not know, or changed since it was written.
Result<SavedPlan> load_plan(std::string_view text);

/// The plan as it was when it was saved, without asking anybody.
Plan plan_again(const SavedPlan& saved);

/// What moved between the plan and now, as sentences for people, sorted; empty when the plan may be applied. Anything else is exit code 4.
std::vector<std::string> what_moved(const SavedPlan& plan, const ir::Snapshot& now);

}  // namespace berth::plan
