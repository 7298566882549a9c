#pragma once

#include <optional>

#include "api/shapes.h"
#include "base/result.h"
#include "engine/drivers/driver.h"
#include "scheduler/model/task.h"

// The parts of a container's spec that come from its Linux, volume and namespace settings. Pure.
namespace berth::engine {

/// What ECS would fetch before the task's first container and this engine has no source for: values of `secrets`, environment files, and
/// credentials of registries. Error code ResourceInitializationError. Source: ecs.md 5.7.
std::optional<Error> missing_resource(const api::TaskDefinition& definition);

/// Mount points and volumesFrom. A volume without a path of the host is one of the runtime; it ends with the task unless its scope is shared.
Result<void> add_volumes(ContainerSpec& spec, const scheduler::Task& task, const api::TaskDefinition& definition,
                         const api::ContainerDefinition& container);

/// linuxParameters, ulimits, security options, system controls, terminal.
void add_linux(ContainerSpec& spec, const api::TaskDefinition& definition, const api::ContainerDefinition& container);

/// Network, process and IPC namespaces, and what the task's containers share of them.
void add_namespaces(ContainerSpec& spec, const scheduler::Task& task, const api::TaskDefinition& definition,
                    const api::ContainerDefinition& container);

}  // namespace berth::engine
