#include "engine/handlers/service_rules.h"

#include <set>

#include <fmt/format.h>

#include "engine/control/definition.h"
#include "engine/handlers/resolve.h"

namespace berth::engine {
namespace {

std::optional<Error> wrong_strategy(const api::PlacementStrategy& strategy) {
  const std::string type = strategy.type.value_or("");
  const std::string field = strategy.field.value_or("");
  if (type.empty()) return invalid_parameter("The type of a placement strategy can not be null.");
  if (type == "random" && !field.empty()) return invalid_parameter("The placement strategy random takes no field.");
  if (type == "binpack" && field != "cpu" && field != "memory" && field != "CPU" && field != "MEMORY") {
    return invalid_parameter("The placement strategy binpack takes the field cpu or memory.");
  }
  if (type == "spread" && field != "instanceId" && field != "host" && field.compare(0, 10, "attribute:") != 0) {
    return invalid_parameter("The placement strategy spread takes the field instanceId, host or attribute:NAME.");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> refused_list(const char* member, const std::optional<std::vector<Json>>& list) {
  if (list && !list->empty()) return unsupported(member);
  return std::nullopt;
}

bool Launch::needs_instance() const {
  if (providers.empty()) return launch_type != "FARGATE";
  return scheduler::launch_type_of(providers.front().provider) != "FARGATE";
}

Result<std::vector<scheduler::CapacityProviderShare>> checked_strategy(const Context& context, const std::vector<std::string>& of_cluster,
                                                                       const std::vector<api::CapacityProviderStrategyItem>& items) {
  std::vector<scheduler::CapacityProviderShare> shares;
  std::set<std::string> names;
  std::set<std::string> kinds;
  int bases = 0;
  bool weighted = false;
  for (const api::CapacityProviderStrategyItem& item : items) {
    BERTH_TRY(name, local_name(context, *item.capacity_provider, "capacity-provider"));
    if (std::find(of_cluster.begin(), of_cluster.end(), name) == of_cluster.end()) {
      return invalid_parameter(fmt::format("The specified capacity provider {} is not associated with the cluster.", name));
    }
    if (!names.insert(name).second) return invalid_parameter("A capacity provider can be in a strategy only once.");
    kinds.insert(scheduler::launch_type_of(name));
    shares.push_back({name, item.weight.value_or(0), item.base.value_or(0)});
    bases += shares.back().base > 0 ? 1 : 0;
    weighted = weighted || shares.back().weight > 0;
  }
  if (bases > 1) return invalid_parameter("Only one capacity provider of a strategy can have a base.");
  if (shares.size() > 1 && !weighted) return invalid_parameter("At least one capacity provider of a strategy must have a weight above 0.");
  if (kinds.size() > 1) return invalid_parameter("A capacity provider strategy cannot mix Fargate with Auto Scaling group providers.");
  return shares;
}

std::vector<api::CapacityProviderStrategyItem> present_strategy(const std::vector<scheduler::CapacityProviderShare>& shares) {
  std::vector<api::CapacityProviderStrategyItem> items;
  for (const auto& share : shares) items.push_back({.capacity_provider = share.provider, .weight = share.weight, .base = share.base});
  return items;
}

Result<Launch> checked_launch(const Context& context, const Cluster& cluster, const std::optional<std::string>& launch_type,
                              const std::optional<std::vector<api::CapacityProviderStrategyItem>>& providers,
                              const std::optional<std::string>& platform_version) {
  const auto of_cluster = cluster.extra.value("capacityProviders", std::vector<std::string>{});
  Launch launch;
  if (launch_type && providers && !providers->empty()) {
    return invalid_parameter("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.");
  }
  if (launch_type && *launch_type != "EC2" && *launch_type != "FARGATE") return unsupported("launchType " + *launch_type);
  if (launch_type) launch.launch_type = *launch_type;
  if (providers) {
    BERTH_TRY(shares, checked_strategy(context, of_cluster, *providers));
    launch.providers = std::move(shares);
  } else if (!launch_type) {
    // Its providers were checked when the cluster got them.
    for (const Json& item : cluster.extra.value("defaultCapacityProviderStrategy", Json::array())) {
      launch.providers.push_back({item.value("capacityProvider", ""), item.value("weight", std::int64_t{0}), item.value("base", std::int64_t{0})});
    }
  }
  if (!launch.providers.empty()) launch.launch_type = scheduler::launch_type_of(launch.providers.front().provider);
  if (!platform_version || platform_version->empty()) return launch;
  if (!launch.is_fargate()) return invalid_parameter("The platform version must be null for the launch type EC2.");
  static const std::set<std::string> kVersions{"LATEST", "1.4.0", "1.3.0"};
  if (!kVersions.contains(*platform_version)) return Error{"PlatformUnknownException", "The specified platform does not exist."};
  return launch;
}

std::optional<Error> refused_exec(const std::optional<bool>& execute_command) {
  if (execute_command.value_or(false)) return unsupported("enableExecuteCommand");
  return std::nullopt;
}

Result<scheduler::PlacementPolicy> checked_placement(const std::optional<std::vector<api::PlacementConstraint>>& constraints,
                                                     const std::optional<std::vector<api::PlacementStrategy>>& strategies, bool is_fargate) {
  scheduler::PlacementPolicy policy;
  for (const api::PlacementConstraint& constraint : constraints.value_or(std::vector<api::PlacementConstraint>{})) {
    const auto type = scheduler::from_name<scheduler::ConstraintType>(constraint.type.value_or(""));
    const std::string expression = constraint.expression.value_or("");
    if (!type) return invalid_parameter("The type of a placement constraint can not be null.");
    const bool member_of = *type == scheduler::ConstraintType::MemberOf;
    if (member_of == expression.empty()) {
      return invalid_parameter(member_of ? "The placement constraint memberOf needs an expression." : "distinctInstance takes no expression.");
    }
    policy.constraints.push_back({*type, expression});
  }
  BERTH_TRY_VOID(scheduler::check_constraints(policy.constraints));
  for (const api::PlacementStrategy& strategy : strategies.value_or(std::vector<api::PlacementStrategy>{})) {
    if (auto error = wrong_strategy(strategy)) return *error;
    policy.strategies.push_back({*scheduler::from_name<scheduler::StrategyType>(*strategy.type), strategy.field.value_or("")});
  }
  if (is_fargate && !policy.constraints.empty()) return invalid_parameter("Placement constraints are not supported with the launch type FARGATE.");
  if (is_fargate && !policy.strategies.empty()) return invalid_parameter("Placement strategies are not supported with the launch type FARGATE.");
  return policy;
}

namespace {

Error of_task_sets(const char* member) {
  return invalid_parameter(fmt::format("{} is not supported on services with an EXTERNAL deployment controller. Use task sets.", member));
}

/// What both requests may hold; the bounds are fixed, and used only when an instance is drained (ecs.md 2.2).
template <class Request>
std::optional<Error> left_by_both(const Request& request) {
  if (request.task_definition && !request.task_definition->empty()) return of_task_sets("taskDefinition");
  if (request.capacity_provider_strategy) return of_task_sets("capacityProviderStrategy");
  if (request.platform_version && !request.platform_version->empty()) return of_task_sets("platformVersion");
  if (request.network_configuration) return of_task_sets("networkConfiguration");
  const auto& configuration = request.deployment_configuration;
  if (!configuration) return std::nullopt;
  const bool breaks = configuration->deployment_circuit_breaker && configuration->deployment_circuit_breaker->enable.value_or(false);
  const bool bounds = configuration->minimum_healthy_percent.value_or(100) != 100 || configuration->maximum_percent.value_or(200) != 200;
  if (breaks || bounds) return of_task_sets("deploymentConfiguration");
  return std::nullopt;
}

}  // namespace

std::optional<Error> left_to_task_sets(const api::CreateServiceRequest& request) {
  if (request.launch_type) return of_task_sets("launchType");
  if (request.scheduling_strategy == "DAEMON") return of_task_sets("The scheduling strategy DAEMON");
  return left_by_both(request);
}

std::optional<Error> left_to_task_sets(const api::UpdateServiceRequest& request) {
  if (request.force_new_deployment.value_or(false)) return of_task_sets("forceNewDeployment");
  return left_by_both(request);
}

Result<Ref<scheduler::Service>> find_service(const Context& context, const Cluster& cluster, const std::string& text) {
  BERTH_TRY(name, local_name(context, text, "service", cluster.name));
  if (auto service = context.store.service({cluster.name, name})) return service;
  return Error{"ServiceNotFoundException", "Service not found."};
}

std::optional<Error> refused_deployment(const std::optional<api::DeploymentConfiguration>& configuration) {
  if (!configuration) return std::nullopt;
  if (configuration->strategy.value_or("ROLLING") != "ROLLING") return unsupported("deploymentConfiguration.strategy " + *configuration->strategy);
  if (configuration->alarms && configuration->alarms->is_object() && configuration->alarms->value("enable", Json(true)) != Json(false)) {
    return unsupported("deploymentConfiguration.alarms");
  }
  if (configuration->bake_time_in_minutes.value_or(0) != 0) return unsupported("deploymentConfiguration.bakeTimeInMinutes");
  if (configuration->linear_configuration) return unsupported("deploymentConfiguration.linearConfiguration");
  if (configuration->canary_configuration) return unsupported("deploymentConfiguration.canaryConfiguration");
  return refused_list("deploymentConfiguration.lifecycleHooks", configuration->lifecycle_hooks);
}

std::optional<Error> refused_service_connect(const std::optional<Json>& configuration) {
  if (!configuration || (configuration->is_object() && configuration->value("enabled", Json(true)) == Json(false))) return std::nullopt;
  return unsupported("serviceConnectConfiguration");
}

std::optional<Error> wrong_network(const api::TaskDefinition& definition, const std::optional<api::NetworkConfiguration>& network,
                                   const Launch& launch) {
  const bool awsvpc = network_mode_of(definition) == "awsvpc";
  const bool given = network && network->awsvpc_configuration;
  if (awsvpc && !given) {
    return invalid_parameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  if (!awsvpc && given) return invalid_parameter("Network Configuration is not valid for the given networkMode of this task definition.");
  if (!given) return std::nullopt;
  if (network->awsvpc_configuration->subnets->empty()) return invalid_parameter("subnets can not be empty.");
  if (!launch.is_fargate() && network->awsvpc_configuration->assign_public_ip == "ENABLED") {
    return invalid_parameter("Assign public IP is not supported for the launch type EC2.");
  }
  return std::nullopt;
}

std::optional<Error> refused_definition(const api::TaskDefinition& definition, const Launch& launch) {
  const auto compatible = definition.compatibilities.value_or(std::vector<std::string>{});
  if (std::find(compatible.begin(), compatible.end(), launch.launch_type) == compatible.end()) {
    return invalid_parameter(fmt::format("Task definition does not support launch_type {}.", launch.launch_type));
  }
  if (auto member = cannot_run(definition)) return unsupported(*member);
  return std::nullopt;
}

Result<void> merge_deployment_configuration(const std::optional<api::DeploymentConfiguration>& given,
                                            scheduler::DeploymentConfiguration& configuration) {
  if (!given) return {};
  if (given->minimum_healthy_percent) configuration.minimum_healthy_percent = *given->minimum_healthy_percent;
  if (given->maximum_percent) configuration.maximum_percent = *given->maximum_percent;
  if (given->deployment_circuit_breaker) {
    const api::DeploymentCircuitBreaker& breaker = *given->deployment_circuit_breaker;
    configuration.circuit_breaker = {.enable = *breaker.enable, .rollback = *breaker.rollback};
    configuration.circuit_breaker.reset_on_healthy_task = breaker.reset_on_healthy_task.value_or(true);
    if (breaker.threshold_configuration) {
      const auto type = scheduler::from_name<scheduler::ThresholdType>(breaker.threshold_configuration->type.value_or("BOUNDED_PERCENT"));
      configuration.circuit_breaker.threshold_type = *type;
      configuration.circuit_breaker.threshold_value = breaker.threshold_configuration->value.value_or(50);
    }
  }
  if (configuration.minimum_healthy_percent < 0) return invalid_parameter("minimumHealthyPercent must be at least 0.");
  if (configuration.maximum_percent < 1) return invalid_parameter("maximumPercent must be at least 1.");
  if (configuration.maximum_percent < configuration.minimum_healthy_percent) {
    return invalid_parameter("maximumPercent must not be less than minimumHealthyPercent.");
  }
  return {};
}

}  // namespace berth::engine
