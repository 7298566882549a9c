#include "engine/agent/container_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/agent/container_spec.h"

namespace berth::engine {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

Error not_fetched(const std::string& what) { return {"ResourceInitializationError", what}; }

std::optional<Error> missing_resource(const api::ContainerDefinition& container) {
  constexpr const char* kSecrets =
      "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from {}: this engine has no "
      "source of secrets ({} of container {})";
  const auto refused = [&](const api::Secret& secret) {
    const bool manager = secret.value_from->find(":secretsmanager:") != std::string::npos;
    return not_fetched(fmt::format(kSecrets, manager ? "asm" : "ssm", *secret.name, *container.name));
  };
  if (container.secrets && !container.secrets->empty()) return refused(container.secrets->front());
  if (container.log_configuration && container.log_configuration->secret_options && !container.log_configuration->secret_options->empty()) {
    return refused(container.log_configuration->secret_options->front());
  }
  if (container.repository_credentials) {
    return not_fetched(fmt::format(
        "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve registry credentials from asm: this "
        "engine has no source of secrets (repositoryCredentials of container {})",
        *container.name));
  }
  if (container.environment_files && !container.environment_files->empty()) {
    return not_fetched(fmt::format("failed to download env files: this engine has no access to S3 ({} of container {})",
                                   *container.environment_files->front().value, *container.name));
  }
  return std::nullopt;
}

const api::Volume* find_volume(const api::TaskDefinition& definition, const std::string& name) {
  if (!definition.volumes) return nullptr;
  const auto found = std::find_if(definition.volumes->begin(), definition.volumes->end(), [&](const api::Volume& v) { return v.name == name; });
  return found == definition.volumes->end() ? nullptr : &*found;
}

/// The mount of a volume, without target and access.
Result<MountSpec> mount_of(const api::Volume& volume, const scheduler::Task& task) {
  const std::string name = volume.name.value_or("");
  if (volume.host && !volume.host->source_path.value_or("").empty()) {
    const std::string& path = *volume.host->source_path;
    if (path.front() != '/') return Error{"CannotCreateContainerError", fmt::format("the path `{}` of volume `{}` is not absolute", path, name)};
    return MountSpec{.kind = MountSpec::Kind::host_path, .source = path, .target = {}, .driver = {}, .driver_options = {}, .labels = {}};
  }
  MountSpec mount{.kind = MountSpec::Kind::volume, .source = {}, .target = {}, .driver = {}, .driver_options = {}, .labels = {}};
  const api::DockerVolumeConfiguration docker = volume.docker_volume_configuration.value_or(api::DockerVolumeConfiguration{});
  mount.task_scoped = docker.scope.value_or("task") == "task";
  mount.source = mount.task_scoped ? runtime_name(task, name) : name;
  mount.must_exist = !mount.task_scoped && !docker.autoprovision.value_or(false);
  mount.driver = docker.driver.value_or("");
  mount.driver_options = docker.driver_opts.value_or(std::map<std::string, std::string>{});
  mount.labels = docker.labels.value_or(std::map<std::string, std::string>{});
  return mount;
}

std::string permissions_of(const api::Device& device) {
  if (!device.permissions || device.permissions->empty()) return "rwm";
  std::string text;
  for (const auto& [name, letter] : {std::pair("read", 'r'), std::pair("write", 'w'), std::pair("mknod", 'm')}) {
    if (std::find(device.permissions->begin(), device.permissions->end(), name) != device.permissions->end()) text += letter;
  }
  return text;
}

void add_linux_parameters(ContainerSpec& spec, const api::LinuxParameters& linux) {
  spec.init_process = linux.init_process_enabled.value_or(false);
  if (linux.capabilities) {
    spec.capabilities_add = linux.capabilities->add.value_or(std::vector<std::string>{});
    spec.capabilities_drop = linux.capabilities->drop.value_or(std::vector<std::string>{});
  }
  for (const api::Device& device : linux.devices.value_or(std::vector<api::Device>{})) {
    spec.devices.push_back({*device.host_path, device.container_path.value_or(*device.host_path), permissions_of(device)});
  }
  for (const api::Tmpfs& tmpfs : linux.tmpfs.value_or(std::vector<api::Tmpfs>{})) {
    const std::vector<std::string> options = tmpfs.mount_options.value_or(std::vector<std::string>{});
    spec.tmpfs[*tmpfs.container_path] = fmt::format("size={}m{}{}", *tmpfs.size, options.empty() ? "" : ",", fmt::join(options, ","));
  }
  if (linux.shared_memory_size) spec.shm_bytes = *linux.shared_memory_size * kMiB;
  // Without maxSwap swappiness means nothing (ecs.md 1.8).
  if (!linux.max_swap) return;
  spec.swap_bytes = *linux.max_swap * kMiB;
  spec.swappiness = linux.swappiness;
}

/// "apparmor:PROFILE" of ECS is "apparmor=PROFILE" in Docker's spelling.
std::string security_option(std::string option) {
  const std::size_t colon = option.find(':');
  if (colon != std::string::npos && option.find('=') == std::string::npos) option[colon] = '=';
  return option;
}

bool is_net(const std::string& name) { return name.compare(0, 4, "net.") == 0; }

NamespaceMode namespace_mode(const std::optional<std::string>& name) {
  if (name == "task") return NamespaceMode::task;
  if (name == "host") return NamespaceMode::host;
  return name == "none" ? NamespaceMode::none : NamespaceMode::own;
}

NetworkMode network_mode(const std::string& name) {
  if (name == "awsvpc") return NetworkMode::awsvpc;
  if (name == "host") return NetworkMode::host;
  return name == "none" ? NetworkMode::none : NetworkMode::bridge;
}

void append_new(std::vector<std::string>& list, const std::optional<std::vector<std::string>>& more) {
  for (const std::string& item : more.value_or(std::vector<std::string>{})) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
  }
}

SandboxSpec sandbox_of(const api::TaskDefinition& definition, bool has_network, bool shares_ipc) {
  SandboxSpec sandbox;
  sandbox.network = has_network;
  for (const api::ContainerDefinition& container : *definition.container_definitions) {
    for (const api::SystemControl& control : container.system_controls.value_or(std::vector<api::SystemControl>{})) {
      const std::string name = control.namespace_.value_or("");
      if (is_net(name) ? has_network : shares_ipc) sandbox.sysctls[name] = control.value.value_or("");
    }
    if (has_network) append_new(sandbox.dns_servers, container.dns_servers);
    if (has_network) append_new(sandbox.dns_search_domains, container.dns_search_domains);
    if (shares_ipc && container.linux_parameters && container.linux_parameters->shared_memory_size) {
      sandbox.shm_bytes = std::max(sandbox.shm_bytes.value_or(0), *container.linux_parameters->shared_memory_size * kMiB);
    }
  }
  return sandbox;
}

}  // namespace

std::optional<Error> missing_resource(const api::TaskDefinition& definition) {
  if (!definition.container_definitions) return std::nullopt;
  for (const api::ContainerDefinition& container : *definition.container_definitions) {
    if (auto missing = missing_resource(container)) return missing;
  }
  return std::nullopt;
}

Result<void> add_volumes(ContainerSpec& spec, const scheduler::Task& task, const api::TaskDefinition& definition,
                         const api::ContainerDefinition& container) {
  for (const api::MountPoint& point : container.mount_points.value_or(std::vector<api::MountPoint>{})) {
    const api::Volume* volume = find_volume(definition, point.source_volume.value_or(""));
    if (!volume) return Error{"CannotCreateContainerError", fmt::format("the task definition has no volume `{}`", point.source_volume.value_or(""))};
    BERTH_TRY(mount, mount_of(*volume, task));
    mount.target = point.container_path.value_or("");
    mount.read_only = point.read_only.value_or(false);
    spec.mounts.push_back(std::move(mount));
  }
  for (const api::VolumeFrom& source : container.volumes_from.value_or(std::vector<api::VolumeFrom>{})) {
    spec.volumes_from.push_back(runtime_name(task, source.source_container.value_or("")) + (source.read_only.value_or(false) ? ":ro" : ""));
  }
  return {};
}

void add_linux(ContainerSpec& spec, const api::TaskDefinition& definition, const api::ContainerDefinition& container) {
  spec.privileged = container.privileged.value_or(false);
  spec.read_only_root = container.readonly_root_filesystem.value_or(false);
  spec.open_stdin = container.interactive.value_or(false);
  spec.terminal = container.pseudo_terminal.value_or(false);
  for (const api::Ulimit& limit : container.ulimits.value_or(std::vector<api::Ulimit>{})) {
    spec.ulimits.push_back({limit.name.value_or(""), limit.soft_limit.value_or(0), limit.hard_limit.value_or(0)});
  }
  for (const std::string& option : container.docker_security_options.value_or(std::vector<std::string>{})) {
    spec.security_options.push_back(security_option(option));
  }
  if (container.linux_parameters) add_linux_parameters(spec, *container.linux_parameters);
  // What is the sandbox's is not the container's: namespaces that it only joins have one set of values.
  const bool shares_ipc = definition.ipc_mode == "task";
  const bool joins_network = spec.network_mode == NetworkMode::awsvpc || spec.network_mode == NetworkMode::host;
  for (const api::SystemControl& control : container.system_controls.value_or(std::vector<api::SystemControl>{})) {
    const std::string name = control.namespace_.value_or("");
    if (is_net(name) ? !joins_network : !shares_ipc) spec.sysctls[name] = control.value.value_or("");
  }
}

void add_namespaces(ContainerSpec& spec, const scheduler::Task& task, const api::TaskDefinition& definition,
                    const api::ContainerDefinition& container) {
  spec.network_mode = container.disable_networking.value_or(false) ? NetworkMode::none : network_mode(task.network_mode);
  spec.pid_mode = namespace_mode(definition.pid_mode);
  spec.ipc_mode = namespace_mode(definition.ipc_mode);
  const bool has_network = task.network_mode == "awsvpc";
  const bool shares_ipc = spec.ipc_mode == NamespaceMode::task;
  if (has_network || shares_ipc || spec.pid_mode == NamespaceMode::task) spec.sandbox = sandbox_of(definition, has_network, shares_ipc);
  spec.hostname = container.hostname.value_or("");
  spec.dns_servers = container.dns_servers.value_or(std::vector<std::string>{});
  spec.dns_search_domains = container.dns_search_domains.value_or(std::vector<std::string>{});
  for (const api::HostEntry& host : container.extra_hosts.value_or(std::vector<api::HostEntry>{})) {
    spec.extra_hosts.push_back(fmt::format("{}:{}", host.hostname.value_or(""), host.ip_address.value_or("")));
  }
  for (const std::string& link : container.links.value_or(std::vector<std::string>{})) {
    const std::size_t colon = link.find(':');
    const std::string target = link.substr(0, colon);
    spec.links.push_back(fmt::format("{}:{}", runtime_name(task, target), colon == std::string::npos ? target : link.substr(colon + 1)));
  }
}

}  // namespace berth::engine
