#include "engine/handlers/present.h"

#include <fmt/format.h>

#include "api/codec.h"
#include "engine/agent/container_spec.h"
#include "engine/agent/host_limits.h"
#include "engine/handlers/resolve.h"
#include "engine/handlers/service_rules.h"

namespace berth::engine {
namespace {

constexpr const char* kZone = "a";
constexpr const char* kPlatform = "1.4.0";

std::optional<std::string> text_or_absent(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

/// A member that was stored as it came.
template <class T>
std::optional<T> kept(const Json& extra, const char* name) {
  const auto found = extra.find(name);
  if (found == extra.end() || found->is_null()) return std::nullopt;
  auto value = api::decode<T>(*found);
  if (!value) return std::nullopt;
  return std::move(*value);
}

template <class T>
std::vector<T> kept_list(const Json& extra, const char* name) {
  std::vector<T> list;
  const auto found = extra.find(name);
  if (found == extra.end() || !found->is_array()) return list;
  for (const Json& item : *found) {
    if (auto value = api::decode<T>(item)) list.push_back(std::move(*value));
  }
  return list;
}

std::optional<std::string> kept_text(const Json& extra, const char* name) {
  const auto found = extra.find(name);
  if (found == extra.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

api::KeyValuePair statistic(const char* name, std::int64_t value) { return {.name = name, .value = std::to_string(value), .other_members = {}}; }

/// What tasks run on, as services, deployments and task sets have it.
template <class Shown, class From>
void show_launch(const From& from, Shown& shown) {
  if (from.capacity_providers.empty()) {
    shown.launch_type = from.launch_type;
  } else {
    shown.capacity_provider_strategy = present_strategy(from.capacity_providers);
  }
}

api::Deployment present_deployment(const scheduler::Deployment& deployment, const TaskCounts& counts) {
  api::Deployment shown;
  shown.id = deployment.id;
  shown.status = name_of(deployment.status);
  shown.task_definition = deployment.task_definition_arn;
  shown.desired_count = deployment.desired_count;
  shown.pending_count = counts.pending;
  shown.running_count = counts.running;
  shown.failed_tasks = deployment.failed_tasks;
  shown.created_at = deployment.created_at;
  shown.updated_at = deployment.updated_at;
  show_launch(deployment, shown);
  if (deployment.launch_type == "FARGATE") shown.platform_version = kPlatform, shown.platform_family = "Linux";
  shown.network_configuration = kept<api::NetworkConfiguration>(deployment.extra, "networkConfiguration");
  shown.rollout_state = name_of(deployment.rollout_state);
  shown.rollout_state_reason = deployment.rollout_state_reason;
  return shown;
}

std::map<std::string, TaskCounts> counts_by_deployment(const Store& store, const ServiceKey& key) {
  std::map<std::string, TaskCounts> counts;
  for (const Ref<scheduler::Task>& task : store.live_tasks_of(key)) {
    if (task->desired_status == scheduler::DesiredStatus::Stopped) continue;
    TaskCounts& mine = counts[task->deployment_id];
    if (task->last_status == scheduler::TaskStatus::Running) ++mine.running;
    if (is_pending(task->last_status)) ++mine.pending;
  }
  return counts;
}

TaskCounts counts_of(const std::map<std::string, TaskCounts>& counts, const std::string& deployment_id) {
  const auto found = counts.find(deployment_id);
  return found == counts.end() ? TaskCounts{} : found->second;
}

api::TaskSet task_set_with(const Context& context, const scheduler::Service& service, const scheduler::Deployment& set, const TaskCounts& counts,
                           Tags tags) {
  const scheduler::TaskSetPart& part = *set.task_set;
  api::TaskSet shown;
  shown.id = set.id;
  shown.task_set_arn = context.config.arns.task_set(cluster_name_of(service.cluster_arn), service.name, set.id);
  shown.service_arn = service.arn;
  shown.cluster_arn = service.cluster_arn;
  shown.external_id = text_or_absent(part.external_id);
  shown.status = name_of(set.status);
  shown.task_definition = set.task_definition_arn;
  shown.computed_desired_count = set.desired_count;
  shown.pending_count = counts.pending;
  shown.running_count = counts.running;
  shown.created_at = set.created_at;
  shown.updated_at = set.updated_at;
  show_launch(set, shown);
  if (set.launch_type == "FARGATE") shown.platform_version = part.platform_version, shown.platform_family = "Linux";
  shown.network_configuration = kept<api::NetworkConfiguration>(set.extra, "networkConfiguration");
  shown.load_balancers.emplace();
  shown.service_registries.emplace();
  shown.scale = api::Scale{.value = part.scale, .unit = "PERCENT"};
  shown.stability_status = part.steady ? "STEADY_STATE" : "STABILIZING";
  shown.stability_status_at = part.steady_at;
  if (tags == Tags::show) shown.tags = present_tags(part.tags);
  return shown;
}

api::Container present_container(const scheduler::Task& task, const scheduler::Container& container, const api::ContainerDefinition* definition) {
  api::Container shown;
  shown.container_arn = container.arn;
  shown.task_arn = task.arn;
  shown.name = container.name;
  shown.image = container.image;
  shown.image_digest = text_or_absent(container.image_digest);
  shown.runtime_id = text_or_absent(container.runtime_id);
  shown.last_status = api_name(container.known_status);
  if (container.exit_code) shown.exit_code = *container.exit_code;
  shown.reason = text_or_absent(container.reason);
  shown.network_bindings.emplace();
  for (const scheduler::NetworkBinding& binding : container.network_bindings) {
    shown.network_bindings->push_back({.bind_ip = binding.bind_ip,
                                       .container_port = binding.container_port,
                                       .host_port = binding.host_port,
                                       .protocol = binding.protocol});
  }
  shown.network_interfaces.emplace();
  if (task.network_mode == "awsvpc" && !task.private_ip.empty()) {
    shown.network_interfaces->push_back({.attachment_id = kept_text(task.extra, "attachmentId"), .private_ipv4_address = task.private_ip});
  }
  shown.health_status = name_of(container.health);
  shown.cpu = std::to_string(definition ? definition->cpu.value_or(0) : 0);
  if (definition && definition->memory) shown.memory = std::to_string(*definition->memory);
  if (definition && definition->memory_reservation) shown.memory_reservation = std::to_string(*definition->memory_reservation);
  return shown;
}

const api::ContainerDefinition* definition_of(const Ref<TaskDefinitionRecord>& record, const std::string& container) {
  if (!record || !record->definition.container_definitions) return nullptr;
  for (const api::ContainerDefinition& candidate : *record->definition.container_definitions) {
    if (candidate.name == container) return &candidate;
  }
  return nullptr;
}

std::vector<api::Attachment> attachments_of(const scheduler::Task& task) {
  if (task.network_mode != "awsvpc") return {};
  api::Attachment attachment;
  attachment.id = kept_text(task.extra, "attachmentId");
  attachment.type = "ElasticNetworkInterface";
  const bool ended = task.last_status == scheduler::TaskStatus::Stopped;
  attachment.status = ended ? "DELETED" : task.private_ip.empty() ? "PRECREATED" : "ATTACHED";
  attachment.details.emplace();
  if (!task.private_ip.empty()) attachment.details->push_back({.name = "privateIPv4Address", .value = task.private_ip, .other_members = {}});
  return {attachment};
}

api::Resource integer_resource(const char* name, std::int64_t value) {
  return {.name = name, .type = "INTEGER", .double_value = 0.0, .long_value = 0, .integer_value = value};
}

api::Resource port_resource(const char* name, const std::vector<scheduler::HostPort>& taken, const std::string& protocol) {
  api::Resource resource{.name = name, .type = "STRINGSET", .double_value = 0.0, .long_value = 0, .integer_value = 0};
  resource.string_set_value.emplace();
  for (const scheduler::HostPort& port : taken) {
    if (port.protocol == protocol) resource.string_set_value->push_back(std::to_string(port.port));
  }
  return resource;
}

std::vector<api::Resource> resources(const scheduler::Resources& amount, const std::vector<scheduler::HostPort>& taken) {
  return {integer_resource("CPU", amount.cpu), integer_resource("MEMORY", amount.memory), port_resource("PORTS", taken, "tcp"),
          port_resource("PORTS_UDP", taken, "udp")};
}

}  // namespace

api::Cluster present_cluster(const Context& context, const Cluster& cluster, const ClusterParts& parts) {
  const bool active = cluster.status == "ACTIVE";
  const TaskCounts tasks = context.store.cluster_task_counts(cluster.name);
  const Store::ServiceCounts services = context.store.cluster_service_counts(cluster.name);
  api::Cluster shown;
  shown.cluster_arn = cluster.arn;
  shown.cluster_name = cluster.name;
  shown.status = cluster.status;
  shown.registered_container_instances_count = 0;
  for (const auto& instance : context.store.instances(cluster.name)) {
    if (active && instance->status != scheduler::InstanceStatus::Inactive) ++*shown.registered_container_instances_count;
  }
  shown.running_tasks_count = tasks.running;
  shown.pending_tasks_count = tasks.pending;
  shown.active_services_count = services.active;
  shown.statistics.emplace();
  if (parts.statistics) {
    shown.statistics = {statistic("runningEC2TasksCount", tasks.running),       statistic("runningFargateTasksCount", 0),
                        statistic("pendingEC2TasksCount", tasks.pending),       statistic("pendingFargateTasksCount", 0),
                        statistic("activeEC2ServiceCount", services.active),    statistic("activeFargateServiceCount", 0),
                        statistic("drainingEC2ServiceCount", services.draining), statistic("drainingFargateServiceCount", 0)};
  }
  shown.tags = parts.tags ? present_tags(cluster.tags) : std::vector<api::Tag>{};
  shown.settings = parts.settings ? kept_list<api::ClusterSetting>(cluster.extra, "settings") : std::vector<api::ClusterSetting>{};
  shown.capacity_providers = cluster.extra.value("capacityProviders", std::vector<std::string>{});
  shown.default_capacity_provider_strategy = kept_list<api::CapacityProviderStrategyItem>(cluster.extra, "defaultCapacityProviderStrategy");
  if (parts.configuration && cluster.extra.contains("configuration")) shown.configuration = cluster.extra["configuration"];
  return shown;
}

api::DeploymentConfiguration present_configuration(const scheduler::DeploymentConfiguration& configuration) {
  api::DeploymentConfiguration shown;
  shown.deployment_circuit_breaker =
      api::DeploymentCircuitBreaker{.enable = configuration.circuit_breaker.enable, .rollback = configuration.circuit_breaker.rollback};
  // Members ahead of the public model only where they say something.
  const scheduler::CircuitBreaker& breaker = configuration.circuit_breaker;
  if (!breaker.reset_on_healthy_task) shown.deployment_circuit_breaker->reset_on_healthy_task = false;
  if (breaker.threshold_type != scheduler::ThresholdType::BoundedPercent || breaker.threshold_value != 50) {
    shown.deployment_circuit_breaker->threshold_configuration =
        api::DeploymentThreshold{.type = std::string(name_of(breaker.threshold_type)), .value = breaker.threshold_value};
  }
  shown.maximum_percent = configuration.maximum_percent;
  shown.minimum_healthy_percent = configuration.minimum_healthy_percent;
  shown.strategy = "ROLLING";
  return shown;
}

api::Service present_service(const Context& context, const scheduler::Service& service, Tags tags) {
  const ServiceKey key = key_of(service);
  const TaskCounts counts = context.store.service_task_counts(key);
  api::Service shown;
  shown.service_arn = service.arn;
  shown.service_name = service.name;
  shown.cluster_arn = service.cluster_arn;
  shown.load_balancers.emplace();
  shown.service_registries.emplace();
  shown.status = name_of(service.status);
  shown.desired_count = service.desired_count;
  shown.running_count = counts.running;
  shown.pending_count = counts.pending;
  const bool has_tasks_to_launch = !service.task_definition_arn.empty();  // not without a primary task set
  if (has_tasks_to_launch) show_launch(service, shown);
  if (service.launch_type == "FARGATE") {
    shown.platform_version = kept_text(service.extra, "platformVersion");
    shown.platform_family = "Linux";
  }
  shown.task_definition = text_or_absent(service.task_definition_arn);
  shown.deployment_configuration = present_configuration(service.deployment_configuration);
  shown.deployments.emplace();
  const auto by_deployment = counts_by_deployment(context.store, key);
  if (service.controller == scheduler::DeploymentController::External) shown.task_sets.emplace();
  for (const scheduler::Deployment& deployment : service.deployments) {
    const TaskCounts tasks = counts_of(by_deployment, deployment.id);
    if (deployment.task_set) {
      shown.task_sets->push_back(task_set_with(context, service, deployment, tasks, tags));
    } else {
      shown.deployments->push_back(present_deployment(deployment, tasks));
    }
  }
  shown.events.emplace();
  for (const scheduler::ServiceEvent& event : service.events) {
    shown.events->push_back({.id = event.id, .created_at = event.created_at, .message = event.message});
  }
  shown.created_at = service.created_at;
  shown.placement_constraints.emplace();
  for (const scheduler::PlacementConstraint& constraint : service.placement_constraints) {
    api::PlacementConstraint item{.type = std::string(name_of(constraint.type))};
    if (!constraint.expression.empty()) item.expression = constraint.expression;
    shown.placement_constraints->push_back(std::move(item));
  }
  shown.placement_strategy.emplace();
  for (const scheduler::PlacementStrategy& strategy : service.placement_strategy) {
    api::PlacementStrategy item{.type = std::string(name_of(strategy.type))};
    if (!strategy.field.empty()) item.field = strategy.field;
    shown.placement_strategy->push_back(std::move(item));
  }
  shown.network_configuration = kept<api::NetworkConfiguration>(service.extra, "networkConfiguration");
  shown.health_check_grace_period_seconds = service.health_check_grace_period_seconds;
  shown.scheduling_strategy = name_of(service.scheduling_strategy);
  shown.deployment_controller = api::DeploymentController{.type = std::string(name_of(service.controller))};
  if (tags == Tags::show) shown.tags = present_tags(service.tags);
  shown.created_by = text_or_absent(service.created_by);
  shown.enable_ecs_managed_tags = service.enable_ecs_managed_tags;
  shown.propagate_tags = service.propagate_tags;
  shown.enable_execute_command = service.enable_execute_command;
  shown.availability_zone_rebalancing = kept_text(service.extra, "availabilityZoneRebalancing");
  const std::string cluster = cluster_name_of(service.cluster_arn);
  if (!service.history.empty()) {
    shown.current_service_deployment = context.config.arns.service_deployment(cluster, service.name, service.history.front().id);
  }
  shown.current_service_revisions.emplace();
  for (const scheduler::Deployment& deployment : service.deployments) {
    if (deployment.revision.empty()) continue;
    const TaskCounts tasks = counts_of(by_deployment, deployment.id);
    shown.current_service_revisions->push_back({.arn = context.config.arns.service_revision(cluster, service.name, deployment.revision),
                                                .requested_task_count = deployment.desired_count,
                                                .running_task_count = tasks.running,
                                                .pending_task_count = tasks.pending});
  }
  return shown;
}

api::TaskSet present_task_set(const Context& context, const scheduler::Service& service, const scheduler::Deployment& set, Tags tags) {
  return task_set_with(context, service, set, counts_of(counts_by_deployment(context.store, key_of(service)), set.id), tags);
}

namespace {

/// What the machine refuses to the task's containers and they do without: `berth.host-limit.CONTAINER`, or with a number after it.
std::vector<api::Attribute> host_limits_of(const Context& context, const scheduler::Task& task, const TaskDefinitionRecord& record) {
  std::vector<api::Attribute> attributes;
  if (!context.capacity.host || !record.definition.container_definitions) return attributes;
  for (const api::ContainerDefinition& container : *record.definition.container_definitions) {
    if (!may_exceed_host(container, *context.capacity.host)) continue;
    auto spec = make_container_spec(task, container.name.value_or(""), record.definition, context.config.arns.region);
    if (!spec) continue;
    int number = 0;
    for (const std::string& text : fit_to_host(*spec, *context.capacity.host)) {
      const std::string suffix = ++number == 1 ? "" : fmt::format(".{}", number);
      attributes.push_back({.name = fmt::format("berth.host-limit.{}{}", *container.name, suffix), .value = text});
    }
  }
  return attributes;
}

}  // namespace

api::Task present_task(const Context& context, const scheduler::Task& task, Tags tags) {
  const std::string cluster = cluster_name_of(task.cluster_arn);
  const Ref<TaskDefinitionRecord> record = context.store.task_definition(task.task_definition_arn);
  api::Task shown;
  shown.attachments = attachments_of(task);
  if (record) {
    if (auto attributes = host_limits_of(context, task, *record); !attributes.empty()) shown.attributes = std::move(attributes);
  }
  shown.availability_zone = context.config.arns.region + kZone;
  if (const auto instance = task.instance_id.empty() ? nullptr : context.store.instance(task.instance_id)) {
    shown.availability_zone = scheduler::spread_value(*instance, "attribute:ecs.availability-zone");
  }
  shown.capacity_provider_name = text_or_absent(task.capacity_provider);
  if (task.launch_type == "FARGATE") shown.platform_version = kPlatform, shown.platform_family = "Linux";
  shown.cluster_arn = task.cluster_arn;
  shown.connectivity = task.connected ? "CONNECTED" : "DISCONNECTED";
  if (!task.instance_id.empty()) shown.container_instance_arn = context.config.arns.container_instance(cluster, task.instance_id);
  shown.containers.emplace();
  for (const scheduler::Container& container : task.containers) {
    shown.containers->push_back(present_container(task, container, definition_of(record, container.name)));
  }
  shown.cpu = kept_text(task.extra, "cpu");
  shown.memory = kept_text(task.extra, "memory");
  shown.created_at = task.created_at;
  shown.desired_status = name_of(task.desired_status);
  shown.enable_execute_command = false;
  shown.execution_stopped_at = task.execution_stopped_at;
  shown.group = task.group;
  shown.health_status = name_of(task.health);
  shown.last_status = name_of(task.last_status);
  shown.launch_type = task.launch_type;
  shown.overrides = kept<api::TaskOverride>(task.extra, "overrides");
  shown.pull_started_at = task.pull_started_at;
  shown.pull_stopped_at = task.pull_stopped_at;
  shown.started_at = task.started_at;
  shown.started_by = text_or_absent(task.started_by);
  if (task.stop_code) shown.stop_code = name_of(*task.stop_code);
  shown.stopped_at = task.stopped_at;
  shown.stopped_reason = text_or_absent(task.stopped_reason);
  shown.stopping_at = task.stopping_at;
  shown.tags = tags == Tags::show ? present_tags(task.tags) : std::vector<api::Tag>{};
  shown.task_arn = task.arn;
  shown.task_definition_arn = task.task_definition_arn;
  shown.version = task.version;
  return shown;
}

api::ContainerInstance present_instance(const Context& context, const scheduler::Instance& instance, Tags tags) {
  const TaskCounts counts = context.store.instance_task_counts(instance.id);
  const scheduler::Resources reserved = context.store.load_of(instance).reserved;
  scheduler::Resources remaining = instance.registered;
  remaining.cpu -= reserved.cpu;
  remaining.memory -= reserved.memory;
  std::vector<scheduler::HostPort> taken = instance.registered.ports;
  taken.insert(taken.end(), reserved.ports.begin(), reserved.ports.end());
  api::ContainerInstance shown;
  shown.container_instance_arn = instance.arn;
  if (instance.simulated) shown.ec2_instance_id = instance.host_id;
  shown.version = instance.version;
  shown.version_info = api::VersionInfo{.agent_version = context.config.version};
  shown.registered_resources = resources(instance.registered, instance.registered.ports);
  shown.remaining_resources = resources(remaining, taken);
  shown.status = name_of(instance.status);
  shown.agent_connected = instance.agent_connected;
  shown.running_tasks_count = counts.running;
  shown.pending_tasks_count = counts.pending;
  shown.attributes.emplace();
  for (const scheduler::Attribute& attribute : instance.attributes) {
    api::Attribute item{.name = attribute.name};
    if (!attribute.value.empty()) item.value = attribute.value;
    shown.attributes->push_back(std::move(item));
  }
  shown.registered_at = instance.registered_at;
  shown.attachments.emplace();
  shown.tags = tags == Tags::show ? present_tags(instance.tags) : std::vector<api::Tag>{};
  return shown;
}

}  // namespace berth::engine
