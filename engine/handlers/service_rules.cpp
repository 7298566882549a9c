#include "engine/handlers/service_rules.h"

#include <set>

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

std::optional<Error> refused_launch(const std::optional<std::string>& launch_type,
                                    const std::optional<std::vector<api::CapacityProviderStrategyItem>>& providers,
                                    const std::optional<std::string>& platform_version, const std::optional<bool>& execute_command) {
  if (launch_type && *launch_type != "EC2") return unsupported("launchType " + *launch_type);
  if (providers && !providers->empty()) return unsupported("capacityProviderStrategy");
  if (platform_version && !platform_version->empty()) return invalid_parameter("The platform version must be null for the launch type EC2.");
  if (execute_command.value_or(false)) return unsupported("enableExecuteCommand");
  return std::nullopt;
}

std::optional<Error> refused_placement(const std::optional<std::vector<api::PlacementConstraint>>& constraints,
                                       const std::optional<std::vector<api::PlacementStrategy>>& strategies) {
  if (constraints && !constraints->empty()) return unsupported("placementConstraints");
  // With one instance every strategy places alike, so they are honoured as they are.
  for (const api::PlacementStrategy& strategy : strategies.value_or(std::vector<api::PlacementStrategy>{})) {
    if (auto error = wrong_strategy(strategy)) return error;
  }
  return std::nullopt;
}

std::optional<Error> refused_deployment(const std::optional<api::DeploymentConfiguration>& configuration,
                                        const std::optional<api::DeploymentController>& controller) {
  if (controller && controller->type.value_or("ECS") != "ECS") return unsupported("deploymentController " + *controller->type);
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

std::optional<Error> wrong_network(const api::TaskDefinition& definition, const std::optional<api::NetworkConfiguration>& network) {
  const bool awsvpc = network_mode_of(definition) == "awsvpc";
  const bool given = network && network->awsvpc_configuration;
  if (awsvpc && !given) {
    return invalid_parameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  if (!awsvpc && given) return invalid_parameter("Network Configuration is not valid for the given networkMode of this task definition.");
  if (!given) return std::nullopt;
  if (network->awsvpc_configuration->subnets->empty()) return invalid_parameter("subnets can not be empty.");
  if (network->awsvpc_configuration->assign_public_ip == "ENABLED") {
    return invalid_parameter("Assign public IP is not supported for the launch type EC2.");
  }
  return std::nullopt;
}

std::optional<Error> refused_definition(const api::TaskDefinition& definition) {
  const auto compatible = definition.compatibilities.value_or(std::vector<std::string>{});
  if (std::find(compatible.begin(), compatible.end(), "EC2") == compatible.end()) {
    return invalid_parameter("Task definition does not support launch_type EC2.");
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
    configuration.circuit_breaker = {.enable = *given->deployment_circuit_breaker->enable, .rollback = *given->deployment_circuit_breaker->rollback};
  }
  if (configuration.minimum_healthy_percent < 0) return invalid_parameter("minimumHealthyPercent must be at least 0.");
  if (configuration.maximum_percent < 1) return invalid_parameter("maximumPercent must be at least 1.");
  if (configuration.maximum_percent < configuration.minimum_healthy_percent) {
    return invalid_parameter("maximumPercent must not be less than minimumHealthyPercent.");
  }
  return {};
}

}  // namespace berth::engine
