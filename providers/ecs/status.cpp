#include "providers/ecs/status.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "providers/ecs/describe.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"

namespace berth::provider {
namespace {

std::vector<std::string> urls_of(const Json& task) {
  std::set<std::string> urls;
  for (const Json& container : list_at(task, "containers")) {
    for (const Json& binding : list_at(container, "networkBindings")) {
      const std::string protocol = text_at(binding, "protocol");
      const std::int64_t port = number_at(binding, "hostPort");
      if (port == 0 || (!protocol.empty() && protocol != "tcp")) continue;
      const std::string ip = text_at(binding, "bindIP");
      const bool everywhere = ip.empty() || ip == "0.0.0.0" || ip == "::";
      urls.insert(fmt::format("http://{}:{}", everywhere ? "127.0.0.1" : ip, port));
    }
  }
  return {urls.begin(), urls.end()};
}

std::string known_health(const std::string& health) { return health == "UNKNOWN" ? "" : health; }

/// The tasks of one cluster that have the desired status.
Result<std::vector<Json>> read_tasks(EcsClient& client, const std::string& cluster, const char* desired_status, std::size_t width) {
  BERTH_TRY(arns, list_tasks(client, cluster, "", desired_status));
  return describe_tasks(client, cluster, arns, width);
}

ServiceStatus service_status(const ir::LiveResource& live) {
  const Json& service = live.runtime;
  ServiceStatus status;
  status.address = live.resource.address;
  status.name = text_at(service, "serviceName");
  status.cluster = last_part(text_at(service, "clusterArn"));
  status.status = live.status;
  status.desired = static_cast<int>(number_at(service, "desiredCount"));
  status.running = static_cast<int>(number_at(service, "runningCount"));
  status.pending = static_cast<int>(number_at(service, "pendingCount"));
  status.definition = last_part(text_at(service, "taskDefinition"));
  for (const Json& deployment : list_at(service, "deployments")) {
    if (text_at(deployment, "status") != "PRIMARY") continue;
    status.rollout = text_at(deployment, "rolloutState");
    status.rollout_reason = text_at(deployment, "rolloutStateReason");
  }
  if (const Json& events = list_at(service, "events"); !events.empty()) status.last_event = text_at(events.front(), "message");
  return status;
}

Json to_json(const TaskStatus& task) {
  Json containers = Json::array();
  for (const ContainerStatus& container : task.containers) {
    Json item{{"name", container.name}, {"status", container.status}};
    if (!container.health.empty()) item["health"] = container.health;
    if (container.exit_code) item["exit_code"] = *container.exit_code;
    if (!container.reason.empty()) item["reason"] = container.reason;
    containers.push_back(std::move(item));
  }
  Json json{{"id", task.id}, {"status", task.status}, {"task_definition", task.definition}, {"urls", task.urls}, {"containers", containers}};
  const auto time = [](double seconds) { return format_utc(Timestamp(Milliseconds(static_cast<std::int64_t>(seconds * 1000)))); };
  if (!task.health.empty()) json["health"] = task.health;
  if (task.started_at > 0) json["started_at"] = time(task.started_at);
  if (task.stopped_at > 0) json["stopped_at"] = time(task.stopped_at);
  if (!task.stopped_reason.empty()) json["stopped_reason"] = task.stopped_reason;
  return json;
}

}  // namespace

TaskStatus task_status(const Json& task) {
  TaskStatus status;
  status.id = last_part(text_at(task, "taskArn"));
  status.cluster = text_at(task, "clusterArn");
  status.status = text_at(task, "lastStatus");
  status.health = known_health(text_at(task, "healthStatus"));
  status.definition = last_part(text_at(task, "taskDefinitionArn"));
  status.started_at = time_at(task, "startedAt");
  status.stopped_at = time_at(task, "stoppedAt");
  status.stopped_reason = text_at(task, "stoppedReason");
  status.urls = urls_of(task);
  for (const Json& container : list_at(task, "containers")) {
    ContainerStatus item{.name = text_at(container, "name"),
                         .status = text_at(container, "lastStatus"),
                         .health = known_health(text_at(container, "healthStatus")),
                         .exit_code = std::nullopt,
                         .reason = text_at(container, "reason")};
    if (container.contains("exitCode")) item.exit_code = number_at(container, "exitCode");
    status.containers.push_back(std::move(item));
  }
  return status;
}

Result<std::vector<ServiceStatus>> read_status(EcsClient& client, const ir::Snapshot& snapshot, const std::string& stack, bool stopped,
                                               std::size_t width) {
  std::vector<ServiceStatus> services;
  std::map<std::string, std::vector<std::size_t>> by_cluster;
  for (const ir::LiveResource& live : snapshot.resources) {
    if (live.resource.address.kind != "service" || live.stack != stack) continue;
    by_cluster[text_at(live.runtime, "clusterArn")].push_back(services.size());
    services.push_back(service_status(live));
  }
  for (const auto& [cluster, members] : by_cluster) {
    BERTH_TRY(tasks, read_tasks(client, cluster, "RUNNING", width));
    if (stopped) {
      BERTH_TRY(ended, read_tasks(client, cluster, "STOPPED", width));
      std::move(ended.begin(), ended.end(), std::back_inserter(tasks));
    }
    std::map<std::string, std::vector<const Json*>> by_group;
    for (const Json& task : tasks) by_group[text_at(task, "group")].push_back(&task);
    for (const std::size_t index : members) {
      for (const Json* task : by_group["service:" + services[index].name]) services[index].tasks.push_back(task_status(*task));
    }
  }
  for (ServiceStatus& service : services) {
    // Elsewhere a port is one of an instance that has another address.
    if (!client.is_local_engine()) {
      for (TaskStatus& task : service.tasks) task.urls.clear();
    }
    std::sort(service.tasks.begin(), service.tasks.end(), [](const TaskStatus& a, const TaskStatus& b) { return a.id < b.id; });
  }
  return services;
}

Json to_json(const ServiceStatus& service) {
  Json tasks = Json::array();
  for (const TaskStatus& task : service.tasks) tasks.push_back(to_json(task));
  std::set<std::string> urls;
  for (const TaskStatus& task : service.tasks) urls.insert(task.urls.begin(), task.urls.end());
  return {{"address", service.address.text()},
          {"name", service.name},
          {"cluster", service.cluster},
          {"status", service.status},
          {"desired", service.desired},
          {"running", service.running},
          {"pending", service.pending},
          {"task_definition", service.definition},
          {"rollout", {{"state", service.rollout}, {"reason", service.rollout_reason}}},
          {"last_event", service.last_event},
          {"urls", urls},
          {"tasks", tasks}};
}

}  // namespace berth::provider
