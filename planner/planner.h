#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/diagnostic.h"
#include "planner/plan.h"

namespace berth::plan {

/// Whose column of the schema says what is carried out.
enum class Target : std::uint8_t { local, aws };

struct Options {
  Target target = Target::local;
  /// Plan the destruction of everything that is ours; the program gives the stack, its resources do not count.
  bool destroy = false;
  /// Random, for the marks of sensitive values: equal values have equal marks within one plan. "" gives them none.
  std::string mark_key;
  /// Rehearse the rollouts with this failure in them.
  std::optional<RehearsedFailure> failure;
  /// Finds out about the instances of a cluster, by its ARN; asked where a change needs to know. Nothing when nobody knows.
  std::function<std::optional<Room>(const std::string& cluster)> room_of;
  /// For a program without sources (read from a file): by address.
  std::map<std::string, WrittenTable> places;
  /// What was taken out of the program before, when it was saved.
  std::vector<NotCarriedOut> not_carried_out;
};

/// What the program's environment deploys to.
inline Target target_of(const ir::Program& program) { return program.target == "aws" ? Target::aws : Target::local; }

/// Compares what is wanted with what runs. Pure and total: a plan comes back also when there are errors, which are reported to `sink`, and
/// then `applyable` is false. Linear in the number of resources.
/// What the target does not carry out is taken out of the program and listed.
/// E0601: a resource of the wanted name exists and is not ours. E0602: a protected resource would be destroyed. E0603: the target rejects a setting.
/// E0604: a capacity provider would have to be another one under its name. E0620: a rollout can never finish.
Plan make_plan(ir::Program program, ir::Snapshot snapshot, const Options& options, DiagnosticSink& sink);

}  // namespace berth::plan
