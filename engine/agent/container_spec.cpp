#include "engine/agent/container_spec.h"

#include <charconv>

#include <fmt/format.h>

#include "engine/agent/container_settings.h"

namespace berth::engine {
namespace {

constexpr std::int64_t kMebibyte = 1 << 20;
/// Docker's minimum since 20.10.
constexpr std::int64_t kLeastMemory = 6 * kMebibyte;
/// The kernel's minimum; ECS gives it to containers without `cpu`.
constexpr std::int64_t kLeastShares = 2;
constexpr std::size_t kSuffix = 16;

/// FAMILY and REVISION of `arn:…:task-definition/FAMILY:REVISION`.
std::pair<std::string, std::string> family_and_revision(const std::string& arn) {
  auto slash = arn.rfind('/');
  auto name = slash == std::string::npos ? arn : arn.substr(slash + 1);
  auto colon = name.rfind(':');
  if (colon == std::string::npos) return {name, "0"};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

std::string last_part(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t value = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The entry of `overrides.containerOverrides` for this container, or an empty object.
Json override_of(const scheduler::Task& task, const std::string& container) {
  auto overrides = task.extra.value("overrides", Json::object());
  if (overrides.is_object())
    for (const auto& entry : overrides.value("containerOverrides", Json::array()))
      if (entry.is_object() && entry.value("name", "") == container) return entry;
  return Json::object();
}

std::optional<std::int64_t> overridden(const Json& override, const char* name, std::optional<std::int64_t> defined) {
  auto found = override.find(name);
  if (found != override.end() && found->is_number_integer()) return found->get<std::int64_t>();
  return defined;
}

/// The task's `cpu` (units) or `memory` (MiB) of the overrides or the definition; 0 when absent.
std::int64_t task_size(const scheduler::Task& task, const char* name, const std::optional<std::string>& defined) {
  auto overrides = task.extra.value("overrides", Json::object());
  auto text = overrides.is_object() && overrides.contains(name) && overrides[name].is_string()
                  ? overrides[name].get<std::string>()
                  : defined.value_or("");
  return whole_number(text).value_or(0);
}

std::map<std::string, std::string> environment_of(const api::ContainerDefinition& definition, const Json& override,
                                                  const std::string& launch_type, const std::string& region) {
  std::map<std::string, std::string> environment = {
      {"AWS_EXECUTION_ENV", "AWS_ECS_" + launch_type}, {"AWS_REGION", region}, {"AWS_DEFAULT_REGION", region}};
  for (const auto& pair : definition.environment.value_or(std::vector<api::KeyValuePair>()))
    environment[pair.name.value_or("")] = pair.value.value_or("");
  for (const auto& pair : override.value("environment", Json::array()))
    if (pair.is_object()) environment[pair.value("name", "")] = pair.value("value", "");
  environment.erase("");
  return environment;
}

std::map<std::string, std::string> labels_of(const scheduler::Task& task, const api::ContainerDefinition& definition) {
  auto labels = definition.docker_labels.value_or(std::map<std::string, std::string>());
  auto [family, revision] = family_and_revision(task.task_definition_arn);
  labels["com.amazonaws.ecs.cluster"] = last_part(task.cluster_arn);
  labels["com.amazonaws.ecs.container-name"] = definition.name.value_or("");
  labels["com.amazonaws.ecs.task-arn"] = task.arn;
  labels["com.amazonaws.ecs.task-definition-family"] = family;
  labels["com.amazonaws.ecs.task-definition-version"] = revision;
  return labels;
}

/// "8000-8010" as single ports.
Result<std::vector<PortRequest>> port_range(const std::string& text, const std::string& protocol) {
  auto dash = text.find('-');
  auto first = whole_number(text.substr(0, dash));
  auto last = dash == std::string::npos ? std::nullopt : whole_number(text.substr(dash + 1));
  if (!first || !last || *first < 1 || *last > 65535 || *first > *last)
    return Error{"CannotCreateContainerError", fmt::format("`containerPortRange` {} is no range of ports", text)};
  std::vector<PortRequest> ports;
  for (auto port = *first; port <= *last; ++port)
    ports.push_back({.container_port = static_cast<std::uint16_t>(port), .protocol = protocol});
  return ports;
}

Result<std::vector<PortRequest>> ports_of(const api::ContainerDefinition& definition) {
  std::vector<PortRequest> ports;
  for (const auto& mapping : definition.port_mappings.value_or(std::vector<api::PortMapping>())) {
    auto protocol = mapping.protocol.value_or("tcp");
    if (mapping.container_port_range) {
      BERTH_TRY(range, port_range(*mapping.container_port_range, protocol));
      ports.insert(ports.end(), range.begin(), range.end());
    } else {
      ports.push_back({.container_port = static_cast<std::uint16_t>(mapping.container_port.value_or(0)),
                       .host_port = static_cast<std::uint16_t>(mapping.host_port.value_or(0)),
                       .protocol = protocol});
    }
  }
  return ports;
}

std::optional<HealthCheckSpec> health_of(const api::ContainerDefinition& definition) {
  if (!definition.health_check) return std::nullopt;
  const auto& check = *definition.health_check;
  using std::chrono::seconds;
  return HealthCheckSpec{.command = check.command.value_or(std::vector<std::string>()),
                         .interval = seconds(check.interval.value_or(30)),
                         .timeout = seconds(check.timeout.value_or(5)),
                         .start_period = seconds(check.start_period.value_or(0)),
                         .retries = static_cast<int>(check.retries.value_or(3))};
}

void add_sizes(ContainerSpec& spec, const scheduler::Task& task, const api::TaskDefinition& definition,
               const api::ContainerDefinition& container, const Json& override) {
  spec.cpu_shares = std::max(kLeastShares, overridden(override, "cpu", container.cpu).value_or(0));
  auto task_cpu = task_size(task, "cpu", definition.cpu);
  if (task_cpu > 0) spec.cpu_quota_units = task_cpu;
  auto memory = overridden(override, "memory", container.memory).value_or(0);
  if (memory == 0) memory = task_size(task, "memory", definition.memory);
  if (memory > 0) spec.memory_bytes = std::max(kLeastMemory, memory * kMebibyte);
  auto reservation = overridden(override, "memoryReservation", container.memory_reservation).value_or(0);
  if (reservation > 0) spec.memory_reservation_bytes = std::max(kLeastMemory, reservation * kMebibyte);
}

const api::ContainerDefinition* find_definition(const api::TaskDefinition& definition, const std::string& name) {
  if (!definition.container_definitions) return nullptr;
  for (const auto& container : *definition.container_definitions)
    if (container.name == name) return &container;
  return nullptr;
}

}  // namespace

std::string runtime_name(const scheduler::Task& task, const std::string& container) {
  auto [family, revision] = family_and_revision(task.task_definition_arn);
  auto suffix = task.id.size() > kSuffix ? task.id.substr(task.id.size() - kSuffix) : task.id;
  return fmt::format("ecs-{}-{}-{}-{}", family, revision, container, suffix);
}

Result<ContainerSpec> make_container_spec(const scheduler::Task& task, const std::string& name,
                                          const api::TaskDefinition& definition, const std::string& region) {
  const auto* container = find_definition(definition, name);
  if (container == nullptr)
    return Error{"CannotCreateContainerError", fmt::format("the task definition has no container `{}`", name)};
  if (auto missing = missing_resource(definition)) return *missing;
  auto override = override_of(task, name);
  ContainerSpec spec;
  spec.name = runtime_name(task, name);
  spec.task_id = task.id;
  spec.container = name;
  spec.image = container->image.value_or("");
  spec.entrypoint = container->entry_point.value_or(std::vector<std::string>());
  spec.command = container->command;
  if (auto command = override.find("command"); command != override.end() && command->is_array() && !command->empty()) {
    spec.command.emplace();
    for (const auto& word : *command)
      if (word.is_string()) spec.command->push_back(word.get<std::string>());
  }
  spec.environment = environment_of(*container, override, task.launch_type, region);
  spec.labels = labels_of(task, *container);
  spec.user = container->user.value_or("");
  spec.working_directory = container->working_directory.value_or("");
  BERTH_TRY(ports, ports_of(*container));
  spec.ports = std::move(ports);
  spec.health_check = health_of(*container);
  add_sizes(spec, task, definition, *container, override);
  add_namespaces(spec, task, definition, *container);
  add_linux(spec, definition, *container);
  BERTH_TRY_VOID(add_volumes(spec, task, definition, *container));
  return spec;
}

}  // namespace berth::engine
