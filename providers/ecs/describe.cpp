#include "providers/ecs/describe.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"
#include "providers/ecs/parallel.h"

namespace berth::provider {
namespace {

constexpr std::size_t kDescribedClusters = 100;
constexpr std::size_t kDescribedServices = 10;
constexpr std::size_t kDescribedProviders = 100;
constexpr std::size_t kDescribedTasks = 100;
constexpr int kPage = 100;

/// DescribeClusters, DescribeServices and DescribeCapacityProviders take so many names a call; gives those that are active.
Result<Json> describe(EcsClient& client, const char* operation, const char* member, const std::vector<std::string>& names, std::size_t at_once, Json request) {
  Json found = Json::array();
  for (std::size_t begin = 0; begin < names.size(); begin += at_once) {
    request[member] = std::vector<std::string>(names.begin() + static_cast<std::ptrdiff_t>(begin), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), begin + at_once)));
    BERTH_TRY(answer, client.call(operation, request));
    for (const Json& item : list_at(answer, member)) {
      if (text_at(item, "status") == "ACTIVE") found.push_back(item);
    }
  }
  return found;
}

Result<std::vector<std::string>> names_of(EcsClient& client, const char* operation, const Json& request, const char* member) {
  BERTH_TRY(items, client.list(operation, request, member));
  std::vector<std::string> names;
  for (const Json& item : items) {
    if (item.is_string()) names.push_back(item.get<std::string>());
  }
  return names;
}

/// Names of the capacity providers of clusters that somebody made.
std::vector<std::string> provider_names(const Json& clusters) {
  std::set<std::string> names;
  for (const Json& cluster : clusters) {
    for (const Json& name : list_at(cluster, "capacityProviders")) {
      if (name.is_string() && name != "FARGATE" && name != "FARGATE_SPOT") names.insert(name.get<std::string>());
    }
  }
  return {names.begin(), names.end()};
}

/// The newest revision of each family, by the number at the end of its ARN.
std::vector<std::string> newest(const std::vector<std::string>& arns) {
  std::map<std::string, std::pair<int, std::string>> best;
  for (const std::string& arn : arns) {
    const int revision = std::atoi(arn.substr(arn.rfind(':') + 1).c_str());
    auto& known = best[family_of(arn)];
    if (known.second.empty() || revision > known.first) known = {revision, arn};
  }
  std::vector<std::string> result;
  for (const auto& [family, revision] : best) result.push_back(revision.second);
  return result;
}

}  // namespace

Result<Json> describe_all(EcsClient& client, const std::string& cluster, const std::string& service) {
  std::vector<std::string> clusters{cluster};
  if (cluster.empty()) {
    BERTH_TRY(all, names_of(client, "ListClusters", {{"maxResults", kPage}}, "clusterArns"));
    clusters = std::move(all);
  }
  BERTH_TRY(described, describe(client, "DescribeClusters", "clusters", clusters, kDescribedClusters, {{"include", Json::array({"TAGS", "SETTINGS", "CONFIGURATIONS"})}}));
  if (!cluster.empty() && described.empty()) return Error{"not-found", fmt::format("there is no cluster `{}`", cluster)};

  Json services = Json::array();
  for (const Json& one : described) {
    const std::string arn = text_at(one, "clusterArn");
    std::vector<std::string> names{service};
    if (service.empty()) {
      BERTH_TRY(all, names_of(client, "ListServices", {{"cluster", arn}, {"maxResults", kPage}}, "serviceArns"));
      names = std::move(all);
    }
    BERTH_TRY(found, describe(client, "DescribeServices", "services", names, kDescribedServices, {{"cluster", arn}, {"include", Json::array({"TAGS"})}}));
    for (Json& item : found) services.push_back(std::move(item));
  }
  if (!service.empty() && services.empty()) return Error{"not-found", fmt::format("there is no service `{}` in the cluster `{}`", service, cluster)};

  std::set<std::string> wanted;
  std::set<std::string> families;
  for (const Json& one : services) {
    wanted.insert(text_at(one, "taskDefinition"));
    families.insert(family_of(text_at(one, "taskDefinition")));
  }
  if (cluster.empty()) {
    BERTH_TRY(all, names_of(client, "ListTaskDefinitions", {{"status", "ACTIVE"}, {"maxResults", kPage}}, "taskDefinitionArns"));
    for (const std::string& arn : newest(all)) {
      if (!families.contains(family_of(arn))) wanted.insert(arn);
    }
  }
  Json definitions = Json::array();
  for (const std::string& arn : wanted) {
    if (arn.empty()) continue;
    BERTH_TRY(answer, client.call("DescribeTaskDefinition", {{"taskDefinition", arn}, {"include", Json::array({"TAGS"})}}));
    Json definition = object_at(answer, "taskDefinition");
    definition["tags"] = list_at(answer, "tags");
    definitions.push_back(std::move(definition));
  }
  Json result{{"clusters", Json::array()}, {"capacityProviders", Json::array()}, {"services", services}, {"taskDefinitions", definitions}};
  if (!service.empty()) return result;
  BERTH_TRY(providers, describe(client, "DescribeCapacityProviders", "capacityProviders", provider_names(described), kDescribedProviders, {{"include", Json::array({"TAGS"})}}));
  result["capacityProviders"] = std::move(providers);
  result["clusters"] = std::move(described);
  return result;
}

Result<std::vector<Json>> list_tasks(EcsClient& client, const std::string& cluster, const std::string& service, const char* desired_status) {
  Json request{{"cluster", cluster}, {"desiredStatus", desired_status}, {"maxResults", kPage}};
  if (!service.empty()) request["serviceName"] = service;
  return client.list("ListTasks", request, "taskArns");
}

Result<std::vector<Json>> describe_tasks(EcsClient& client, const std::string& cluster, const std::vector<Json>& arns, std::size_t width) {
  const std::size_t calls = (arns.size() + kDescribedTasks - 1) / kDescribedTasks;
  auto parts = map_parallel<std::vector<Json>>(calls, width, [&](std::size_t i) -> Result<std::vector<Json>> {
    Json batch = Json::array();
    for (std::size_t k = i * kDescribedTasks; k < std::min(arns.size(), (i + 1) * kDescribedTasks); ++k) batch.push_back(arns[k]);
    BERTH_TRY(answer, client.call("DescribeTasks", {{"cluster", cluster}, {"tasks", std::move(batch)}}));
    return list_at(answer, "tasks").get<std::vector<Json>>();
  });
  if (!parts) return parts.error();
  std::vector<Json> tasks;
  for (std::vector<Json>& part : *parts) std::move(part.begin(), part.end(), std::back_inserter(tasks));
  return tasks;
}

}  // namespace berth::provider
