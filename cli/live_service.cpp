#include "cli/live_service.h"

#include <fmt/format.h>

#include "cli/duration.h"
#include "planner/ownership.h"
#include "planner/wording.h"

namespace berth::cli {

void declare_service(Arguments& arguments, ServiceFlags& flags) {
  arguments.required("SERVICE", flags.service, "the service: its address, with or without `service.`, or its name");
  declare_path(arguments, flags.common);
  declare_variables(arguments, flags.common);
  declare_target(arguments, flags.common);
  declare_output(arguments, flags.common);
}

void declare_change(Arguments& arguments, ServiceFlags& flags) {
  arguments.flag("-y,--yes", flags.yes, "do not ask");
  arguments.flag("--no-wait", flags.no_wait, "do not wait until the service is stable");
  arguments.option("--timeout", flags.timeout, "TIME", "give up when it gets nowhere for this long (default: 10m)");
}

std::unique_ptr<LiveService> open_service(Session& session, View& view, const ServiceFlags& flags, ExitCode& code) {
  const auto gives_up = [&](const Error& error) {
    code = fail(view, error);
    return nullptr;
  };
  const auto timeout = parse_duration(flags.timeout);
  if (!timeout) return gives_up(timeout.error().while_doing("--timeout"));
  Compiled compiled = compile_program(session, view, flags.common, false);
  code = compiled.exit_code;
  if (!compiled.program) return nullptr;
  auto target = open_target(session, view, flags.common, &*compiled.program, {.without = WithoutEngine::fail, .timeout = *timeout});
  if (!target) return gives_up(target.error());
  auto snapshot = read_live(*target, *compiled.program);
  if (!snapshot) return gives_up(snapshot.error());
  auto live = std::make_unique<LiveService>(
      LiveService{.program = std::move(*compiled.program), .target = std::move(*target), .snapshot = std::move(*snapshot), .service = nullptr});
  const auto service = plan::find_service(live->snapshot, live->program.id(), flags.service);
  if (!service) return gives_up(service.error());
  live->service = *service;
  return live;
}

ExitCode redeploy_service(Session& session, View& view, LiveService& live, const ServiceFlags& flags, const std::string& revision, const std::string& what,
                          const std::string& command) {
  const std::string address = live.service->resource.address.text();
  view.result({{"service", address}}, what);
  const CarryOut how{.yes = flags.yes, .wait = !flags.no_wait, .parallelism = 1, .question = "Go ahead?", .command = command, .allow_partial = false};
  if (const auto stop = ask_before(session, view, how)) return *stop;
  plan::Bindings bindings;
  bindings.set(live.service->resource.address, {.arn = live.service->arn, .name = plan::aws_name(live.service->resource), .deployment = ""});
  const auto performed = perform_actions(session, live.target, plan::redeploy(*live.service, revision), bindings, how);
  if (!performed) return fail(view, performed.error());
  const plan::ApplyReport& report = *performed;
  if (report.ok()) {
    view.result(report_json(report), fmt::format("Done: {} {}.\n", address, flags.no_wait ? "is being changed" : "is stable"));
    return ExitCode::ok;
  }
  view.result(report_json(report), "");
  for (const plan::ActionOutcome& outcome : report.outcomes) {
    if (outcome.error && !view.is_json()) view.note(outcome.error->message);
  }
  return static_cast<ExitCode>(report.exit_code());
}

std::string changes_text(const plan::RevisionRow& row) {
  std::string text;
  for (const plan::FieldChange& field : row.changes) {
    const plan::SettingLine line = plan::setting_line(field);
    text += fmt::format("      {}  {}\n", line.path, line.values());
  }
  return text;
}

}  // namespace berth::cli
