#pragma once

namespace berth::cli {

/// What the process says to its caller. Documented in docs/cli.md; a number never changes its meaning.
enum class ExitCode : int {
  ok = 0,
  failed = 1,
  changes = 2,         ///< `plan --detailed-exitcode`: there are changes; `fmt --check`: files to format
  drift = 3,           ///< what runs is not what was applied
  stale_plan = 4,      ///< the live state moved since the plan was saved
  rolled_back = 5,     ///< a deployment failed and the service went back
  timed_out = 6,       ///< a service did not become stable in time
  policy_denied = 7,
  usage = 64,          ///< the command line is wrong
  source_errors = 65,  ///< the .ecs files are wrong
  interrupted = 130,   ///< Ctrl-C
};

}  // namespace berth::cli
