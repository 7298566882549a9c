#pragma once

#include <optional>

#include "api/shapes.h"
#include "base/result.h"

namespace berth::engine {

/// The definition that registration stores: checked against every rule of ecs.md section 1 that needs no other resource, sizes in units, the
/// server's defaults filled in, `compatibilities` computed. Revision, ARN and times are left to the caller. Refusals are ClientExceptions.
Result<api::TaskDefinition> normalized_definition(const api::RegisterTaskDefinitionRequest& request);

/// What a definition must not say to be run on Fargate (ecs.md 1.4, 1.9); nothing when it may.
std::optional<Error> not_for_fargate(const api::TaskDefinition& definition);
/// The same for EXTERNAL instances.
std::optional<Error> not_for_external(const api::TaskDefinition& definition);

/// Rules of one container that need only its task's network mode.
Result<void> check_container(const api::ContainerDefinition& container, const std::string& network_mode);
/// Rules of volumes and of what refers to them.
Result<void> check_volumes(const api::TaskDefinition& definition);

}  // namespace berth::engine
