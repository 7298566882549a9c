#include "engine/drivers/docker/wire.h"

#include <charconv>

#include "engine/drivers/docker/log_frames.h"

namespace berth::engine::docker {
namespace {

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

std::string health_text(const Json& state) {
  auto status = text(member(state, "Health"), "Status");
  return status == "none" ? "" : status;
}

/// Docker keeps the last five runs, the oldest first.
std::optional<HealthCheckRun> failed_check_of(const Json& state) {
  std::optional<HealthCheckRun> failed;
  const auto& runs = member(member(state, "Health"), "Log");
  for (const auto& run : runs.is_array() ? runs : Json::array()) {
    const auto& code = member(run, "ExitCode");
    if (!code.is_number_integer() || code.get<std::int64_t>() == 0) continue;
    failed = {.exit_code = static_cast<int>(code.get<std::int64_t>()), .output = text(run, "Output"), .at = parse_time(text(run, "End"))};
  }
  return failed;
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
  result.failed_check = failed_check_of(state);
  result.image_digest = text(inspect, "Image");
  result.ports = bindings_of(member(network, "Ports"));
  result.private_ip = address_of(network);
  result.started_at = parse_time(text(state, "StartedAt"));
  if (result.phase == ContainerState::Phase::exited) result.finished_at = parse_time(text(state, "FinishedAt"));
  return result;
}

std::string engine_of(const Json& inspect) { return text(member(member(inspect, "Config"), "Labels"), kEngineLabel); }

bool joins_pause(const Json& inspect) {
  const auto& host = member(inspect, "HostConfig");
  auto joins = [&](const char* name) { return text(host, name).rfind("container:", 0) == 0; };
  return joins("NetworkMode") || joins("PidMode") || joins("IpcMode");
}

bool has_terminal(const Json& inspect) {
  const auto& terminal = member(member(inspect, "Config"), "Tty");
  return terminal.is_boolean() && terminal.get<bool>();
}

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

namespace {

/// Docker leaves these parts of a name out where it can.
std::string short_name(std::string name) {
  for (const std::string_view part : {"index.docker.io/", "docker.io/", "library/"})
    if (name.rfind(part, 0) == 0) name.erase(0, part.size());
  return name;
}

}  // namespace

LocalImage local_image_of(const Json& image, const std::string& name) {
  const auto& digests = member(image, "RepoDigests");
  const auto repository = short_name(parse_image(name).name);
  for (const auto& digest : digests.is_array() ? digests : Json::array()) {
    if (!digest.is_string()) continue;
    const auto known = digest.get<std::string>();
    auto at = known.find('@');
    if (at != std::string::npos && short_name(known.substr(0, at)) == repository) return {.digest = known.substr(at + 1), .of_registry = true};
  }
  return {.digest = text(image, "Id"), .of_registry = false};
}

std::string by_digest(const std::string& image, const std::string& digest) { return parse_image(image).name + "@" + digest; }

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
