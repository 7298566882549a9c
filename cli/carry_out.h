#pragma once

#include <functional>
#include <string>

#include "cli/planning.h"
#include "planner/apply.h"

namespace berth::cli {

/// How a plan is carried out.
struct CarryOut {
  bool yes = false;      ///< do not ask
  bool wait = true;      ///< wait until services are stable
  std::size_t parallelism = 10;
  std::string question;  ///< "Apply these changes?"
  std::string command;   ///< "apply": for hints
  std::string events{};  ///< file that gets a line of JSON for each thing that happens; "" = none
  bool allow_partial = false;  ///< go on when the target does not carry out all of it
};

/// Shows the plan, which was made with `made_with`, asks, carries it out with live progress and reports. When everything went well, what runs is read once
/// more: planning again must find nothing to do, and what it finds is a failure. `after` is called with what runs then.
ExitCode carry_out(Session& session, View& view, Target& target, const plan::Plan& plan, const plan::Options& made_with, const CarryOut& options,
                   const std::function<ExitCode(const ir::Snapshot&)>& after);

/// Asks on the terminal unless `options.yes`; the exit code when it must not go on.
std::optional<ExitCode> ask_before(Session& session, View& view, const CarryOut& options);

/// Runs actions with live progress.
Result<plan::ApplyReport> perform_actions(Session& session, Target& target, std::vector<plan::Action> actions, plan::Bindings& bindings, const CarryOut& options);

/// What came of it, for people and programs; `left` has what is still to do after an apply that went well.
std::string report_text(const plan::Plan& plan, const plan::ApplyReport& report, const std::string& command);
Json report_json(const plan::ApplyReport& report, const plan::Plan* left = nullptr);

}  // namespace berth::cli
