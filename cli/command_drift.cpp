#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/file_system.h"
#include "cli/command.h"
#include "cli/planning.h"
#include "planner/three_way.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Says what differs between the files, what was applied last, and what runs, and who made the difference: somebody by hand, or the files,
which nobody applied since. Only reads: it cannot change anything, and starts no engine.

Differences that are known stand in `drift.ignore` beside the files (or --ignore FILE), a line each, until a day and with a reason:
  service.web replicas until 2027-01-31: scaled by hand for the sale

Exit code: 3 when something was changed by hand, or may have been; else 0.

examples:
  berth drift
  berth drift examples/shop --env prod --format json)";

constexpr std::size_t kDayLength = 10;

struct Flags {
  CommonFlags common;
  std::string ignore;
};

/// The list of known drift: of the flag, else beside the files, where one is.
Result<std::vector<plan::KnownDrift>> known_drift(const Flags& flags) {
  const bool asked = !flags.ignore.empty();
  const std::filesystem::path path(flags.common.path);
  std::error_code ignored;
  const std::filesystem::path directory = std::filesystem::is_directory(path, ignored) ? path : path.parent_path();
  const std::string file = asked ? flags.ignore : (directory / "drift.ignore").string();
  if (!asked && !std::filesystem::exists(file, ignored)) return std::vector<plan::KnownDrift>();
  BERTH_TRY(text, RealFileSystem().read(file));
  auto known = plan::parse_known_drift(text);
  if (!known) return known.error().while_doing(file);
  return known;
}

ExitCode drift(Session& session, View& view, const Flags& flags) {
  const auto known = known_drift(flags);
  if (!known) return fail(view, known.error());
  Compiled compiled = compile_program(session, view, flags.common, false);
  if (!compiled.program) return compiled.exit_code;
  const auto target = open_reader(session, view, flags.common, *compiled.program);
  if (!target) return fail(view, target.error());
  auto snapshot = target->reader->read(plan::read_scope(*compiled.program));
  if (!snapshot && snapshot.error().code == "connect" && target->connection.calls.is_local_engine) {
    return fail(view, {"connect", fmt::format("no engine answers at {}", target->connection.engine.text())});
  }
  if (!snapshot) return fail(view, snapshot.error().while_doing("read what runs"));
  DiagnosticSink sink;
  const plan::Options options{.target = plan::target_of(*compiled.program), .mark_key = "drift"};
  const plan::Plan plan = plan::make_plan(std::move(*compiled.program), std::move(*snapshot), options, sink);
  if (!plan.applyable) {  // what is ours and what is not is unclear
    view.diagnostics(sink.sorted(), *compiled.sources);
    return ExitCode::failed;
  }
  const plan::DriftReport report = plan::compare_three_ways(plan, *known, format_utc(session.clock->now()).substr(0, kDayLength));
  view.result(plan::render_drift_json(report), plan::render_drift_text(report));
  return report.drifted() > 0 ? ExitCode::drift : ExitCode::ok;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_path(arguments, flags->common);
  arguments.option("--ignore", flags->ignore, "FILE", "the list of known drift (default: drift.ignore beside the files)");
  declare_variables(arguments, flags->common);
  declare_target(arguments, flags->common);
  declare_output(arguments, flags->common);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return drift(session, view, *flags); }); };
}

}  // namespace

Command drift_command() { return {"drift", "", "say what was changed by hand", kHelp, declare}; }

}  // namespace berth::cli
