#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace berth::cli {

/// What runs once the arguments are read.
using Runner = std::function<ExitCode(Session&)>;

/// A row of the table of commands.
struct Command {
  std::string_view name;
  std::string_view alias;    ///< "" = none
  std::string_view summary;  ///< one line
  std::string_view help;     ///< for `berth help NAME`: what it does, and examples
  /// Declares flags and returns what to do with them.
  std::function<Runner(Arguments&)> declare;
};

Command check_command();
Command explain_command();
Command compile_command();
Command fmt_command();
Command doc_command();
Command test_command();
Command plan_command();
Command show_command();
Command drift_command();
Command history_command();
Command rollback_command();
Command restart_command();
Command apply_command();
Command destroy_command();
Command status_command();
Command logs_command();
Command why_command();
Command engine_command();
Command import_command();
Command export_command();
Command lock_command();
Command version_command();

/// Runs `berth ARGUMENTS…`: finds the command, reads its flags, runs it. Help is answered here.
ExitCode run(const std::vector<Command>& commands, const std::vector<std::string>& arguments, Session& session);

}  // namespace berth::cli
