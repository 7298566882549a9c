#pragma once

#include <optional>

#include "api/shapes.h"
#include "base/result.h"
#include "engine/context.h"
#include "scheduler/placement.h"

// What CreateService, UpdateService and RunTask refuse alike.
namespace berth::engine {

/// Where tasks run: what the request says of launch type and capacity providers, or what the cluster's default strategy says.
struct Launch {
  std::string launch_type = "EC2";
  std::vector<scheduler::CapacityProviderShare> providers{};
  [[nodiscard]] bool needs_instance() const;
  [[nodiscard]] bool is_fargate() const { return !needs_instance(); }
};
/// InvalidParameterException for a combination that ECS refuses, UnsupportedFeatureException for a launch type that this engine does not
/// have, PlatformUnknownException for an unknown version of Fargate.
Result<Launch> checked_launch(const Context& context, const Cluster& cluster, const std::optional<std::string>& launch_type,
                              const std::optional<std::vector<api::CapacityProviderStrategyItem>>& providers,
                              const std::optional<std::string>& platform_version);
/// The strategy alone: known providers of the cluster, one base, a weight, Fargate not mixed with others.
Result<std::vector<scheduler::CapacityProviderShare>> checked_strategy(const Context& context, const std::vector<std::string>& of_cluster,
                                                                       const std::vector<api::CapacityProviderStrategyItem>& items);
std::vector<api::CapacityProviderStrategyItem> present_strategy(const std::vector<scheduler::CapacityProviderShare>& shares);

/// Network, placement and the other members that come in several requests. Those that this engine does not honour are refused
/// with UnsupportedFeatureException naming the member; an empty list asks for nothing.
std::optional<Error> refused_exec(const std::optional<bool>& execute_command);
std::optional<Error> refused_list(const char* member, const std::optional<std::vector<Json>>& list);
/// Constraints and strategies, readable and in their ranges. `policy` begins with the group.
Result<scheduler::PlacementPolicy> checked_placement(const std::optional<std::vector<api::PlacementConstraint>>& constraints,
                                                     const std::optional<std::vector<api::PlacementStrategy>>& strategies, bool is_fargate);
std::optional<Error> refused_deployment(const std::optional<api::DeploymentConfiguration>& configuration);
/// What of a service whose caller deploys belongs to its task sets, or to nobody: InvalidParameterException.
std::optional<Error> left_to_task_sets(const api::CreateServiceRequest& request);
std::optional<Error> left_to_task_sets(const api::UpdateServiceRequest& request);
/// A service of the cluster by name or ARN. ServiceNotFoundException.
Result<Ref<scheduler::Service>> find_service(const Context& context, const Cluster& cluster, const std::string& text);
std::optional<Error> refused_service_connect(const std::optional<Json>& configuration);

/// networkConfiguration must be there if and only if the definition's network mode is awsvpc.
std::optional<Error> wrong_network(const api::TaskDefinition& definition, const std::optional<api::NetworkConfiguration>& network,
                                   const Launch& launch);
/// A registered definition that this engine can't run, or not in that place.
std::optional<Error> refused_definition(const api::TaskDefinition& definition, const Launch& launch);

/// Takes over what is given; the rest stays. Percentages out of range are refused.
Result<void> merge_deployment_configuration(const std::optional<api::DeploymentConfiguration>& given,
                                            scheduler::DeploymentConfiguration& configuration);

}  // namespace berth::engine
