#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/live_service.h"
#include "planner/ownership.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Replaces all tasks of a service by new ones of the revision that runs, by the service's own deployment settings, and waits until it is
stable, as `berth apply` does.

Exit codes are those of apply: 1 failed, 5 rolled back, 6 timed out, 130 interrupted.

examples:
  berth restart web
  berth restart web --yes --no-wait)";

ExitCode restart(Session& session, View& view, const ServiceFlags& flags) {
  ExitCode code = ExitCode::ok;
  const auto live = open_service(session, view, flags, code);
  if (!live) return code;
  const std::string what = fmt::format("{}  new tasks of {}\n", live->service->resource.address.text(), plan::short_arn(plan::running_task(*live->service)));
  return redeploy_service(session, view, *live, flags, "", what, fmt::format("restart {}", flags.service));
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<ServiceFlags>();
  declare_service(arguments, *flags);
  declare_change(arguments, *flags);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return restart(session, view, *flags); }); };
}

}  // namespace

Command restart_command() { return {"restart", "", "replace the tasks of a service by new ones", kHelp, declare}; }

}  // namespace berth::cli
