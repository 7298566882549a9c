#include <sstream>

#include <catch2/catch.hpp>

#include "cli/apply_progress.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/duration.h"
#include "tests/unit/providers/fakes.h"

namespace berth::cli {
namespace {

struct Parsed {
  std::string path = ".";
  std::string format = "text";
  std::vector<std::string> variables;
  std::size_t width = 10;
  bool yes = false;
  Result<void> result;
};

Parsed parse(const std::vector<std::string>& arguments) {
  Parsed parsed;
  Arguments declared("apply");
  declared.positional("PATH", parsed.path, "where");
  declared.choice("--format", parsed.format, {"text", "json"}, "how");
  declared.repeated("--var", parsed.variables, "K=V", "values");
  declared.number("--parallelism", parsed.width, 1, 256, "N", "how many");
  declared.flag("-y,--yes", parsed.yes, "go");
  parsed.result = declared.parse(arguments);
  return parsed;
}

std::string complaint(const std::vector<std::string>& arguments) {
  const Parsed parsed = parse(arguments);
  return parsed.result ? "" : parsed.result.error().message;
}

TEST_CASE("flags are read before and after the path, with = and without") {
  const Parsed parsed = parse({"--var", "a=1", "--format=json", "shop", "--var=b=x=y", "-y", "--parallelism", "3"});
  REQUIRE(parsed.result);
  CHECK(parsed.path == "shop");
  CHECK(parsed.format == "json");
  CHECK(parsed.variables == std::vector<std::string>{"a=1", "b=x=y"});
  CHECK(parsed.width == 3);
  CHECK(parsed.yes);
}

TEST_CASE("--var takes one value, not the path behind it") {
  const Parsed parsed = parse({"--var", "a=1", "shop"});
  REQUIRE(parsed.result);
  CHECK(parsed.path == "shop");
  CHECK(parsed.variables == std::vector<std::string>{"a=1"});
}

TEST_CASE("what is behind -- is no flag") {
  const Parsed parsed = parse({"--yes", "--", "--format"});
  REQUIRE(parsed.result);
  CHECK(parsed.path == "--format");
}

TEST_CASE("complaints name the mistake and what may have been meant") {
  CHECK(complaint({"--parralelism", "3"}) == "unknown flag `--parralelism`; did you mean `--parallelism`?");
  CHECK(complaint({"--zzz"}) == "unknown flag `--zzz`");
  CHECK(complaint({"--yess=1"}) == "unknown flag `--yess`; did you mean `--yes`?");
  CHECK(complaint({"a", "b"}) == "unexpected argument `b`");
  CHECK(complaint({"--format", "jsn"}) == "`jsn` is no value of `--format`; did you mean `json`?");
  CHECK(complaint({"--format", "yaml"}) == "`yaml` is no value of `--format`; it is one of: text, json");
  CHECK(complaint({"--parallelism", "0"}) == "`--parallelism` wants a number from 1 to 256, found `0`");
  CHECK(complaint({"--parallelism", "many"}) == "`--parallelism` wants a number from 1 to 256, found `many`");
  CHECK_FALSE(complaint({"--var"}).empty());
}

TEST_CASE("durations on the command line") {
  CHECK(*parse_duration("90s") == Milliseconds(90'000));
  CHECK(*parse_duration("1h30m") == Milliseconds(5'400'000));
  CHECK(*parse_duration("500ms") == Milliseconds(500));
  for (const char* bad : {"", "10", "m", "-5s", "10x", "1h30", "99999999999999999999s", "9999999999999999d"}) {
    INFO(bad);
    CHECK_FALSE(parse_duration(bad));
  }
}

/// A session without a terminal, its output in strings.
struct Console {
  Console() {
    session.in = &in;
    session.out = &out;
    session.err = &err;
    session.clock = &clock;
    session.stop = &stop;
  }
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  provider::FakeClock clock;
  std::atomic<bool> stop{false};
  Session session;
};

TEST_CASE("parameter values come from the environment, and flags win") {
  Console console;
  console.session.environment = {{"BERTH_VAR_a", "1"}, {"BERTH_VAR_b", "2"}, {"BERTH_VAR_", "x"}, {"OTHER", "3"}};
  const auto values = parameter_values(console.session, {"b=3", "c=x=y", "d="});
  REQUIRE(values);
  CHECK(*values == std::map<std::string, std::string>{{"a", "1"}, {"b", "3"}, {"c", "x=y"}, {"d", ""}});
  CHECK(parameter_values(console.session, {"novalue"}).error().code == "usage");
  CHECK(parameter_values(console.session, {"=x"}).error().code == "usage");
}

TEST_CASE("colours: forced, then forbidden, then by terminal") {
  Session session;
  CHECK(session.wants_color(true));
  CHECK_FALSE(session.wants_color(false));
  session.environment = {{"NO_COLOR", "1"}};
  CHECK_FALSE(session.wants_color(true));
  session.environment = {{"NO_COLOR", ""}};
  CHECK(session.wants_color(true));
  session.environment = {{"TERM", "dumb"}};
  CHECK_FALSE(session.wants_color(true));
  session.environment = {{"CLICOLOR_FORCE", "1"}, {"NO_COLOR", "1"}};
  CHECK(session.wants_color(false));
}

TEST_CASE("nobody is asked without a terminal, in CI, or when input is off") {
  Session session;
  CHECK_FALSE(session.can_ask());
  session.in_is_tty = session.err_is_tty = true;
  CHECK(session.can_ask());
  session.environment = {{"CI", "true"}};
  CHECK_FALSE(session.can_ask());
  session.environment = {{"BERTH_INPUT", "0"}};
  CHECK_FALSE(session.can_ask());
}

TEST_CASE("errors of the world have their exit codes") {
  CHECK(exit_code_of({"rolled-back", ""}) == ExitCode::rolled_back);
  CHECK(exit_code_of({"timed-out", ""}) == ExitCode::timed_out);
  CHECK(exit_code_of({"interrupted", ""}) == ExitCode::interrupted);
  CHECK(exit_code_of({"usage", ""}) == ExitCode::usage);
  CHECK(exit_code_of({"ClusterNotFoundException", ""}) == ExitCode::failed);
}

plan::Action waiting_for(const std::string& service) {
  return {.id = service == "web" ? 0u : 1u, .verb = plan::Verb::await_stable, .address = {"service", service}};
}

TEST_CASE("without a terminal, progress is a line for each thing that happens") {
  Console console;
  ApplyProgress progress(console.session);
  progress.started(waiting_for("web"));
  progress.advanced(waiting_for("web"), {.running = 0, .desired = 2, .pending = 2, .failed = 1, .awaiting = "2 tasks to start"});
  console.clock.wait(Milliseconds(3'200));
  progress.done(waiting_for("web"), {});
  CHECK(console.err.str() == "service.web: 0/2 running, 1 failed, waiting for 2 tasks to start\nservice.web: stable after 3.2 s\n");
  CHECK(console.out.str().empty());
}

TEST_CASE("on a terminal, the lines of what is under way are rewritten") {
  Console console;
  console.session.err_is_tty = true;
  console.session.columns = 30;
  {
    ApplyProgress progress(console.session);
    progress.started(waiting_for("web"));
    progress.started(waiting_for("db"));
    progress.advanced(waiting_for("web"), {.running = 1, .desired = 2, .awaiting = "1 task to start"});
    progress.done(waiting_for("db"), {});
  }
  const std::string text = console.err.str();
  CHECK(text.find("\x1b[2A\x1b[J") != std::string::npos);
  CHECK(text.find("  service.web: 1/2 running, w\n") != std::string::npos);
  CHECK(text.find("service.db: stable\n") != std::string::npos);
  CHECK(text.substr(text.size() - 7) == "\x1b[1A\x1b[J");
}

TEST_CASE("Ctrl-C is said once") {
  Console console;
  ApplyProgress progress(console.session);
  CHECK_FALSE(progress.cancelled());
  console.stop = true;
  CHECK(progress.cancelled());
  CHECK(progress.cancelled());
  CHECK(console.err.str() == "stopping: nothing new is started, what is under way comes to its end; Ctrl-C again to leave at once\n");
}

}  // namespace
}  // namespace berth::cli
