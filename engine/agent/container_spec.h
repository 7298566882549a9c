#pragma once

#include <string>

#include "api/shapes.h"
#include "base/result.h"
#include "engine/drivers/driver.h"
#include "scheduler/model/task.h"

namespace berth::engine {

/// "ecs-FAMILY-REVISION-CONTAINER-<last 16 digits of the task id>": the name in the runtime, a function of task and container.
std::string runtime_name(const scheduler::Task& task, const std::string& container);

/// What the runtime must know to make one container of a task: its definition, what RunTask overrides (`overrides` in
/// task.extra), what ECS injects (AWS_EXECUTION_ENV, AWS_REGION, labels com.amazonaws.ecs.*). Pure. Rules:
/// - the definition's environment wins over what is injected, an override over both;
/// - `cpu` becomes a weight of at least 2; the task's `cpu` is the ceiling of each container, its `memory` the limit of those
/// without one
///   (ecs.md 1.2: the sum is the task's; one ceiling per container is what Docker offers without a cgroup of the task);
/// - seconds of the definition become milliseconds, MiB become bytes, at least the 6 MiB that Docker wants.
/// Errors: CannotCreateContainerError when the definition has no such container or a member that can't be read,
/// ResourceInitializationError when any container of the task needs something that only AWS has (see missing_resource).
Result<ContainerSpec> make_container_spec(const scheduler::Task& task, const std::string& container,
                                          const api::TaskDefinition& definition, const std::string& region);

}  // namespace berth::engine
