#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/shapes.h"
#include "base/result.h"
#include "scheduler/model/container.h"
#include "scheduler/placement.h"

// What a task definition means to the scheduler. Pure.
namespace berth::engine {

/// CPU units of "1024", "1 vCPU", ".25 vcpu"; absent when the text is neither. Source: ecs.md 1.1.
std::optional<std::int64_t> parse_cpu(const std::string& text);
/// MiB of "512", "1GB", "0.5 GB"; absent when the text is neither.
std::optional<std::int64_t> parse_memory(const std::string& text);

/// bridge unless the definition says otherwise.
std::string network_mode_of(const api::TaskDefinition& definition);

/// The containers as the scheduler sees them: order, essential, health check, times. Identity and state are left empty.
std::vector<scheduler::Container> containers_of(const std::vector<api::ContainerDefinition>& definitions);

/// What one task takes of an instance, with the overrides of RunTask applied: the task's cpu and memory, else the sum over its containers
/// (reservation before limit), and the fixed host ports.
scheduler::TaskRequirements requirements_of(const api::TaskDefinition& definition, const api::TaskOverride& overrides = {});

/// Attributes that an instance must have for the definition, computed as registration does.
std::vector<std::string> required_attributes(const api::TaskDefinition& definition);
/// Every attribute that required_attributes can name, for the instance to carry.
const std::vector<std::string>& known_attributes();

/// What keeps a registered definition from being run by this engine: the member and why. Running is refused, registering is not.
std::optional<std::string> cannot_run(const api::TaskDefinition& definition);

/// Where CloudWatch Logs finds a container's output: the awslogs options, else `/berth/CLUSTER/FAMILY` and `NAME/CONTAINER/TASK`, with the
/// service's or the family's name.
struct LogPlace {
  std::string group;
  std::string stream;
};
LogPlace log_place(const api::TaskDefinition& definition, const api::ContainerDefinition& container, const std::string& cluster,
                   const std::string& service, const std::string& task_id);

}  // namespace berth::engine
