#include "engine/drivers/docker/wire.h"

#include <charconv>

#include <fmt/format.h>

#include "engine/drivers/docker/log_frames.h"

namespace berth::engine::docker {
namespace {

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;
/// Docker keeps what containers print; bounded, so that a chatty one does not fill the disk.
constexpr const char* kLogFileSize = "16m";
constexpr const char* kLogFiles = "2";

/// The member, or an empty value of the same use when it is missing or null.
const Json& member(const Json& object, const char* name) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  auto found = object.find(name);
  return found == object.end() ? nothing : *found;
}

std::string text(const Json& object, const char* name) {
  const auto& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

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
        {{"HostIp", "127.0.0.1"}, {"HostPort", port.host_port == 0 ? "" : std::to_string(port.host_port)}});
  }
}

void add_limits(const ContainerSpec& spec, Json& host) {
  if (spec.cpu_shares > 0) host["CpuShares"] = spec.cpu_shares;
  if (spec.cpu_quota_units) host["NanoCpus"] = *spec.cpu_quota_units * 1'000'000'000 / 1024;
  if (spec.memory_bytes) host["Memory"] = *spec.memory_bytes;
  if (spec.memory_reservation_bytes) host["MemoryReservation"] = *spec.memory_reservation_bytes;
  for (const auto& limit : spec.ulimits)
    host["Ulimits"].push_back({{"Name", limit.name}, {"Soft", limit.soft}, {"Hard", limit.hard}});
}

void add_list(Json& object, const char* name, const std::vector<std::string>& values) {
  if (!values.empty()) object[name] = values;
}

std::string health_text(const Json& state) {
  auto status = text(member(state, "Health"), "Status");
  return status == "none" ? "" : status;
}

ContainerState::Phase phase_of(const std::string& status) {
  if (status == "created") return ContainerState::Phase::created;
  bool runs = status == "running" || status == "paused" || status == "restarting";
  return runs ? ContainerState::Phase::running : ContainerState::Phase::exited;
}

std::uint16_t port_number(std::string_view digits) {
  std::uint16_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::vector<PortBinding> bindings_of(const Json& ports) {
  std::vector<PortBinding> bindings;
  if (!ports.is_object()) return bindings;
  for (const auto& [key, published] : ports.items()) {
    if (!published.is_array()) continue;
    auto slash = key.find('/');
    for (const auto& binding : published)
      bindings.push_back({.bind_ip = text(binding, "HostIp"),
                          .container_port = port_number(std::string_view(key).substr(0, slash)),
                          .host_port = port_number(text(binding, "HostPort")),
                          .protocol = slash == std::string::npos ? "tcp" : key.substr(slash + 1)});
  }
  return bindings;
}

std::string address_of(const Json& network_settings) {
  auto address = text(network_settings, "IPAddress");
  if (!address.empty()) return address;
  const auto& networks = member(network_settings, "Networks");
  if (!networks.is_object()) return "";
  for (const auto& network : networks)
    if (auto found = text(network, "IPAddress"); !found.empty()) return found;
  return "";
}

}  // namespace

std::string pause_name(const std::string& task_id) { return "berth-pause-" + task_id; }

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
  add_ports(spec, body, host);
  add_limits(spec, host);
  if (spec.init_process) host["Init"] = true;
  if (spec.read_only_root) host["ReadonlyRootfs"] = true;
  if (spec.privileged) host["Privileged"] = true;
  add_list(host, "CapAdd", spec.capabilities_add);
  add_list(host, "CapDrop", spec.capabilities_drop);
  add_list(host, "ExtraHosts", spec.extra_hosts);
  add_list(host, "Dns", spec.dns_servers);
  add_list(host, "DnsSearch", spec.dns_search_domains);
  body["HostConfig"] = std::move(host);
  return body;
}

Json pause_body(const std::string& task_id, const std::string& engine_id, const std::string& image, const std::string& network) {
  return {{"Image", image},
          {"Labels", {{kEngineLabel, engine_id}, {kTaskLabel, task_id}, {kPauseLabel, "true"}}},
          {"HostConfig", {{"NetworkMode", network}, {"LogConfig", {{"Type", "none"}, {"Config", Json::object()}}}}}};
}

ContainerState state_of(const Json& inspect) {
  const auto& config_labels = member(member(inspect, "Config"), "Labels");
  const auto& state = member(inspect, "State");
  const auto& network = member(inspect, "NetworkSettings");
  ContainerState result;
  result.name = text(inspect, "Name");
  if (!result.name.empty() && result.name.front() == '/') result.name.erase(0, 1);
  result.runtime_id = text(inspect, "Id");
  result.task_id = text(config_labels, kTaskLabel);
  result.container = text(config_labels, kContainerLabel);
  result.phase = phase_of(text(state, "Status"));
  const auto& killed_for_memory = member(state, "OOMKilled");
  result.out_of_memory = killed_for_memory.is_boolean() && killed_for_memory.get<bool>();
  const auto& code = member(state, "ExitCode");
  if (result.phase == ContainerState::Phase::exited && code.is_number_integer()) result.exit_code = code.get<std::int64_t>();
  if (result.phase == ContainerState::Phase::running) result.health = health_text(state);
  result.image_digest = text(inspect, "Image");
  result.ports = bindings_of(member(network, "Ports"));
  result.private_ip = address_of(network);
  result.started_at = parse_time(text(state, "StartedAt"));
  if (result.phase == ContainerState::Phase::exited) result.finished_at = parse_time(text(state, "FinishedAt"));
  return result;
}

std::string engine_of(const Json& inspect) { return text(member(member(inspect, "Config"), "Labels"), kEngineLabel); }

bool joins_pause(const Json& inspect) { return text(member(inspect, "HostConfig"), "NetworkMode").rfind("container:", 0) == 0; }

std::string stop_signal(const Json& inspect) {
  auto signal = text(member(inspect, "Config"), "StopSignal");
  return signal.empty() ? "SIGTERM" : signal;
}

ImageReference parse_image(const std::string& image) {
  if (auto at = image.find('@'); at != std::string::npos) {
    // A tag beside the digest says nothing more.
    auto reference = parse_image(image.substr(0, at));
    return {reference.name, image.substr(at + 1)};
  }
  auto slash = image.rfind('/');
  auto colon = image.rfind(':');
  bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  if (!tagged) return {image, "latest"};
  return {image.substr(0, colon), image.substr(colon + 1)};
}

std::string digest_of(const Json& image) {
  const auto& digests = member(image, "RepoDigests");
  if (digests.is_array() && !digests.empty() && digests.front().is_string()) {
    auto first = digests.front().get<std::string>();
    if (auto at = first.find('@'); at != std::string::npos) return first.substr(at + 1);
  }
  return text(image, "Id");
}

std::optional<Event> parse_event(std::string_view line) {
  auto json = parse_json(line);
  if (!json || text(*json, "Type") != "container") return std::nullopt;
  const auto& actor = member(*json, "Actor");
  const auto& attributes = member(actor, "Attributes");
  auto action = text(*json, "Action");
  Event event{.kind = Event::Kind::die,
              .name = text(attributes, "name"),
              .id = text(actor, "ID"),
              .task_id = text(attributes, kTaskLabel),
              .container = text(attributes, kContainerLabel),
              .pause = !text(attributes, kPauseLabel).empty()};
  if (action == "start")
    event.kind = Event::Kind::start;
  else if (action == "destroy")
    event.kind = Event::Kind::destroy;
  else if (action.rfind("health_status", 0) == 0)
    event.kind = Event::Kind::health;
  else if (action != "die")
    return std::nullopt;
  if (event.name.empty() || event.task_id.empty()) return std::nullopt;
  return event;
}

std::optional<std::string> pull_problem(std::string_view progress) {
  std::optional<std::string> problem;
  while (!progress.empty()) {
    auto end = progress.find('\n');
    auto json = parse_json(progress.substr(0, end));
    if (json && !text(*json, "error").empty()) problem = text(*json, "error");
    progress.remove_prefix(end == std::string_view::npos ? progress.size() : end + 1);
  }
  return problem;
}

std::string message_of(const std::string& body) {
  auto json = parse_json(body);
  auto message = json ? text(*json, "message") : std::string();
  return message.empty() ? body : message;
}

}  // namespace berth::engine::docker
