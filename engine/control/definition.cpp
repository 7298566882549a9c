#include "engine/control/definition.h"

#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace berth::engine {
namespace {

/// "0.5 GB" and unit "gb" -> 0.5; absent without the unit.
std::optional<double> amount_with_unit(std::string text, std::string_view unit) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (text.size() <= unit.size() || text.compare(text.size() - unit.size(), unit.size(), unit) != 0) return std::nullopt;
  text.resize(text.size() - unit.size());
  while (!text.empty() && text.back() == ' ') text.pop_back();
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string::npos) return std::nullopt;
  double amount = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return amount;
}

std::optional<std::int64_t> whole(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

std::optional<std::int64_t> parse_amount(const std::string& text, std::string_view unit) {
  if (const auto number = whole(text)) return number;
  const auto amount = amount_with_unit(text, unit);
  if (!amount || *amount <= 0 || *amount > 1e6) return std::nullopt;
  return std::llround(*amount * 1024);
}

std::optional<Milliseconds> seconds(const std::optional<std::int64_t>& value) {
  if (!value) return std::nullopt;
  return std::chrono::seconds(*value);
}

scheduler::DependencyCondition condition_of(const std::string& name) {
  return scheduler::from_name<scheduler::DependencyCondition>(name).value_or(scheduler::DependencyCondition::Start);
}

/// What dependsOn says, and what links and volumesFrom add to it where it says nothing of the same container.
std::vector<scheduler::ContainerDependency> dependencies_of(const api::ContainerDefinition& definition) {
  std::vector<scheduler::ContainerDependency> edges;
  for (const api::ContainerDependency& edge : definition.depends_on.value_or(std::vector<api::ContainerDependency>{})) {
    edges.push_back({edge.container_name.value_or(""), condition_of(edge.condition.value_or(""))});
  }
  const auto add = [&edges](const std::string& name, scheduler::DependencyCondition condition) {
    const bool known = std::any_of(edges.begin(), edges.end(), [&](const auto& edge) { return edge.container == name; });
    if (!known) edges.push_back({name, condition});
  };
  for (const std::string& link : definition.links.value_or(std::vector<std::string>{})) {
    add(link.substr(0, link.find(':')), scheduler::DependencyCondition::Start);
  }
  for (const api::VolumeFrom& source : definition.volumes_from.value_or(std::vector<api::VolumeFrom>{})) {
    add(source.source_container.value_or(""), scheduler::DependencyCondition::Create);
  }
  return edges;
}

std::optional<scheduler::RestartPolicy> restart_policy_of(const api::ContainerDefinition& definition) {
  if (!definition.restart_policy || !definition.restart_policy->enabled.value_or(false)) return std::nullopt;
  scheduler::RestartPolicy policy;
  for (const std::int64_t code : definition.restart_policy->ignored_exit_codes.value_or(std::vector<std::int64_t>{})) {
    policy.ignored_exit_codes.push_back(static_cast<int>(code));
  }
  if (const auto period = seconds(definition.restart_policy->restart_attempt_period)) policy.attempt_period = *period;
  return policy;
}

const api::ContainerOverride* override_of(const api::TaskOverride& overrides, const std::string& container) {
  if (!overrides.container_overrides) return nullptr;
  for (const api::ContainerOverride& candidate : *overrides.container_overrides) {
    if (candidate.name == container) return &candidate;
  }
  return nullptr;
}

struct Amounts {
  std::int64_t cpu = 0;
  std::int64_t memory = 0;
};

Amounts amounts_of(const api::ContainerDefinition& container, const api::TaskOverride& overrides) {
  const api::ContainerOverride* over = override_of(overrides, container.name.value_or(""));
  const auto pick = [over](const std::optional<std::int64_t>& own, std::optional<std::int64_t> api::ContainerOverride::*member) {
    return over && over->*member ? over->*member : own;
  };
  const auto memory = pick(container.memory, &api::ContainerOverride::memory);
  const auto reservation = pick(container.memory_reservation, &api::ContainerOverride::memory_reservation);
  return {.cpu = pick(container.cpu, &api::ContainerOverride::cpu).value_or(0), .memory = reservation ? *reservation : memory.value_or(0)};
}

void add_ports(const api::ContainerDefinition& container, const std::string& mode, std::vector<scheduler::HostPort>& ports) {
  // awsvpc tasks have an address of their own: they take no port of the machine.
  if (mode == "awsvpc" || mode == "none" || !container.port_mappings) return;
  for (const api::PortMapping& mapping : *container.port_mappings) {
    std::int64_t port = mapping.host_port.value_or(0);
    if (mode == "host" && port == 0) port = mapping.container_port.value_or(0);
    if (port > 0) ports.push_back({.port = static_cast<std::uint16_t>(port), .protocol = mapping.protocol.value_or("tcp")});
  }
}

constexpr const char* kHealthCheck = "ecs.capability.container-health-check";
constexpr const char* kOrdering = "ecs.capability.container-ordering";
constexpr const char* kTaskEni = "ecs.capability.task-eni";
constexpr const char* kTaskSize = "ecs.capability.task-cpu-mem-limit";
constexpr const char* kDockerApi = "com.amazonaws.ecs.capability.docker-remote-api.1.18";
constexpr const char* kLoggingDriver = "com.amazonaws.ecs.capability.logging-driver.";

}  // namespace

std::optional<std::int64_t> parse_cpu(const std::string& text) { return parse_amount(text, "vcpu"); }
std::optional<std::int64_t> parse_memory(const std::string& text) { return parse_amount(text, "gb"); }

std::string network_mode_of(const api::TaskDefinition& definition) { return definition.network_mode.value_or("bridge"); }

std::vector<scheduler::Container> containers_of(const std::vector<api::ContainerDefinition>& definitions) {
  std::vector<scheduler::Container> containers;
  for (const api::ContainerDefinition& definition : definitions) {
    scheduler::Container container;
    container.name = definition.name.value_or("");
    container.image = definition.image.value_or("");
    container.essential = definition.essential.value_or(true);
    container.has_health_check = definition.health_check.has_value();
    container.start_timeout = seconds(definition.start_timeout);
    container.stop_timeout = seconds(definition.stop_timeout);
    container.depends_on = dependencies_of(definition);
    container.restart_policy = restart_policy_of(definition);
    containers.push_back(std::move(container));
  }
  return containers;
}

scheduler::TaskRequirements requirements_of(const api::TaskDefinition& definition, const api::TaskOverride& overrides) {
  scheduler::TaskRequirements requirements;
  scheduler::Resources& resources = requirements.resources;
  const std::string mode = network_mode_of(definition);
  for (const auto& constraint : definition.placement_constraints.value_or(std::vector<api::TaskDefinitionPlacementConstraint>{})) {
    requirements.constraints.push_back({scheduler::ConstraintType::MemberOf, constraint.expression.value_or("")});
  }
  if (definition.container_definitions) {
    for (const api::ContainerDefinition& container : *definition.container_definitions) {
      const Amounts amounts = amounts_of(container, overrides);
      resources.cpu += amounts.cpu;
      resources.memory += amounts.memory;
      add_ports(container, mode, resources.ports);
    }
  }
  const auto task_level = [](const std::optional<std::string>& own, const std::optional<std::string>& over, auto parse) {
    return parse(over.value_or(own.value_or("")));
  };
  if (const auto cpu = task_level(definition.cpu, overrides.cpu, parse_cpu)) resources.cpu = *cpu;
  if (const auto memory = task_level(definition.memory, overrides.memory, parse_memory)) resources.memory = *memory;
  return requirements;
}

const std::vector<std::string>& known_attributes() {
  static const std::vector<std::string> kAttributes = [] {
    std::vector<std::string> all{kHealthCheck, kOrdering, kTaskEni, kTaskSize, kDockerApi};
    for (const char* driver : {"json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "awsfirelens"}) {
      all.push_back(std::string(kLoggingDriver) + driver);
    }
    return all;
  }();
  return kAttributes;
}

std::vector<std::string> required_attributes(const api::TaskDefinition& definition) {
  std::vector<std::string> names{kDockerApi};
  if (network_mode_of(definition) == "awsvpc") names.emplace_back(kTaskEni);
  if (definition.cpu || definition.memory) names.emplace_back(kTaskSize);
  for (const api::ContainerDefinition& container : definition.container_definitions.value_or(std::vector<api::ContainerDefinition>{})) {
    if (container.health_check) names.emplace_back(kHealthCheck);
    if (container.depends_on && !container.depends_on->empty()) names.emplace_back(kOrdering);
    if (container.log_configuration && container.log_configuration->log_driver) {
      names.push_back(kLoggingDriver + *container.log_configuration->log_driver);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::optional<std::string> cannot_run(const api::TaskDefinition& definition) {
  if (definition.runtime_platform && definition.runtime_platform->operating_system_family.value_or("LINUX") != "LINUX") {
    return "runtimePlatform.operatingSystemFamily " + *definition.runtime_platform->operating_system_family;
  }
  for (const api::Volume& volume : definition.volumes.value_or(std::vector<api::Volume>{})) {
    const std::string name = volume.name.value_or("");
    if (volume.efs_volume_configuration) return "efsVolumeConfiguration of the volume " + name;
    if (volume.s3files_volume_configuration) return "s3filesVolumeConfiguration of the volume " + name;
    if (volume.fsx_windows_file_server_volume_configuration) return "fsxWindowsFileServerVolumeConfiguration of the volume " + name;
    if (volume.configured_at_launch.value_or(false)) return "configuredAtLaunch of the volume " + name;
  }
  for (const api::ContainerDefinition& container : definition.container_definitions.value_or(std::vector<api::ContainerDefinition>{})) {
    if (container.credential_specs && !container.credential_specs->empty()) {
      return fmt::format("credentialSpecs of the container {}", container.name.value_or(""));
    }
    if (container.resource_requirements && !container.resource_requirements->empty()) {
      return fmt::format("resourceRequirements of the container {}", container.name.value_or(""));
    }
  }
  return std::nullopt;
}

LogPlace log_place(const api::TaskDefinition& definition, const api::ContainerDefinition& container, const std::string& cluster,
                   const std::string& service, const std::string& task_id) {
  LogPlace place{.group = fmt::format("/berth/{}/{}", cluster, definition.family.value_or("")), .stream = ""};
  std::string prefix = service.empty() ? definition.family.value_or("") : service;
  if (container.log_configuration && container.log_configuration->log_driver == "awslogs" && container.log_configuration->options) {
    const auto& options = *container.log_configuration->options;
    if (const auto group = options.find("awslogs-group"); group != options.end()) place.group = group->second;
    if (const auto given = options.find("awslogs-stream-prefix"); given != options.end()) prefix = given->second;
  }
  place.stream = fmt::format("{}/{}/{}", prefix, container.name.value_or(""), task_id);
  return place;
}

}  // namespace berth::engine
