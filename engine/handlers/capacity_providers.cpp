#include "engine/handlers/capacity_providers.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "api/codec.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/present.h"
#include "engine/handlers/resolve.h"
#include "engine/handlers/service_rules.h"

namespace berth::engine {
namespace {

constexpr const char* kKind = "capacity-provider";
constexpr std::size_t kPage = 10;

bool is_fargate(const std::string& name) { return name == "FARGATE" || name == "FARGATE_SPOT"; }

/// The providers that are always there.
api::CapacityProvider fargate(const Call& call, const std::string& name) {
  return {.capacity_provider_arn = call.config.arns.capacity_provider(name), .name = name, .status = "ACTIVE", .type = name};
}

Result<std::string> provider_name(const Context& context, const std::string& text) { return local_name(context, text, "capacity-provider"); }

std::optional<api::CapacityProvider> find_provider(const Call& call, const std::string& name) {
  if (is_fargate(name)) return fargate(call, name);
  const auto document = call.store.document(kKind, name);
  if (!document) return std::nullopt;
  auto provider = api::decode<api::CapacityProvider>(*document);
  return provider ? std::optional(std::move(*provider)) : std::nullopt;
}

/// ACTIVE clusters that have the provider.
std::vector<std::string> clusters_with(const Context& context, const std::string& provider) {
  std::vector<std::string> found;
  for (const std::string& name : context.store.active_clusters("", SIZE_MAX)) {
    const auto providers = context.store.cluster(name)->extra.value("capacityProviders", std::vector<std::string>{});
    if (std::find(providers.begin(), providers.end(), provider) != providers.end()) found.push_back(name);
  }
  return found;
}

std::optional<Error> wrong_name(const std::string& name) {
  for (const char* prefix : {"aws", "ecs", "fargate"}) {
    std::string begin = name.substr(0, std::string_view(prefix).size());
    std::transform(begin.begin(), begin.end(), begin.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (begin == prefix) return invalid_parameter(fmt::format("The name of a capacity provider must not begin with {}: {}", prefix, name));
  }
  return std::nullopt;
}

/// With the defaults of the service; `before` is what an update changes.
Result<api::AutoScalingGroupProvider> completed(api::AutoScalingGroupProvider given, const api::AutoScalingGroupProvider& before) {
  if (!given.auto_scaling_group_arn) given.auto_scaling_group_arn = before.auto_scaling_group_arn;
  if (!given.auto_scaling_group_arn || given.auto_scaling_group_arn->empty()) return invalid_parameter("autoScalingGroupArn can not be null.");
  if (!given.managed_scaling) given.managed_scaling = before.managed_scaling.value_or(api::ManagedScaling{});
  api::ManagedScaling& scaling = *given.managed_scaling;
  scaling.status = scaling.status.value_or("DISABLED");
  scaling.target_capacity = scaling.target_capacity.value_or(100);
  scaling.minimum_scaling_step_size = scaling.minimum_scaling_step_size.value_or(1);
  scaling.maximum_scaling_step_size = scaling.maximum_scaling_step_size.value_or(10'000);
  scaling.instance_warmup_period = scaling.instance_warmup_period.value_or(300);
  given.managed_termination_protection = given.managed_termination_protection.value_or(before.managed_termination_protection.value_or("DISABLED"));
  given.managed_draining = given.managed_draining.value_or(before.managed_draining.value_or("ENABLED"));
  if (given.managed_termination_protection == "ENABLED" && scaling.status != "ENABLED") {
    return invalid_parameter("The managed termination protection needs managed scaling.");
  }
  return given;
}

/// Only providers of managed instances, which are refused, belong to one cluster.
std::optional<Error> refused_cluster(const std::optional<std::string>& cluster) {
  if (!cluster || cluster->empty()) return std::nullopt;
  return invalid_parameter("The cluster can be given only for capacity providers of managed instances.");
}

bool is_used(const Context& context, const std::string& cluster, const std::string& provider) {
  for (const ServiceKey& key : context.store.live_services()) {
    if (key.cluster != cluster) continue;
    for (const auto& share : context.store.service(key)->capacity_providers) {
      if (share.provider == provider) return true;
    }
  }
  return false;
}

}  // namespace

Result<void> set_capacity_providers(const Context& context, Cluster& cluster, const std::vector<std::string>& providers,
                                    const std::vector<api::CapacityProviderStrategyItem>& strategy) {
  std::vector<std::string> names;
  for (const std::string& text : providers) {
    BERTH_TRY(name, provider_name(context, text));
    if (!is_fargate(name) && !context.store.document(kKind, name)) {
      return invalid_parameter(fmt::format("The specified capacity provider does not exist: {}", name));
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  BERTH_TRY(shares, checked_strategy(context, names, strategy));
  cluster.extra["capacityProviders"] = names;
  cluster.extra["defaultCapacityProviderStrategy"] = Json::array();
  for (const auto& item : present_strategy(shares)) cluster.extra["defaultCapacityProviderStrategy"].push_back(api::encode(item));
  return {};
}

Result<api::PutClusterCapacityProvidersResponse> put_cluster_capacity_providers(Call& call, const api::PutClusterCapacityProvidersRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  Cluster changed = *cluster;
  BERTH_TRY_VOID(set_capacity_providers(call, changed, *request.capacity_providers, *request.default_capacity_provider_strategy));
  const auto kept = changed.extra["capacityProviders"].get<std::vector<std::string>>();
  for (const std::string& before : cluster->extra.value("capacityProviders", std::vector<std::string>{})) {
    const bool gone = std::find(kept.begin(), kept.end(), before) == kept.end();
    if (gone && is_used(call, cluster->name, before)) {
      return Error{"ResourceInUseException", fmt::format("The specified capacity provider is in use and cannot be removed: {}", before)};
    }
  }
  call.store.put_cluster(changed);
  return api::PutClusterCapacityProvidersResponse{
      .cluster = present_cluster(call, changed, {.configuration = true, .settings = true, .statistics = false, .tags = true})};
}

Result<api::CreateCapacityProviderResponse> create_capacity_provider(Call& call, const api::CreateCapacityProviderRequest& request) {
  if (auto error = refused_cluster(request.cluster)) return *error;
  if (auto error = wrong_name(*request.name)) return *error;
  if (request.managed_instances_provider) return unsupported("managedInstancesProvider");
  if (!request.auto_scaling_group_provider) return invalid_parameter("A capacity provider needs an autoScalingGroupProvider.");
  if (call.store.document(kKind, *request.name)) {
    return invalid_parameter(fmt::format("The specified capacity provider already exists: {}", *request.name));
  }
  BERTH_TRY(provider, completed(*request.auto_scaling_group_provider, {}));
  BERTH_TRY(tags, checked_tags(request.tags));
  api::CapacityProvider made{.capacity_provider_arn = call.config.arns.capacity_provider(*request.name), .name = request.name, .status = "ACTIVE"};
  made.auto_scaling_group_provider = std::move(provider);
  made.update_status = "CREATE_COMPLETE";
  made.type = "EC2_AUTOSCALING";
  made.tags = present_tags(tags);
  call.store.put_document(kKind, *request.name, api::encode(made));
  return api::CreateCapacityProviderResponse{.capacity_provider = std::move(made)};
}

Result<api::UpdateCapacityProviderResponse> update_capacity_provider(Call& call, const api::UpdateCapacityProviderRequest& request) {
  if (auto error = refused_cluster(request.cluster)) return *error;
  BERTH_TRY(name, provider_name(call, *request.name));
  if (is_fargate(name)) return invalid_parameter("The capacity providers of Fargate cannot be changed.");
  if (request.managed_instances_provider) return unsupported("managedInstancesProvider");
  auto provider = find_provider(call, name);
  if (!provider) return client_error(fmt::format("The specified capacity provider does not exist: {}", name));
  if (request.auto_scaling_group_provider) {
    BERTH_TRY(changed, completed(*request.auto_scaling_group_provider, *provider->auto_scaling_group_provider));
    provider->auto_scaling_group_provider = std::move(changed);
  }
  provider->update_status = "UPDATE_COMPLETE";
  call.store.put_document(kKind, name, api::encode(*provider));
  return api::UpdateCapacityProviderResponse{.capacity_provider = std::move(*provider)};
}

Result<api::DeleteCapacityProviderResponse> delete_capacity_provider(Call& call, const api::DeleteCapacityProviderRequest& request) {
  if (auto error = refused_cluster(request.cluster)) return *error;
  BERTH_TRY(name, provider_name(call, *request.capacity_provider));
  if (is_fargate(name)) return invalid_parameter("The capacity providers of Fargate cannot be deleted.");
  auto provider = find_provider(call, name);
  if (!provider) return client_error(fmt::format("The specified capacity provider does not exist: {}", name));
  if (const auto clusters = clusters_with(call, name); !clusters.empty()) {
    return client_error(fmt::format("The capacity provider is associated with the cluster {}: remove it there first.", clusters.front()));
  }
  call.store.remove_document(kKind, name);
  provider->status = "INACTIVE";
  provider->update_status = "DELETE_COMPLETE";
  return api::DeleteCapacityProviderResponse{.capacity_provider = std::move(*provider)};
}

Result<api::DescribeCapacityProvidersResponse> describe_capacity_providers(Call& call, const api::DescribeCapacityProvidersRequest& request) {
  BERTH_TRY(cursor, page_cursor(request.next_token));
  api::DescribeCapacityProvidersResponse response;
  response.capacity_providers.emplace();
  response.failures.emplace();
  std::vector<std::string> names;
  for (const std::string& text : request.capacity_providers.value_or(std::vector<std::string>{})) {
    BERTH_TRY(name, provider_name(call, text));
    names.push_back(name);
  }
  std::optional<std::vector<std::string>> of_cluster;
  if (request.cluster && !request.cluster->empty()) {
    BERTH_TRY(cluster, active_cluster(call, request.cluster));
    of_cluster = cluster->extra.value("capacityProviders", std::vector<std::string>{});
  }
  if (names.empty()) {
    names = {"FARGATE", "FARGATE_SPOT"};
    for (const auto& [name, document] : call.store.documents(kKind)) names.push_back(name);
    if (of_cluster) names = *of_cluster;
    std::sort(names.begin(), names.end());
    if (!cursor.empty()) names.erase(names.begin(), std::upper_bound(names.begin(), names.end(), cursor));
    response.next_token = cut_page(names, page_size(request.max_results, kPage), [](const std::string& name) { return name; });
  }
  for (const std::string& name : names) {
    const bool asked_for = !of_cluster || std::find(of_cluster->begin(), of_cluster->end(), name) != of_cluster->end();
    if (auto provider = asked_for ? find_provider(call, name) : std::nullopt) {
      if (!includes(request.include, "TAGS")) provider->tags.reset();
      response.capacity_providers->push_back(std::move(*provider));
    } else {
      response.failures->push_back(missing(call.config.arns.capacity_provider(name)));
    }
  }
  return response;
}

}  // namespace berth::engine
