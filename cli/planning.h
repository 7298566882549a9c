#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/common.h"
#include "cli/connection.h"
#include "planner/plan.h"
#include "planner/planner.h"
#include "planner/provider.h"

namespace berth::cli {

/// What to do when no local engine answers.
enum class WithoutEngine {
  assume_nothing_runs,  ///< start it when it has left state behind, else plan as if nothing ran
  start_it,
  fail,
};

/// A target that can be changed.
struct Target {
  Connection connection;
  std::unique_ptr<plan::Provider> provider;
  std::unique_ptr<provider::EcsClient> client;  ///< for what is not the planner's: status, logs, tasks
  bool engine_answers = true;
};

/// Flags that only some commands have.
struct TargetOptions {
  WithoutEngine without = WithoutEngine::fail;
  Milliseconds timeout = std::chrono::minutes(10);
};

/// What can only be looked at.
struct ReadTarget {
  Connection connection;
  std::unique_ptr<plan::Reader> reader;
};
/// Finds the target as connect_target() does, and makes what reads it. A local engine is not started.
Result<ReadTarget> open_reader(Session& session, View& view, const CommonFlags& flags, ir::Program& program);

/// Finds the target as connect_target() does (or starts the local engine), and makes its provider. `program`: null = there is none.
Result<Target> open_target(Session& session, View& view, const CommonFlags& flags, ir::Program* program, const TargetOptions& options);

/// The live state that concerns the program; empty when no engine answers and that is allowed.
Result<ir::Snapshot> read_live(Target& target, const ir::Program& program);

/// Asks the target about the instances of a cluster, for plan::Options::room_of; says so where it cannot. Both must outlive it.
std::function<std::optional<plan::Room>(const std::string&)> ask_for_room(View& view, plan::Reader& reader);

/// A key for the marks of sensitive values, new each time.
std::string new_mark_key();

/// Plans for the program's target and shows what is wrong with the plan. Nothing when it is not applyable.
std::optional<plan::Plan> make_checked_plan(View& view, ir::Program program, ir::Snapshot snapshot, const plan::Options& options);

/// Runs the checks that read the plan and adds what they found.
void judge(Session& session, View& view, const CommonFlags& flags, plan::Plan& plan);
/// Says which policies deny the plan; the exit code.
ExitCode deny(View& view, const plan::Plan& plan);

/// Says that tags of images go as they are written, where no lock pins them.
void note_unlocked_images(View& view, const ir::Program& program);

}  // namespace berth::cli
