#include <set>

#include <fmt/format.h>

#include "engine/handlers/resolve.h"
#include "engine/handlers/validate_task_definition.h"

namespace berth::engine {
namespace {

constexpr std::int64_t kLeastMemory = 6;
constexpr std::size_t kLongestName = 255;
constexpr std::int64_t kHighestPort = 65'535;

bool only(const std::string& text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [others](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || others.find(c) != std::string_view::npos;
  });
}

Result<void> check_name_and_image(const api::ContainerDefinition& container) {
  const std::string name = container.name.value_or("");
  const std::string image = container.image.value_or("");
  if (name.empty()) return client_error("Container.name should not be null or empty.");
  if (name.size() > kLongestName || !only(name, "_-")) return client_error(fmt::format("Invalid container name '{}'.", name));
  if (image.empty()) return client_error(fmt::format("Container.image should not be null or empty: container '{}'.", name));
  const std::size_t at = image.find('@');
  if (image.substr(0, at).size() > kLongestName || !only(image.substr(0, at), "-_:./#")) {
    return client_error(fmt::format("Invalid image '{}' of container '{}'.", image, name));
  }
  if (at == std::string::npos) return {};
  const std::string digest = image.substr(at + 1);
  const bool sha256 = digest.compare(0, 7, "sha256:") == 0 && digest.size() == 7 + 64 &&
                      digest.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
  if (!sha256) return client_error(fmt::format("Invalid digest in the image '{}' of container '{}'.", image, name));
  return {};
}

Result<void> check_sizes(const api::ContainerDefinition& container) {
  for (const auto& [member, value] : {std::pair("memory", container.memory), std::pair("memoryReservation", container.memory_reservation)}) {
    if (value && *value < kLeastMemory) {
      return client_error(fmt::format("Invalid '{}' setting for container '{}': at least {} MiB.", member, *container.name, kLeastMemory));
    }
  }
  if (container.memory && container.memory_reservation && *container.memory < *container.memory_reservation) {
    return client_error(fmt::format("The 'memory' of container '{}' must be greater than its 'memoryReservation'.", *container.name));
  }
  for (const auto& [member, value] : {std::pair("startTimeout", container.start_timeout), std::pair("stopTimeout", container.stop_timeout)}) {
    if (value && *value < 0) return client_error(fmt::format("Invalid '{}' setting for container '{}'.", member, *container.name));
  }
  return {};
}

/// "a-b" with 1 <= a < b <= 65535.
bool is_port_range(const std::string& text) {
  int low = 0;
  int high = 0;
  char rest = 0;
  return std::sscanf(text.c_str(), "%5d-%5d%c", &low, &high, &rest) == 2 && low >= 1 && low < high && high <= kHighestPort;
}

Result<void> check_port(const api::PortMapping& mapping, const std::string& container, const std::string& mode) {
  const auto invalid = [&](const char* member) { return client_error(fmt::format("Invalid '{}' setting for container '{}'.", member, container)); };
  if (mapping.container_port_range) {
    if (mapping.container_port || mapping.host_port || mode == "host") return invalid("containerPortRange");
    return is_port_range(*mapping.container_port_range) ? Result<void>() : invalid("containerPortRange");
  }
  const std::int64_t port = mapping.container_port.value_or(0);
  if (port < 1 || port > kHighestPort) return invalid("containerPort");
  const std::int64_t host_port = mapping.host_port.value_or(0);
  if (host_port < 0 || host_port > kHighestPort) return invalid("hostPort");
  if (mapping.host_port && (mode == "awsvpc" || mode == "host") && host_port != port) {
    return client_error(fmt::format("When networkMode={}, the host ports and container ports in port mappings must match.", mode));
  }
  if (mapping.name) {
    const std::string& name = *mapping.name;
    const bool lower = std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (name.empty() || name.size() > 64 || name.front() == '-' || !lower || !only(name, "_-")) return invalid("name");
  }
  return {};
}

Result<void> check_ports(const api::ContainerDefinition& container, const std::string& mode) {
  const auto mappings = container.port_mappings.value_or(std::vector<api::PortMapping>{});
  if (mode == "none" && !mappings.empty()) return client_error("Port mappings are not valid for the network mode none.");
  std::set<std::pair<std::int64_t, std::string>> seen;
  for (const api::PortMapping& mapping : mappings) {
    BERTH_TRY_VOID(check_port(mapping, *container.name, mode));
    if (!mapping.container_port || (mapping.host_port.value_or(0) != 0 && mode == "bridge")) continue;
    if (!seen.insert({*mapping.container_port, mapping.protocol.value_or("tcp")}).second) {
      return client_error(fmt::format("Container port {} of container '{}' is mapped more than once.", *mapping.container_port, *container.name));
    }
  }
  return {};
}

Result<void> check_health_check(const api::ContainerDefinition& container) {
  if (!container.health_check) return {};
  const std::vector<std::string>& command = *container.health_check->command;
  if (command.size() < 2 || (command.front() != "CMD" && command.front() != "CMD-SHELL")) {
    return client_error(fmt::format("The health check command of container '{}' must begin with CMD or CMD-SHELL.", *container.name));
  }
  return {};
}

Result<void> check_environment(const api::ContainerDefinition& container) {
  std::set<std::string> plain;
  for (const api::KeyValuePair& variable : container.environment.value_or(std::vector<api::KeyValuePair>{})) {
    if (variable.name.value_or("").empty()) return client_error(fmt::format("An environment variable of container '{}' has no name.", *container.name));
    plain.insert(*variable.name);
  }
  std::set<std::string> secrets;
  for (const api::Secret& secret : container.secrets.value_or(std::vector<api::Secret>{})) {
    if (plain.contains(*secret.name) || !secrets.insert(*secret.name).second) {
      return client_error(fmt::format("The secret name must be unique and not shared with any new or existing environment variables: {}.", *secret.name));
    }
  }
  for (const api::EnvironmentFile& file : container.environment_files.value_or(std::vector<api::EnvironmentFile>{})) {
    const std::string& value = *file.value;
    if (value.size() < 4 || value.compare(value.size() - 4, 4, ".env") != 0) return client_error(fmt::format("Invalid environment file '{}'.", value));
  }
  return {};
}

Result<void> check_network(const api::ContainerDefinition& container, const std::string& mode) {
  if (container.links && !container.links->empty() && mode != "bridge") return client_error("Links are only valid for the network mode bridge.");
  if (mode != "awsvpc") return {};
  if (container.hostname && !container.hostname->empty()) return client_error("The 'hostname' setting is not valid for the network mode awsvpc.");
  if (container.extra_hosts && !container.extra_hosts->empty()) return client_error("extraHosts are not valid for the network mode awsvpc.");
  return {};
}

Result<void> check_log_configuration(const api::ContainerDefinition& container) {
  if (!container.log_configuration || container.log_configuration->log_driver != "awslogs") return {};
  const auto options = container.log_configuration->options.value_or(std::map<std::string, std::string>{});
  for (const char* needed : {"awslogs-group", "awslogs-region"}) {
    if (!options.contains(needed)) return client_error(fmt::format("Log driver awslogs requires options: {}.", needed));
  }
  return {};
}

Result<void> check_limits(const api::ContainerDefinition& container) {
  std::set<std::string> names;
  for (const api::Ulimit& limit : container.ulimits.value_or(std::vector<api::Ulimit>{})) {
    if (!names.insert(*limit.name).second) return client_error(fmt::format("The ulimit '{}' is set more than once.", *limit.name));
    if (*limit.soft_limit > *limit.hard_limit && *limit.hard_limit != -1) {
      return client_error(fmt::format("The soft limit of '{}' is greater than the hard limit.", *limit.name));
    }
  }
  return {};
}

int kinds_of(const api::Volume& volume) {
  return static_cast<int>(volume.host.has_value()) + static_cast<int>(volume.docker_volume_configuration.has_value()) +
         static_cast<int>(volume.efs_volume_configuration.has_value()) + static_cast<int>(volume.s3files_volume_configuration.has_value()) +
         static_cast<int>(volume.fsx_windows_file_server_volume_configuration.has_value());
}

Result<void> check_efs(const api::EfsVolumeConfiguration& efs) {
  if (!efs.authorization_config) return {};
  const bool encrypted = efs.transit_encryption == "ENABLED";
  const std::string root = efs.root_directory.value_or("/");
  if (efs.authorization_config->access_point_id && (!encrypted || root != "/")) {
    return client_error("An EFS access point needs transitEncryption ENABLED and the root directory '/'.");
  }
  if (efs.authorization_config->iam == "ENABLED" && !encrypted) return client_error("EFS IAM authorization needs transitEncryption ENABLED.");
  return {};
}

}  // namespace

Result<void> check_container(const api::ContainerDefinition& container, const std::string& network_mode) {
  BERTH_TRY_VOID(check_name_and_image(container));
  BERTH_TRY_VOID(check_sizes(container));
  BERTH_TRY_VOID(check_ports(container, network_mode));
  BERTH_TRY_VOID(check_health_check(container));
  BERTH_TRY_VOID(check_environment(container));
  BERTH_TRY_VOID(check_network(container, network_mode));
  BERTH_TRY_VOID(check_log_configuration(container));
  return check_limits(container);
}

Result<void> check_volumes(const api::TaskDefinition& definition) {
  std::set<std::string> names;
  int at_launch = 0;
  for (const api::Volume& volume : definition.volumes.value_or(std::vector<api::Volume>{})) {
    const std::string name = volume.name.value_or("");
    if (name.empty() || name.size() > kLongestName || !only(name, "_-")) return client_error(fmt::format("Invalid volume name '{}'.", name));
    if (!names.insert(name).second) return client_error(fmt::format("Volume name '{}' is used more than once.", name));
    if (kinds_of(volume) > 1) return client_error(fmt::format("Volume '{}' must have one kind of configuration only.", name));
    if (volume.efs_volume_configuration) BERTH_TRY_VOID(check_efs(*volume.efs_volume_configuration));
    if (!volume.configured_at_launch.value_or(false)) continue;
    if (++at_launch > 1) return client_error("Only one volume can be configured at launch.");
    if (volume.host && volume.host->source_path) return client_error(fmt::format("Volume '{}' can't be both of the host and configured at launch.", name));
  }
  for (const api::ContainerDefinition& container : *definition.container_definitions) {
    for (const api::MountPoint& mount : container.mount_points.value_or(std::vector<api::MountPoint>{})) {
      if (!names.contains(mount.source_volume.value_or(""))) {
        return client_error(fmt::format("Unknown volume '{}'.", mount.source_volume.value_or("")));
      }
    }
  }
  return {};
}

}  // namespace berth::engine
