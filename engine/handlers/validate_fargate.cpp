#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/control/definition.h"
#include "engine/handlers/resolve.h"
#include "engine/handlers/validate_task_definition.h"

namespace berth::engine {
namespace {

/// Memory that goes with a size of cpu: from low to high in steps, in MiB. Source: ecs.md 1.4.
struct FargateRow {
  std::int64_t low;
  std::int64_t high;
  std::int64_t step;
};
const std::map<std::int64_t, FargateRow>& fargate_sizes() {
  static const std::map<std::int64_t, FargateRow> kSizes{
      {512, {1024, 4096, 1024}},   {1024, {2048, 8192, 1024}},   {2048, {4096, 16'384, 1024}},
      {4096, {8192, 30'720, 1024}}, {8192, {16'384, 61'440, 4096}}, {16'384, {32'768, 122'880, 8192}},
  };
  return kSizes;
}

bool is_fargate_size(std::int64_t cpu, std::int64_t memory) {
  if (cpu == 256) return memory == 512 || memory == 1024 || memory == 2048;
  const auto row = fargate_sizes().find(cpu);
  if (row == fargate_sizes().end()) return false;
  return memory >= row->second.low && memory <= row->second.high && (memory - row->second.low) % row->second.step == 0;
}

std::optional<Error> wrong_fargate_size(const api::TaskDefinition& definition) {
  const auto cpu = parse_cpu(definition.cpu.value_or(""));
  const auto memory = parse_memory(definition.memory.value_or(""));
  if (!cpu) return client_error("Fargate requires that 'cpu' be defined at the task level.");
  if (!memory) return client_error("Fargate requires that 'memory' be defined at the task level.");
  if (is_fargate_size(*cpu, *memory)) return std::nullopt;
  return client_error(fmt::format("No Fargate configuration exists for given values: {} CPU, {} memory.", *cpu, *memory));
}

std::optional<Error> not_on_fargate(const std::string& what) {
  return client_error(fmt::format("Fargate compatible task definitions do not support {}.", what));
}

bool has(const std::optional<std::vector<std::string>>& list) { return list && !list->empty(); }

std::optional<Error> wrong_capabilities(const api::LinuxParameters& linux) {
  if (linux.devices && !linux.devices->empty()) return not_on_fargate("devices");
  if (linux.shared_memory_size) return not_on_fargate("sharedMemorySize");
  if (linux.max_swap || linux.swappiness) return not_on_fargate("maxSwap and swappiness");
  if (!linux.capabilities || !linux.capabilities->add) return std::nullopt;
  for (const std::string& capability : *linux.capabilities->add) {
    if (capability != "SYS_PTRACE") return not_on_fargate("the capability " + capability);
  }
  return std::nullopt;
}

std::optional<Error> wrong_container(const api::ContainerDefinition& container, bool has_execution_role) {
  static const std::set<std::string> kDrivers{"awslogs", "splunk", "awsfirelens"};
  if (container.privileged.value_or(false)) return not_on_fargate("privileged");
  if (has(container.links)) return not_on_fargate("links");
  if (container.disable_networking.value_or(false)) return not_on_fargate("disableNetworking");
  if (has(container.dns_servers) || has(container.dns_search_domains)) return not_on_fargate("dnsServers and dnsSearchDomains");
  if (container.extra_hosts && !container.extra_hosts->empty()) return not_on_fargate("extraHosts");
  if (has(container.docker_security_options)) return not_on_fargate("dockerSecurityOptions");
  if (container.resource_requirements && !container.resource_requirements->empty()) return not_on_fargate("resourceRequirements");
  for (const auto& timeout : {container.start_timeout, container.stop_timeout}) {
    if (timeout && (*timeout < 2 || *timeout > 120)) return client_error("On Fargate startTimeout and stopTimeout must be between 2 and 120.");
  }
  if (container.linux_parameters) {
    if (auto error = wrong_capabilities(*container.linux_parameters)) return error;
  }
  const bool has_secrets = container.secrets && !container.secrets->empty();
  const std::string driver = container.log_configuration ? container.log_configuration->log_driver.value_or("") : "";
  if (!driver.empty() && !kDrivers.contains(driver)) return not_on_fargate("the log driver " + driver);
  if (!has_execution_role && (driver == "awslogs" || has_secrets || container.repository_credentials)) {
    return client_error(fmt::format("Fargate requires task definition to have execution role ARN to support container '{}'.", container.name.value_or("")));
  }
  return std::nullopt;
}

std::optional<Error> wrong_volume(const api::Volume& volume) {
  if (volume.docker_volume_configuration) return not_on_fargate("dockerVolumeConfiguration");
  if (volume.host && volume.host->source_path) return not_on_fargate("host.sourcePath");
  if (volume.fsx_windows_file_server_volume_configuration) return not_on_fargate("fsxWindowsFileServerVolumeConfiguration");
  return std::nullopt;
}

}  // namespace

std::optional<Error> not_for_fargate(const api::TaskDefinition& definition) {
  if (network_mode_of(definition) != "awsvpc") return client_error("Fargate only supports network mode 'awsvpc'.");
  if (auto error = wrong_fargate_size(definition)) return error;
  if (definition.placement_constraints && !definition.placement_constraints->empty()) return not_on_fargate("placementConstraints");
  if (definition.ipc_mode) return not_on_fargate("ipcMode");
  if (definition.pid_mode == "host") return not_on_fargate("pidMode host");
  for (const api::ContainerDefinition& container : *definition.container_definitions) {
    if (auto error = wrong_container(container, definition.execution_role_arn.has_value())) return error;
  }
  for (const api::Volume& volume : definition.volumes.value_or(std::vector<api::Volume>{})) {
    if (auto error = wrong_volume(volume)) return error;
  }
  return std::nullopt;
}

std::optional<Error> not_for_external(const api::TaskDefinition& definition) {
  if (network_mode_of(definition) == "awsvpc") return client_error("EXTERNAL instances do not support the network mode awsvpc.");
  for (const api::Volume& volume : definition.volumes.value_or(std::vector<api::Volume>{})) {
    if (volume.efs_volume_configuration) return client_error("EXTERNAL instances do not support EFS volumes.");
  }
  return std::nullopt;
}

}  // namespace berth::engine
