#include "providers/ecs/history.h"

#include <algorithm>
#include <map>

#include "base/clock.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"

namespace berth::provider {
namespace {

/// Revisions that one call describes.
constexpr std::size_t kRevisionsAtOnce = 20;

/// Task definition by the ARN of a service revision.
Result<std::map<std::string, std::string>> definitions_of(EcsClient& client, const std::vector<std::string>& revisions) {
  std::map<std::string, std::string> definitions;
  for (std::size_t begin = 0; begin < revisions.size(); begin += kRevisionsAtOnce) {
    const std::size_t end = std::min(revisions.size(), begin + kRevisionsAtOnce);
    const std::vector<std::string> some(revisions.begin() + static_cast<std::ptrdiff_t>(begin), revisions.begin() + static_cast<std::ptrdiff_t>(end));
    BERTH_TRY(answer, client.call("DescribeServiceRevisions", {{"serviceRevisionArns", some}}));
    for (const Json& row : list_at(answer, "serviceRevisions")) definitions[text_at(row, "serviceRevisionArn")] = last_part(text_at(row, "taskDefinition"));
  }
  return definitions;
}

std::string utc(double seconds) { return format_utc(Timestamp(Milliseconds(static_cast<std::int64_t>(seconds * 1000)))); }

}  // namespace

Result<std::vector<PastDeployment>> past_deployments(EcsClient& client, const std::string& cluster, const std::string& service, std::size_t most) {
  BERTH_TRY(rows, client.list("ListServiceDeployments", {{"cluster", cluster}, {"service", service}}, "serviceDeployments"));
  std::stable_sort(rows.begin(), rows.end(), [](const Json& a, const Json& b) { return time_at(a, "createdAt") > time_at(b, "createdAt"); });
  if (rows.size() > most) rows.resize(most);
  std::vector<std::string> revisions;
  for (const Json& row : rows) {
    const std::string revision = text_at(row, "targetServiceRevisionArn");
    if (!revision.empty() && std::find(revisions.begin(), revisions.end(), revision) == revisions.end()) revisions.push_back(revision);
  }
  BERTH_TRY(definitions, definitions_of(client, revisions));
  std::vector<PastDeployment> past;
  for (const Json& row : rows) {
    past.push_back({.id = last_part(text_at(row, "serviceDeploymentArn")),
                    .definition = definitions[text_at(row, "targetServiceRevisionArn")],
                    .status = text_at(row, "status"),
                    .reason = text_at(row, "statusReason"),
                    .created_at = time_at(row, "createdAt"),
                    .finished_at = time_at(row, "finishedAt")});
  }
  return past;
}

Json to_json(const PastDeployment& deployment) {
  return {{"id", deployment.id},
          {"task_definition", deployment.definition},
          {"status", deployment.status},
          {"reason", deployment.reason},
          {"created_at", utc(deployment.created_at)},
          {"finished_at", deployment.finished_at > 0 ? Json(utc(deployment.finished_at)) : Json()}};
}

}  // namespace berth::provider
