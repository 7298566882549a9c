#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/common.h"
#include "planner/plan.h"
#include "planner/planner.h"
#include "planner/provider.h"

namespace berth::cli {

/// What to do when no engine answers.
enum class WithoutEngine {
  assume_nothing_runs,  ///< start it when it has left state behind, else plan as if nothing ran
  start_it,
  fail,
};

/// The target's provider, and what it sees of a program.
struct Target {
  provider::Endpoint endpoint;
  std::unique_ptr<plan::Provider> provider;
  bool engine_answers = true;
};

/// Flags that only some commands have.
struct TargetOptions {
  WithoutEngine without = WithoutEngine::fail;
  Milliseconds timeout = std::chrono::minutes(10);
  std::string target{};  ///< of the program's environment; a flag counts more
};

/// What can only be looked at.
struct ReadTarget {
  provider::Endpoint endpoint;
  std::unique_ptr<plan::Reader> reader;
};
/// Finds the engine, which is not started, and makes what reads it.
Result<ReadTarget> open_reader(Session& session, const CommonFlags& flags, const std::string& target);

/// Finds (or starts) the engine and makes its provider.
Result<Target> open_target(Session& session, View& view, const CommonFlags& flags, const TargetOptions& options);

/// The live state that concerns the program; empty when no engine answers and that is allowed.
Result<ir::Snapshot> read_live(Target& target, const ir::Program& program);

/// Plans and shows what is wrong with the plan. Nothing when it is not applyable.
std::optional<plan::Plan> make_checked_plan(View& view, ir::Program program, ir::Snapshot snapshot, const plan::Options& options);

/// Runs the checks that read the plan and adds what they found.
void judge(Session& session, View& view, const CommonFlags& flags, plan::Plan& plan);
/// Says which policies deny the plan; the exit code.
ExitCode deny(View& view, const plan::Plan& plan);

/// Says that tags of images go as they are written, where no lock pins them.
void note_unlocked_images(View& view, const ir::Program& program);

}  // namespace berth::cli
