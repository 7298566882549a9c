#include "providers/ecs/read_room.h"

#include <initializer_list>

#include "providers/ecs/batches.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/parallel.h"

namespace berth::provider {
namespace {

constexpr std::size_t kDescribedAtOnce = 100;
constexpr int kListedAtOnce = 100;

/// A List operation, and the Describe operation that takes what it gives as `members` and answers with them.
struct Operations {
  const char* list;
  const char* arns;
  const char* describe;
  const char* members;
};

Json with_members(const Json& object, std::initializer_list<const char*> names) {
  Json kept = Json::object();
  for (const char* name : names) {
    if (const auto found = object.find(name); found != object.end()) kept[name] = *found;
  }
  return kept;
}

Result<Json> read_all(EcsClient& client, const std::string& cluster, const Operations& operations, std::initializer_list<const char*> kept, std::size_t width) {
  BERTH_TRY(arns, client.list(operations.list, {{"cluster", cluster}, {"maxResults", kListedAtOnce}}, operations.arns));
  const auto parts = batches(as_texts(arns), kDescribedAtOnce);
  const auto described = map_parallel<Json>(parts.size(), width, [&](std::size_t i) -> Result<Json> {
    BERTH_TRY(answer, client.call(operations.describe, {{"cluster", cluster}, {operations.members, parts[i]}}));
    return list_at(answer, operations.members);
  });
  if (!described) return described.error();
  Json all = Json::array();
  for (const Json& part : *described) {
    for (const Json& item : part) all.push_back(with_members(item, kept));
  }
  return all;
}

}  // namespace

Result<plan::Room> read_room(EcsClient& client, const std::string& cluster_arn, std::size_t width) {
  BERTH_TRY(instances, read_all(client, cluster_arn, {"ListContainerInstances", "containerInstanceArns", "DescribeContainerInstances", "containerInstances"},
                                {"containerInstanceArn", "ec2InstanceId", "status", "agentConnected", "attributes", "registeredResources", "remainingResources"}, width));
  BERTH_TRY(tasks, read_all(client, cluster_arn, {"ListTasks", "taskArns", "DescribeTasks", "tasks"}, {"taskArn", "group", "desiredStatus", "containerInstanceArn"}, width));
  return plan::Room{.instances = std::move(instances), .tasks = std::move(tasks)};
}

}  // namespace berth::provider
