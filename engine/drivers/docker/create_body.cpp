// The half of wire.h that writes; wire.cpp reads.
#include <fmt/format.h>

#include "engine/drivers/docker/wire.h"

namespace berth::engine::docker {
namespace {

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;
/// Docker keeps what containers print; bounded, so that a chatty one does not fill the disk.
constexpr const char* kLogFileSize = "16m";
constexpr const char* kLogFiles = "2";

std::string port_key(std::uint16_t port, const std::string& protocol) { return fmt::format("{}/{}", port, protocol); }

std::string network_of(const ContainerSpec& spec) {
  switch (spec.network_mode) {
    case NetworkMode::bridge: return "bridge";
    case NetworkMode::awsvpc: return "container:" + pause_name(spec.task_id);
    case NetworkMode::host: return "host";
    case NetworkMode::none: return "none";
  }
  return "none";
}

Json health_of(const std::optional<HealthCheckSpec>& check) {
  if (!check) return {{"Test", {"NONE"}}};
  return {{"Test", check->command},
          {"Interval", check->interval.count() * kNanosecondsPerMillisecond},
          {"Timeout", check->timeout.count() * kNanosecondsPerMillisecond},
          {"StartPeriod", check->start_period.count() * kNanosecondsPerMillisecond},
          {"Retries", check->retries}};
}

void add_ports(const ContainerSpec& spec, Json& body, Json& host) {
  if (spec.network_mode != NetworkMode::bridge) return;
  for (const auto& port : spec.ports) {
    auto key = port_key(port.container_port, port.protocol);
    body["ExposedPorts"][key] = Json::object();
    host["PortBindings"][key].push_back(
        {{"HostIp", spec.bind_ip}, {"HostPort", port.host_port == 0 ? "" : std::to_string(port.host_port)}});
  }
}

void add_memory(const ContainerSpec& spec, Json& host) {
  if (spec.memory_bytes) host["Memory"] = *spec.memory_bytes;
  if (spec.memory_reservation_bytes) host["MemoryReservation"] = *spec.memory_reservation_bytes;
  // Docker counts memory and swap together.
  if (spec.memory_bytes && spec.swap_bytes) host["MemorySwap"] = *spec.memory_bytes + *spec.swap_bytes;
  if (spec.swappiness) host["MemorySwappiness"] = *spec.swappiness;
  if (spec.shm_bytes && spec.ipc_mode != NamespaceMode::task) host["ShmSize"] = *spec.shm_bytes;
}

void add_limits(const ContainerSpec& spec, Json& host) {
  if (spec.cpu_shares > 0) host["CpuShares"] = spec.cpu_shares;
  if (spec.cpu_quota_units) host["NanoCpus"] = *spec.cpu_quota_units * 1'000'000'000 / 1024;
  for (const auto& limit : spec.ulimits)
    host["Ulimits"].push_back({{"Name", limit.name}, {"Soft", limit.soft}, {"Hard", limit.hard}});
}

void add_list(Json& object, const char* name, const std::vector<std::string>& values) {
  if (!values.empty()) object[name] = values;
}

Json volume_mount(const MountSpec& mount, const ContainerSpec& spec, const std::string& engine_id) {
  Json labels = mount.labels;
  if (mount.task_scoped) {
    labels[kEngineLabel] = engine_id;
    labels[kTaskLabel] = spec.task_id;
  }
  Json options = {{"Labels", labels}};
  if (!mount.driver.empty() || !mount.driver_options.empty()) {
    options["DriverConfig"] = {{"Name", mount.driver.empty() ? "local" : mount.driver}, {"Options", mount.driver_options}};
  }
  return {{"Type", "volume"}, {"Source", mount.source}, {"Target", mount.target}, {"ReadOnly", mount.read_only}, {"VolumeOptions", options}};
}

void add_mounts(const ContainerSpec& spec, const std::string& engine_id, Json& host) {
  for (const auto& mount : spec.mounts) {
    if (mount.kind == MountSpec::Kind::volume) {
      host["Mounts"].push_back(volume_mount(mount, spec, engine_id));
    } else {
      // A bind makes a path that is missing, as the agent does; a mount would refuse it.
      host["Binds"].push_back(fmt::format("{}:{}:{}", mount.source, mount.target, mount.read_only ? "ro" : "rw"));
    }
  }
  add_list(host, "VolumesFrom", spec.volumes_from);
  if (!spec.tmpfs.empty()) host["Tmpfs"] = spec.tmpfs;
  for (const auto& device : spec.devices)
    host["Devices"].push_back(
        {{"PathOnHost", device.host_path}, {"PathInContainer", device.container_path}, {"CgroupPermissions", device.permissions}});
}

std::string namespace_of(NamespaceMode mode, const std::string& task_id) {
  switch (mode) {
    case NamespaceMode::own: return "";
    case NamespaceMode::task: return "container:" + pause_name(task_id);
    case NamespaceMode::host: return "host";
    case NamespaceMode::none: return "none";
  }
  return "";
}

void add_security(const ContainerSpec& spec, Json& host) {
  if (spec.init_process) host["Init"] = true;
  if (spec.read_only_root) host["ReadonlyRootfs"] = true;
  if (spec.privileged) host["Privileged"] = true;
  add_list(host, "CapAdd", spec.capabilities_add);
  add_list(host, "CapDrop", spec.capabilities_drop);
  add_list(host, "SecurityOpt", spec.security_options);
  if (!spec.sysctls.empty()) host["Sysctls"] = spec.sysctls;
}

void add_namespaces(const ContainerSpec& spec, Json& host) {
  auto pid = namespace_of(spec.pid_mode, spec.task_id);
  auto ipc = namespace_of(spec.ipc_mode, spec.task_id);
  if (!pid.empty()) host["PidMode"] = pid;
  if (!ipc.empty()) host["IpcMode"] = ipc;
  add_list(host, "Links", spec.links);
  // Names and name servers of a joined network are its pause container's; Docker refuses them here.
  if (spec.network_mode == NetworkMode::awsvpc) return;
  add_list(host, "ExtraHosts", spec.extra_hosts);
  add_list(host, "Dns", spec.dns_servers);
  add_list(host, "DnsSearch", spec.dns_search_domains);
}

}  // namespace

std::string pause_name(const std::string& task_id) { return "berth-pause-" + task_id; }

bool needs_pause(const ContainerSpec& spec) {
  return spec.network_mode == NetworkMode::awsvpc || spec.pid_mode == NamespaceMode::task || spec.ipc_mode == NamespaceMode::task;
}

Json create_body(const ContainerSpec& spec, const std::string& engine_id) {
  Json labels = spec.labels;
  labels[kEngineLabel] = engine_id;
  labels[kTaskLabel] = spec.task_id;
  labels[kContainerLabel] = spec.container;
  Json environment = Json::array();
  for (const auto& [name, value] : spec.environment) environment.push_back(fmt::format("{}={}", name, value));
  Json body = {{"Image", spec.image}, {"Env", environment}, {"Labels", labels}, {"Healthcheck", health_of(spec.health_check)}};
  Json host = {{"NetworkMode", network_of(spec)},
               {"LogConfig", {{"Type", "json-file"}, {"Config", {{"max-size", kLogFileSize}, {"max-file", kLogFiles}}}}}};
  if (spec.command) body["Cmd"] = *spec.command;
  add_list(body, "Entrypoint", spec.entrypoint);
  if (!spec.user.empty()) body["User"] = spec.user;
  if (!spec.working_directory.empty()) body["WorkingDir"] = spec.working_directory;
  if (!spec.hostname.empty()) body["Hostname"] = spec.hostname;
  if (spec.open_stdin) body["OpenStdin"] = true;
  if (spec.terminal) body["Tty"] = true;
  add_ports(spec, body, host);
  add_limits(spec, host);
  add_memory(spec, host);
  add_mounts(spec, engine_id, host);
  add_namespaces(spec, host);
  add_security(spec, host);
  body["HostConfig"] = std::move(host);
  return body;
}

Json pause_body(const std::string& task_id, const std::string& engine_id, const std::string& image, const std::string& network,
                const SandboxSpec& sandbox) {
  Json host = {{"NetworkMode", sandbox.network ? network : "none"},
               {"IpcMode", "shareable"},
               {"LogConfig", {{"Type", "none"}, {"Config", Json::object()}}}};
  if (!sandbox.sysctls.empty()) host["Sysctls"] = sandbox.sysctls;
  add_list(host, "Dns", sandbox.dns_servers);
  add_list(host, "DnsSearch", sandbox.dns_search_domains);
  if (sandbox.shm_bytes) host["ShmSize"] = *sandbox.shm_bytes;
  return {{"Image", image},
          {"Labels", {{kEngineLabel, engine_id}, {kTaskLabel, task_id}, {kPauseLabel, "true"}}},
          {"HostConfig", std::move(host)}};
}

}  // namespace berth::engine::docker
