#pragma once

#include <optional>

#include "api/shapes.h"
#include "base/result.h"
#include "engine/context.h"

// What CreateService, UpdateService and RunTask refuse alike.
namespace berth::engine {

/// Launch type, network, placement and the other members that come in several requests. Those that this engine does not honour are refused
/// with UnsupportedFeatureException naming the member; an empty list asks for nothing.
std::optional<Error> refused_launch(const std::optional<std::string>& launch_type,
                                    const std::optional<std::vector<api::CapacityProviderStrategyItem>>& providers,
                                    const std::optional<std::string>& platform_version, const std::optional<bool>& execute_command);
std::optional<Error> refused_list(const char* member, const std::optional<std::vector<Json>>& list);
std::optional<Error> refused_placement(const std::optional<std::vector<api::PlacementConstraint>>& constraints,
                                       const std::optional<std::vector<api::PlacementStrategy>>& strategies);
std::optional<Error> refused_deployment(const std::optional<api::DeploymentConfiguration>& configuration,
                                        const std::optional<api::DeploymentController>& controller);
std::optional<Error> refused_service_connect(const std::optional<Json>& configuration);

/// networkConfiguration must be there if and only if the definition's network mode is awsvpc.
std::optional<Error> wrong_network(const api::TaskDefinition& definition, const std::optional<api::NetworkConfiguration>& network);
/// A registered definition that this engine can't run.
std::optional<Error> refused_definition(const api::TaskDefinition& definition);

/// Takes over what is given; the rest stays. Percentages out of range are refused.
Result<void> merge_deployment_configuration(const std::optional<api::DeploymentConfiguration>& given,
                                            scheduler::DeploymentConfiguration& configuration);

}  // namespace berth::engine
