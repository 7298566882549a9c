#include "providers/ecs/evidence.h"

#include <algorithm>

#include <fmt/format.h>

#include "providers/ecs/describe.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"

namespace berth::provider {
namespace {

constexpr std::size_t kIdDigits = 32;

/// ARNs of a cluster's tasks, or of one service's, that run and that have stopped.
Result<std::vector<Json>> list_all_tasks(EcsClient& client, const std::string& cluster, const std::string& service) {
  std::vector<Json> arns;
  for (const char* status : {"RUNNING", "STOPPED"}) {
    BERTH_TRY(some, list_tasks(client, cluster, service, status));
    std::move(some.begin(), some.end(), std::back_inserter(arns));
  }
  return arns;
}

Result<Json> read_service(EcsClient& client, const std::string& cluster, const std::string& service) {
  auto answer = client.call("DescribeServices", {{"cluster", cluster}, {"services", {service}}});
  if (!answer && answer.error().code != "ClusterNotFoundException") return answer.error();
  if (!answer || list_at(*answer, "services").empty()) {
    return Error{"not-found", fmt::format("there is no service `{}` in the cluster `{}`", service, last_part(cluster))};
  }
  return list_at(*answer, "services").front();
}

/// The one task whose id begins so.
Result<std::vector<Json>> find_task(EcsClient& client, const std::string& beginning) {
  BERTH_TRY(clusters, client.list("ListClusters", Json::object(), "clusterArns"));
  std::vector<Json> found;
  for (const Json& cluster : clusters) {
    if (!cluster.is_string()) continue;
    BERTH_TRY(arns, list_all_tasks(client, cluster.get<std::string>(), ""));
    for (const Json& arn : arns) {
      if (!arn.is_string() || last_part(arn.get_ref<const std::string&>()).rfind(beginning, 0) != 0) continue;
      // It may have stopped between the two listings, and be in both.
      if (!found.empty() && found.back() != arn) {
        return Error{"usage", fmt::format("several tasks have ids that begin with `{}`; write more of it", beginning)};
      }
      found = {cluster, arn};
      if (beginning.size() == kIdDigits) return found;
    }
  }
  if (found.empty()) return Error{"not-found", fmt::format("no task that is remembered has an id that begins with `{}`", beginning)};
  return found;
}

}  // namespace

Result<Evidence> read_service_evidence(EcsClient& client, const std::string& cluster, const std::string& service, std::size_t width) {
  Evidence evidence;
  BERTH_TRY(found, read_service(client, cluster, service));
  evidence.service = std::move(found);
  BERTH_TRY(arns, list_all_tasks(client, cluster, service));
  BERTH_TRY(tasks, describe_tasks(client, cluster, arns, width));
  evidence.tasks = std::move(tasks);
  return evidence;
}

Result<Evidence> read_task_evidence(EcsClient& client, const std::string& task, std::size_t width) {
  std::string cluster;
  Json arn = task;
  if (task.rfind("arn:", 0) == 0) {
    // arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID
    const std::size_t name = task.find(":task/");
    const std::size_t id = task.rfind('/');
    if (name == std::string::npos || id <= name + 6) return Error{"usage", fmt::format("`{}` is not the ARN of a task", task)};
    cluster = task.substr(name + 6, id - name - 6);
  } else {
    BERTH_TRY(found, find_task(client, task));
    cluster = found.front().get<std::string>();
    arn = found.back();
  }
  Evidence evidence;
  BERTH_TRY(tasks, describe_tasks(client, cluster, {arn}, width));
  if (tasks.empty()) return Error{"not-found", fmt::format("no task `{}` is remembered", task)};
  evidence.tasks = std::move(tasks);
  const std::string group = text_at(evidence.tasks.front(), "group");
  constexpr std::string_view kOfService = "service:";
  if (group.rfind(kOfService, 0) != 0) return evidence;
  auto service = read_service(client, cluster, group.substr(kOfService.size()));
  if (!service && service.error().code != "not-found") return service.error();
  if (service) evidence.service = std::move(*service);
  return evidence;
}

TaskRecord read_task_record(EcsClient& client, const Json& task, std::size_t lines) {
  TaskRecord record{.task = task};
  const auto definition = client.call("DescribeTaskDefinition", {{"taskDefinition", text_at(task, "taskDefinitionArn")}, {"include", {"TAGS"}}});
  if (definition) {
    record.definition = object_at(*definition, "taskDefinition");
    record.definition["tags"] = list_at(*definition, "tags");
  }
  const auto output = client.call_engine("TaskLogs", {{"cluster", text_at(task, "clusterArn")}, {"task", text_at(task, "taskArn")}, {"tail", lines}});
  if (output) record.output = *output;
  return record;
}

}  // namespace berth::provider
