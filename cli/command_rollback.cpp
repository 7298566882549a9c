#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/live_service.h"
#include "planner/ownership.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Brings a service back to an earlier revision of its task definition, the one before the one that runs or the one that --to names, and
waits until it is stable, as `berth apply` does. Nothing else of the service changes, and the files stay as they are: `berth plan` will
show what they ask for instead. `berth history SERVICE` lists the revisions.

Exit codes are those of apply: 1 failed, 5 rolled back, 6 timed out, 130 interrupted.

examples:
  berth rollback web
  berth rollback web --to 7 --yes
  berth rollback orders examples/shop --env prod)";

struct Flags {
  ServiceFlags service;
  std::size_t to = 0;
};

/// "service.web  web:4 → web:3", and what differs.
std::string steps_back(const LiveService& live, const plan::RevisionRow& chosen) {
  return fmt::format("{}  {} → {}\n{}", live.service->resource.address.text(), plan::short_arn(plan::running_task(*live.service)), plan::short_arn(chosen.revision->arn),
                     changes_text(chosen));
}

ExitCode rollback(Session& session, View& view, const Flags& flags) {
  ExitCode code = ExitCode::ok;
  const auto live = open_service(session, view, flags.service, code);
  if (!live) return code;
  const auto rows = plan::revisions_of(live->snapshot, live->program.id(), *live->service);
  const auto chosen = plan::choose_revision(rows, *live->service, flags.to);
  if (!chosen) return fail(view, chosen.error());
  const plan::RevisionRow back = plan::against_running(live->snapshot, *live->service, *(*chosen)->revision);
  return redeploy_service(session, view, *live, flags.service, back.revision->arn, steps_back(*live, back), fmt::format("rollback {}", flags.service.service));
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_service(arguments, flags->service);
  arguments.number("--to", flags->to, 1, 1'000'000'000, "N", "the revision (default: the one before the one that runs)");
  declare_change(arguments, flags->service);
  return [flags](Session& session) { return with_view(session, flags->service.common, [&](View& view) { return rollback(session, view, *flags); }); };
}

}  // namespace

Command rollback_command() { return {"rollback", "", "bring a service back to an earlier revision", kHelp, declare}; }

}  // namespace berth::cli
