#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string>
#include <vector>

#include "base/huge_pages.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/session.h"
#include "providers/ecs/waiting_clock.h"

namespace {

std::atomic<bool> g_stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

/// The first Ctrl-C asks commands to come to an end, the second one ends the process.
extern "C" void on_interrupt(int) {
  if (g_stop.exchange(true)) _exit(static_cast<int>(berth::cli::ExitCode::interrupted));
}

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // A reader of our output that goes away is a failed write, not the end.
  signal(SIGPIPE, SIG_IGN);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace berth;
  use_huge_pages();
  catch_signals();
  set_log_level(log_level_from_environment(LogLevel::warn));

  provider::SystemWaitingClock clock(g_stop);

  cli::Session session = cli::real_session();
  session.clock = &clock;
  session.stop = &g_stop;

  const std::vector<cli::Command> commands{cli::check_command(),   cli::explain_command(), cli::compile_command(), cli::fmt_command(), cli::doc_command(), cli::test_command(), cli::plan_command(), cli::show_command(),
                                           cli::apply_command(),   cli::destroy_command(), cli::status_command(),  cli::logs_command(), cli::why_command(),
                                           cli::engine_command(), cli::import_command(), cli::export_command(),  cli::lock_command(),   cli::drift_command(), cli::history_command(), cli::rollback_command(), cli::restart_command(), cli::version_command()};
  return static_cast<int>(cli::run(commands, {argv + 1, argv + argc}, session));
}
