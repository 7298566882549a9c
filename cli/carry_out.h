#pragma once

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

/// Shows the plan, asks, carries it out with live progress and reports. `after` is called when everything went well.
ExitCode carry_out(Session& session, View& view, Target& target, const plan::Plan& plan, const CarryOut& options,
                   const std::function<ExitCode()>& after);

/// Asks on the terminal unless `options.yes`; the exit code when it must not go on.
std::optional<ExitCode> ask_before(Session& session, View& view, const CarryOut& options);

/// Runs actions with live progress.
Result<plan::ApplyReport> perform_actions(Session& session, Target& target, std::vector<plan::Action> actions, plan::Bindings& bindings, const CarryOut& options);

/// What came of it, for people and programs.
std::string report_text(const plan::Plan& plan, const plan::ApplyReport& report, const std::string& command);
Json report_json(const plan::ApplyReport& report);

}  // namespace berth::cli
