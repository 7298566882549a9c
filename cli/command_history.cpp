#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/live_service.h"
#include "planner/ownership.h"
#include "providers/ecs/history.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Lists what a service ran: the revisions of its task definition that there are, each with what it changed, and the service's deployments
with how they ended; the newest first. `berth rollback SERVICE --to N` goes back to one of the revisions.

examples:
  berth history web
  berth history web -n 3
  berth history web --format json | jq '.deployments[0]')";

struct Flags {
  ServiceFlags service;
  std::size_t most = 10;
};

std::string revision_text(const plan::RevisionRow& row) {
  return fmt::format("  {}{}\n{}", plan::short_arn(row.revision->arn), row.runs ? "  runs" : "", changes_text(row));
}

Json revision_json(const plan::RevisionRow& row) {
  Json changes = Json::array();
  for (const plan::FieldChange& field : row.changes) changes.push_back({{"path", field.path}, {"before", ir::to_json(field.before)}, {"after", ir::to_json(field.after)}});
  return {{"task_definition", plan::short_arn(row.revision->arn)}, {"arn", row.revision->arn}, {"revision", row.revision->revision}, {"runs", row.runs}, {"changes", changes}};
}

std::string lower_words(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string deployment_text(const provider::PastDeployment& deployment) {
  const auto moment = [](double seconds) { return Timestamp(Milliseconds(static_cast<std::int64_t>(seconds * 1000))); };
  std::string text = fmt::format("  {}  {}  {}", format_utc(moment(deployment.created_at)), deployment.definition.empty() ? "?" : deployment.definition, lower_words(deployment.status));
  if (deployment.finished_at > 0) text += fmt::format(" after {}", format_duration(moment(deployment.finished_at) - moment(deployment.created_at)));
  return text + (deployment.reason.empty() ? "" : "  " + deployment.reason) + "\n";
}

ExitCode history(Session& session, View& view, const Flags& flags) {
  ExitCode code = ExitCode::ok;
  const auto live = open_service(session, view, flags.service, code);
  if (!live) return code;
  auto rows = plan::revisions_of(live->snapshot, live->program.id(), *live->service);
  const std::string cluster = live->service->runtime.value("clusterArn", "");
  const auto deployments = provider::past_deployments(*live->target.client, cluster, live->service->arn, flags.most);
  if (!deployments) return fail(view, deployments.error());
  Json revisions_row = Json::array();
  Json deployments_row = Json::array();
  const std::string address = live->service->resource.address.text();
  std::string text = fmt::format("{}  runs {}\n\nrevisions\n", address, plan::short_arn(plan::running_task(*live->service)));
  const std::size_t shown = std::min(rows.size(), flags.most);
  for (std::size_t i = 0; i < shown; ++i) {
    revisions_row.push_back(revision_json(rows[i]));
    text += revision_text(rows[i]);
  }
  if (shown < rows.size()) text += fmt::format("  … {} more\n", rows.size() - shown);
  text += "\ndeployments\n";
  for (const provider::PastDeployment& deployment : *deployments) {
    deployments_row.push_back(provider::to_json(deployment));
    text += deployment_text(deployment);
  }
  view.result({{"service", address}, {"revisions", revisions_row}, {"deployments", deployments_row}}, text);
  return ExitCode::ok;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_service(arguments, flags->service);
  arguments.number("-n,--most", flags->most, 1, 1000, "N", "revisions and deployments at most (default: 10)");
  return [flags](Session& session) { return with_view(session, flags->service.common, [&](View& view) { return history(session, view, *flags); }); };
}

}  // namespace

Command history_command() { return {"history", "", "list the revisions and deployments of a service", kHelp, declare}; }

}  // namespace berth::cli
