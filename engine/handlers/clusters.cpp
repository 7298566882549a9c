#include <set>

#include "api/codec.h"
#include "engine/handlers/capacity_providers.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/instances.h"
#include "engine/handlers/present.h"
#include "engine/handlers/resolve.h"

namespace berth::engine {
namespace {

Json default_settings() { return Json::array({{{"name", "containerInsights"}, {"value", "disabled"}}}); }

Result<Json> checked_settings(const std::vector<api::ClusterSetting>& settings) {
  static const std::set<std::string> kValues{"enabled", "disabled", "enhanced"};
  Json checked = Json::array();
  for (const api::ClusterSetting& setting : settings) {
    if (!setting.name) return invalid_parameter("The name of a cluster setting can not be null.");
    if (!kValues.contains(setting.value.value_or(""))) return invalid_parameter("Invalid value of the setting containerInsights.");
    checked.push_back(api::encode(setting));
  }
  return checked.empty() ? default_settings() : checked;
}

/// Service Connect comes later; what asks for it is refused, not ignored.
std::optional<Error> refused(const api::CreateClusterRequest& request) {
  if (request.service_connect_defaults) return unsupported("serviceConnectDefaults");
  return std::nullopt;
}

constexpr ClusterParts kAll{.configuration = true, .settings = true, .statistics = false, .tags = true};
constexpr ClusterParts kNoTags{.configuration = true, .settings = true, .statistics = false, .tags = false};

}  // namespace

Result<api::CreateClusterResponse> create_cluster(Call& call, const api::CreateClusterRequest& request) {
  if (auto error = refused(request)) return *error;
  const std::string name = request.cluster_name && !request.cluster_name->empty() ? *request.cluster_name : "default";
  BERTH_TRY(tags, checked_tags(request.tags));
  if (const auto existing = call.store.cluster(name); existing && existing->status == "ACTIVE") {
    return api::CreateClusterResponse{.cluster = present_cluster(call, *existing, kAll)};
  }
  BERTH_TRY(settings, checked_settings(request.settings.value_or(std::vector<api::ClusterSetting>{})));
  Cluster cluster{.name = name, .arn = call.config.arns.cluster(name), .status = "ACTIVE", .tags = std::move(tags)};
  cluster.created_at = call.now;
  cluster.extra["settings"] = std::move(settings);
  if (request.configuration) cluster.extra["configuration"] = *request.configuration;
  BERTH_TRY_VOID(set_capacity_providers(call, cluster, request.capacity_providers.value_or(std::vector<std::string>{}),
                                        request.default_capacity_provider_strategy.value_or(std::vector<api::CapacityProviderStrategyItem>{})));
  call.store.put_cluster(cluster);
  register_instance(call, cluster);
  return api::CreateClusterResponse{.cluster = present_cluster(call, cluster, kAll)};
}

Result<api::DescribeClustersResponse> describe_clusters(Call& call, const api::DescribeClustersRequest& request) {
  const ClusterParts parts{.configuration = includes(request.include, "CONFIGURATIONS"),
                           .settings = includes(request.include, "SETTINGS"),
                           .statistics = includes(request.include, "STATISTICS"),
                           .tags = includes(request.include, "TAGS")};
  api::DescribeClustersResponse response;
  response.clusters.emplace();
  response.failures.emplace();
  std::vector<std::string> names = request.clusters.value_or(std::vector<std::string>{});
  if (names.empty()) names.emplace_back("default");
  for (const std::string& text : names) {
    BERTH_TRY(name, local_name(call, text, "cluster"));
    if (const auto cluster = call.store.cluster(name)) {
      response.clusters->push_back(present_cluster(call, *cluster, parts));
    } else {
      response.failures->push_back(missing(call.config.arns.cluster(name)));
    }
  }
  return response;
}

Result<api::ListClustersResponse> list_clusters(Call& call, const api::ListClustersRequest& request) {
  BERTH_TRY(cursor, page_cursor(request.next_token));
  const std::size_t size = page_size(request.max_results);
  std::vector<std::string> names = call.store.active_clusters(cursor, size + 1);
  api::ListClustersResponse response;
  response.next_token = cut_page(names, size, [](const std::string& name) { return name; });
  response.cluster_arns.emplace();
  for (const std::string& name : names) response.cluster_arns->push_back(call.config.arns.cluster(name));
  return response;
}

Result<api::DeleteClusterResponse> delete_cluster(Call& call, const api::DeleteClusterRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  const Store::ServiceCounts services = call.store.cluster_service_counts(cluster->name);
  if (services.active + services.draining > 0) {
    return Error{"ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."};
  }
  if (!call.store.list_tasks({.cluster = cluster->name, .desired_status = "RUNNING", .limit = 1}).empty()) {
    return Error{"ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."};
  }
  Cluster deleted = *cluster;
  deleted.status = "INACTIVE";
  call.store.put_cluster(deleted);
  deregister_instances(call, deleted);
  return api::DeleteClusterResponse{.cluster = present_cluster(call, deleted, kNoTags)};
}

namespace {

Result<api::Cluster> change_cluster(Call& call, const std::optional<std::string>& name, const std::optional<std::vector<api::ClusterSetting>>& settings,
                                    const std::optional<Json>& configuration) {
  BERTH_TRY(cluster, active_cluster(call, name));
  Cluster changed = *cluster;
  if (settings) {
    BERTH_TRY(checked, checked_settings(*settings));
    changed.extra["settings"] = std::move(checked);
  }
  if (configuration) changed.extra["configuration"] = *configuration;
  call.store.put_cluster(changed);
  return present_cluster(call, changed, kAll);
}

}  // namespace

Result<api::UpdateClusterResponse> update_cluster(Call& call, const api::UpdateClusterRequest& request) {
  if (request.service_connect_defaults) return unsupported("serviceConnectDefaults");
  BERTH_TRY(cluster, change_cluster(call, request.cluster, request.settings, request.configuration));
  return api::UpdateClusterResponse{.cluster = std::move(cluster)};
}

Result<api::UpdateClusterSettingsResponse> update_cluster_settings(Call& call, const api::UpdateClusterSettingsRequest& request) {
  BERTH_TRY(cluster, change_cluster(call, request.cluster, request.settings, std::nullopt));
  return api::UpdateClusterSettingsResponse{.cluster = std::move(cluster)};
}

}  // namespace berth::engine
