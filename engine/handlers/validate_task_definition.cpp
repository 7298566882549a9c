#include "engine/handlers/validate_task_definition.h"

#include <set>

#include <fmt/format.h>

#include "api/codec.h"
#include "base/cluster_query.h"
#include "engine/control/definition.h"
#include "engine/handlers/resolve.h"
#include "scheduler/dependencies.h"

namespace berth::engine {
namespace {

constexpr std::size_t kMostContainers = 10;
constexpr std::size_t kLargestDefinition = 64 * 1024;

/// The members that both shapes have; what a client copied from a describe answer (revision, status …) is not taken over.
Result<api::TaskDefinition> definition_of(const api::RegisterTaskDefinitionRequest& request) {
  static const char* const kServerSide[] = {"taskDefinitionArn", "revision",        "status",            "requiresAttributes", "compatibilities",
                                            "registeredAt",      "deregisteredAt", "deleteRequestedAt", "registeredBy"};
  Json json = api::encode(request);
  json.erase("tags");
  for (const char* member : kServerSide) json.erase(member);
  return api::decode<api::TaskDefinition>(json);
}

Result<void> normalize_sizes(api::TaskDefinition& definition) {
  if (definition.cpu) {
    const auto units = parse_cpu(*definition.cpu);
    if (!units) return client_error(fmt::format("Invalid 'cpu' setting for task: {}", *definition.cpu));
    if (*units < 128 || *units > 196'608) return client_error("The 'cpu' of a task must be between 128 and 196608 units.");
    definition.cpu = std::to_string(*units);
  }
  if (definition.memory) {
    const auto mib = parse_memory(*definition.memory);
    if (!mib) return client_error(fmt::format("Invalid 'memory' setting for task: {}", *definition.memory));
    definition.memory = std::to_string(*mib);
  }
  return {};
}

void fill_defaults(api::TaskDefinition& definition) {
  const std::string mode = network_mode_of(definition);
  for (api::ContainerDefinition& container : *definition.container_definitions) {
    if (!container.cpu) container.cpu = 0;
    if (!container.essential) container.essential = true;
    if (!container.port_mappings) container.port_mappings.emplace();
    if (!container.environment) container.environment.emplace();
    if (!container.mount_points) container.mount_points.emplace();
    if (!container.volumes_from) container.volumes_from.emplace();
    if (!container.system_controls) container.system_controls.emplace();
    for (api::PortMapping& mapping : *container.port_mappings) {
      if (!mapping.protocol) mapping.protocol = "tcp";
      if (mapping.host_port || mapping.container_port_range) continue;
      mapping.host_port = mode == "awsvpc" || mode == "host" ? mapping.container_port.value_or(0) : 0;
    }
  }
  if (!definition.volumes) definition.volumes.emplace();
  if (!definition.placement_constraints) definition.placement_constraints.emplace();
}

Result<void> check_memory(const api::TaskDefinition& definition) {
  std::int64_t cpu = 0;
  std::int64_t memory = 0;
  const auto task_memory = parse_memory(definition.memory.value_or(""));
  const auto task_cpu = parse_cpu(definition.cpu.value_or(""));
  for (const api::ContainerDefinition& container : *definition.container_definitions) {
    const std::int64_t least = std::max(container.memory.value_or(0), container.memory_reservation.value_or(0));
    if (!task_memory && least == 0) {
      return client_error(fmt::format("Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' must be specified.",
                                      *container.name));
    }
    if (task_memory && least > *task_memory) {
      return client_error(fmt::format("The 'memory' setting for container '{}' is greater than for the task.", *container.name));
    }
    cpu += container.cpu.value_or(0);
    memory += container.memory.value_or(0);
  }
  if (task_cpu && cpu > *task_cpu) return client_error("The sum of the containers' 'cpu' is greater than the task's.");
  if (task_memory && memory > *task_memory) return client_error("The sum of the containers' 'memory' is greater than the task's.");
  return {};
}

/// Names are unique; links, volumesFrom and the proxy name containers that are there.
Result<void> check_references(const api::TaskDefinition& definition) {
  std::set<std::string> names;
  bool essential = false;
  bool router = false;
  for (const api::ContainerDefinition& container : *definition.container_definitions) {
    if (!names.insert(*container.name).second) return client_error(fmt::format("Container name '{}' is used more than once.", *container.name));
    essential = essential || container.essential.value_or(true);
    router = router || container.firelens_configuration.has_value();
  }
  if (!essential) return client_error("At least one container of a task definition must be essential.");
  for (const api::ContainerDefinition& container : *definition.container_definitions) {
    for (const std::string& link : container.links.value_or(std::vector<std::string>{})) {
      if (!names.contains(link.substr(0, link.find(':')))) return client_error(fmt::format("Link '{}' names no container of the task.", link));
    }
    for (const api::VolumeFrom& source : container.volumes_from.value_or(std::vector<api::VolumeFrom>{})) {
      if (!names.contains(source.source_container.value_or(""))) {
        return client_error(fmt::format("volumesFrom names no container of the task: '{}'.", source.source_container.value_or("")));
      }
    }
    if (container.log_configuration && container.log_configuration->log_driver == "awsfirelens" && !router) {
      return client_error("When the log driver 'awsfirelens' is used, the task must contain a container with a firelensConfiguration.");
    }
  }
  if (definition.proxy_configuration && !names.contains(*definition.proxy_configuration->container_name)) {
    return client_error("proxyConfiguration names no container of the task.");
  }
  return {};
}

/// Fixed host ports and port names are unique in the task.
Result<void> check_task_ports(const api::TaskDefinition& definition) {
  std::set<std::pair<std::int64_t, std::string>> host_ports;
  std::set<std::string> names;
  for (const api::ContainerDefinition& container : *definition.container_definitions) {
    for (const api::PortMapping& mapping : *container.port_mappings) {
      const std::int64_t port = mapping.host_port.value_or(0);
      if (port != 0 && !host_ports.insert({port, *mapping.protocol}).second) {
        return client_error(fmt::format("Host port {} is used more than once in the task.", port));
      }
      if (mapping.name && !names.insert(*mapping.name).second) return client_error(fmt::format("Port name '{}' is used more than once.", *mapping.name));
    }
  }
  return {};
}

Result<void> check_task(const api::TaskDefinition& definition) {
  const auto& containers = *definition.container_definitions;
  if (containers.empty()) return client_error("Container list cannot be empty.");
  if (containers.size() > kMostContainers) return client_error(fmt::format("A task definition can have at most {} containers.", kMostContainers));
  for (const api::ContainerDefinition& container : containers) BERTH_TRY_VOID(check_container(container, network_mode_of(definition)));
  BERTH_TRY_VOID(check_references(definition));
  if (definition.inference_accelerators && !definition.inference_accelerators->empty()) {
    return client_error("inferenceAccelerators are not available any more.");
  }
  for (const auto& constraint : definition.placement_constraints.value_or(std::vector<api::TaskDefinitionPlacementConstraint>{})) {
    if (constraint.type != "memberOf") return client_error("The placement constraints of a task definition must have the type memberOf.");
    if (auto read = ClusterQuery::parse(constraint.expression.value_or("")); !read) return client_error(read.error().message);
  }
  if (definition.proxy_configuration && network_mode_of(definition) != "awsvpc") {
    return client_error("proxyConfiguration needs the network mode awsvpc.");
  }
  BERTH_TRY_VOID(check_volumes(definition));
  BERTH_TRY_VOID(check_memory(definition));
  return scheduler::check_dependencies(containers_of(containers));
}

/// What the definition could run on, and a refusal when that lacks something of requiresCompatibilities.
Result<std::vector<std::string>> compatibilities_of(const api::TaskDefinition& definition) {
  const auto fargate = not_for_fargate(definition);
  const auto external = not_for_external(definition);
  const auto required = definition.requires_compatibilities.value_or(std::vector<std::string>{});
  const auto requires_type = [&required](const char* type) { return std::find(required.begin(), required.end(), type) != required.end(); };
  if (requires_type("FARGATE") && fargate) return *fargate;
  if (requires_type("EXTERNAL") && external) return *external;
  if (definition.ephemeral_storage) {
    const std::int64_t size = *definition.ephemeral_storage->size_in_gib;
    if (size < 21 || size > 200) return client_error("ephemeralStorage.sizeInGiB must be between 21 and 200.");
    if (!requires_type("FARGATE")) return client_error("ephemeralStorage is only for tasks that require the compatibility FARGATE.");
  }
  std::vector<std::string> all{"EC2"};
  if (!external) all.insert(all.begin(), "EXTERNAL");
  if (!fargate) all.emplace_back("FARGATE");
  return all;
}

}  // namespace

Result<api::TaskDefinition> normalized_definition(const api::RegisterTaskDefinitionRequest& request) {
  BERTH_TRY(definition, definition_of(request));
  BERTH_TRY_VOID(normalize_sizes(definition));
  BERTH_TRY_VOID(check_task(definition));
  BERTH_TRY(compatibilities, compatibilities_of(definition));
  fill_defaults(definition);
  BERTH_TRY_VOID(check_task_ports(definition));
  definition.compatibilities = std::move(compatibilities);
  if (canonical_json(api::encode(definition)).size() > kLargestDefinition) {
    return client_error("The task definition is larger than 64 KiB.");
  }
  return definition;
}

}  // namespace berth::engine
