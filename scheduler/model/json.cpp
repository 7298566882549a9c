#include "scheduler/model/json.h"

#include <concepts>
#include <limits>
#include <type_traits>

#include <fmt/format.h>

#include "base/json_text.h"

namespace berth::scheduler {
namespace {

template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

// Each struct's members, listed once for writing and reading: `visit(name, member)`.

template <class V, Is<ContainerDependency> T>
void members(V& visit, T& value) {
  visit("containerName", value.container);
  visit("condition", value.condition);
}

template <class V, Is<NetworkBinding> T>
void members(V& visit, T& value) {
  visit("bindIP", value.bind_ip);
  visit("containerPort", value.container_port);
  visit("hostPort", value.host_port);
  visit("protocol", value.protocol);
}

template <class V, Is<RestartPolicy> T>
void members(V& visit, T& value) {
  visit("ignoredExitCodes", value.ignored_exit_codes);
  visit("restartAttemptPeriod", value.attempt_period);
}

template <class V, Is<HealthCheckRun> T>
void members(V& visit, T& value) {
  visit("exitCode", value.exit_code);
  visit("output", value.output);
  visit("at", value.at);
}

template <class V, Is<Container> T>
void members(V& visit, T& value) {
  visit("name", value.name);
  visit("containerArn", value.arn);
  visit("image", value.image);
  visit("essential", value.essential);
  visit("dependsOn", value.depends_on);
  visit("hasHealthCheck", value.has_health_check);
  visit("startTimeout", value.start_timeout);
  visit("stopTimeout", value.stop_timeout);
  visit("restartPolicy", value.restart_policy);
  visit("desiredStatus", value.desired_status);
  visit("knownStatus", value.known_status);
  visit("healthStatus", value.health);
  visit("runtimeId", value.runtime_id);
  visit("imageDigest", value.image_digest);
  visit("exitCode", value.exit_code);
  visit("reason", value.reason);
  visit("failedCheck", value.failed_check);
  visit("networkBindings", value.network_bindings);
  visit("createdAt", value.created_at);
  visit("startedAt", value.started_at);
  visit("finishedAt", value.finished_at);
  visit("restarting", value.restarting);
  visit("restartCount", value.restart_count);
  visit("restartedAt", value.restarted_at);
  visit("inFlight", value.in_flight);
  visit("inFlightSince", value.in_flight_since);
  visit("attempts", value.attempts);
  visit("retryAt", value.retry_at);
  visit("removed", value.removed);
}

template <class V, Is<HostPort> T>
void members(V& visit, T& value) {
  visit("port", value.port);
  visit("protocol", value.protocol);
}

template <class V, Is<Resources> T>
void members(V& visit, T& value) {
  visit("cpu", value.cpu);
  visit("memory", value.memory);
  visit("ports", value.ports);
}

template <class V, Is<Attribute> T>
void members(V& visit, T& value) {
  visit("name", value.name);
  visit("value", value.value);
}

template <class V, Is<PlacementConstraint> T>
void members(V& visit, T& value) {
  visit("type", value.type);
  visit("expression", value.expression);
}

template <class V, Is<PlacementStrategy> T>
void members(V& visit, T& value) {
  visit("type", value.type);
  visit("field", value.field);
}

template <class V, Is<CapacityProviderShare> T>
void members(V& visit, T& value) {
  visit("capacityProvider", value.provider);
  visit("weight", value.weight);
  visit("base", value.base);
}

template <class V, Is<Tag> T>
void members(V& visit, T& value) {
  visit("key", value.key);
  visit("value", value.value);
}

template <class V, Is<TaskAccounting> T>
void members(V& visit, T& value) {
  visit("running", value.running);
  visit("healthy", value.healthy);
  visit("stopped", value.stopped);
}

template <class V, Is<Task> T>
void members(V& visit, T& value) {
  visit("taskId", value.id);
  visit("taskArn", value.arn);
  visit("clusterArn", value.cluster_arn);
  visit("taskDefinitionArn", value.task_definition_arn);
  visit("group", value.group);
  visit("startedBy", value.started_by);
  visit("serviceName", value.service_name);
  visit("deploymentId", value.deployment_id);
  visit("containerInstanceId", value.instance_id);
  visit("launchType", value.launch_type);
  visit("capacityProvider", value.capacity_provider);
  visit("daemon", value.daemon);
  visit("protectedUntil", value.protected_until);
  visit("desiredStatus", value.desired_status);
  visit("lastStatus", value.last_status);
  visit("healthStatus", value.health);
  visit("connected", value.connected);
  visit("version", value.version);
  visit("reserved", value.reserved);
  visit("networkMode", value.network_mode);
  visit("privateIp", value.private_ip);
  visit("containers", value.containers);
  visit("tags", value.tags);
  visit("createdAt", value.created_at);
  visit("pullStartedAt", value.pull_started_at);
  visit("pullStoppedAt", value.pull_stopped_at);
  visit("startedAt", value.started_at);
  visit("stoppingAt", value.stopping_at);
  visit("executionStoppedAt", value.execution_stopped_at);
  visit("stoppedAt", value.stopped_at);
  visit("stopCode", value.stop_code);
  visit("stoppedReason", value.stopped_reason);
  visit("accounted", value.accounted);
  visit("extra", value.extra);
}

template <class V, Is<Instance> T>
void members(V& visit, T& value) {
  visit("instanceId", value.id);
  visit("containerInstanceArn", value.arn);
  visit("clusterArn", value.cluster_arn);
  visit("hostId", value.host_id);
  visit("status", value.status);
  visit("agentConnected", value.agent_connected);
  visit("simulated", value.simulated);
  visit("address", value.address);
  visit("registered", value.registered);
  visit("attributes", value.attributes);
  visit("tags", value.tags);
  visit("version", value.version);
  visit("registeredAt", value.registered_at);
  visit("extra", value.extra);
}

template <class V, Is<Throttle> T>
void members(V& visit, T& value) {
  visit("failedRounds", value.failed_rounds);
  visit("retryAt", value.retry_at);
}

template <class V, Is<TaskSetPart> T>
void members(V& visit, T& value) {
  visit("scale", value.scale);
  visit("externalId", value.external_id);
  visit("platformVersion", value.platform_version);
  visit("steady", value.steady);
  visit("steadyAt", value.steady_at);
  visit("tags", value.tags);
}

template <class V, Is<Deployment> T>
void members(V& visit, T& value) {
  visit("id", value.id);
  visit("status", value.status);
  visit("taskDefinition", value.task_definition_arn);
  visit("desiredCount", value.desired_count);
  visit("failedTasks", value.failed_tasks);
  visit("rolloutState", value.rollout_state);
  visit("rolloutStateReason", value.rollout_state_reason);
  visit("createdAt", value.created_at);
  visit("updatedAt", value.updated_at);
  visit("launchType", value.launch_type);
  visit("capacityProviderStrategy", value.capacity_providers);
  visit("revision", value.revision);
  visit("reachedRunning", value.reached_running);
  visit("throttle", value.throttle);
  visit("taskSet", value.task_set);
  visit("extra", value.extra);
}

template <class V, Is<CircuitBreaker> T>
void members(V& visit, T& value) {
  visit("enable", value.enable);
  visit("rollback", value.rollback);
  visit("thresholdType", value.threshold_type);
  visit("thresholdValue", value.threshold_value);
  visit("resetOnHealthyTask", value.reset_on_healthy_task);
}

template <class V, Is<DeploymentConfiguration> T>
void members(V& visit, T& value) {
  visit("minimumHealthyPercent", value.minimum_healthy_percent);
  visit("maximumPercent", value.maximum_percent);
  visit("deploymentCircuitBreaker", value.circuit_breaker);
}

template <class V, Is<ServiceRevision> T>
void members(V& visit, T& value) {
  visit("id", value.id);
  visit("taskDefinition", value.task_definition_arn);
  visit("launchType", value.launch_type);
  visit("capacityProviderStrategy", value.capacity_providers);
  visit("createdAt", value.created_at);
  visit("extra", value.extra);
}

template <class V, Is<ServiceDeployment> T>
void members(V& visit, T& value) {
  visit("id", value.id);
  visit("deploymentId", value.deployment_id);
  visit("targetRevision", value.target_revision);
  visit("sourceRevisions", value.source_revisions);
  visit("status", value.status);
  visit("statusReason", value.status_reason);
  visit("createdAt", value.created_at);
  visit("updatedAt", value.updated_at);
  visit("finishedAt", value.finished_at);
  visit("stoppedAt", value.stopped_at);
  visit("failureCount", value.failure_count);
  visit("breakerTripped", value.breaker_tripped);
  visit("rollbackRevision", value.rollback_revision);
  visit("rollbackReason", value.rollback_reason);
  visit("rollbackStartedAt", value.rollback_started_at);
}

template <class V, Is<ServiceEvent> T>
void members(V& visit, T& value) {
  visit("id", value.id);
  visit("createdAt", value.created_at);
  visit("message", value.message);
}

template <class V, Is<Service> T>
void members(V& visit, T& value) {
  visit("serviceName", value.name);
  visit("serviceArn", value.arn);
  visit("clusterArn", value.cluster_arn);
  visit("status", value.status);
  visit("desiredCount", value.desired_count);
  visit("taskDefinition", value.task_definition_arn);
  visit("launchType", value.launch_type);
  visit("schedulingStrategy", value.scheduling_strategy);
  visit("deploymentController", value.controller);
  visit("deploymentConfiguration", value.deployment_configuration);
  visit("placementConstraints", value.placement_constraints);
  visit("placementStrategy", value.placement_strategy);
  visit("capacityProviderStrategy", value.capacity_providers);
  visit("healthCheckGracePeriodSeconds", value.health_check_grace_period_seconds);
  visit("propagateTags", value.propagate_tags);
  visit("enableECSManagedTags", value.enable_ecs_managed_tags);
  visit("enableExecuteCommand", value.enable_execute_command);
  visit("deployments", value.deployments);
  visit("lastCompleted", value.last_completed);
  visit("history", value.history);
  visit("revisions", value.revisions);
  visit("events", value.events);
  visit("steady", value.steady);
  visit("createdAt", value.created_at);
  visit("createdBy", value.created_by);
  visit("deletedAt", value.deleted_at);
  visit("tags", value.tags);
  visit("extra", value.extra);
}

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

/// Writes members as they come, without a tree of them: a task is written at each of its transitions.
struct Writer {
  JsonText& out;

  template <class T>
  void operator()(const char* name, const T& value) {
    if constexpr (IsOptional<T>::value) {
      if (!value) return;
      out.key(name);
      write(out, *value);
    } else {
      out.key(name);
      write(out, value);
    }
  }

  template <class T>
  static void write(JsonText& out, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      out.string(name_of(value));
    } else if constexpr (std::same_as<T, Timestamp>) {
      out.integer(value.time_since_epoch().count());
    } else if constexpr (std::same_as<T, Milliseconds>) {
      out.integer(value.count());
    } else if constexpr (std::same_as<T, bool>) {
      out.boolean(value);
    } else if constexpr (std::is_integral_v<T>) {
      out.integer(value);
    } else if constexpr (std::same_as<T, std::string>) {
      out.string(value);
    } else if constexpr (std::same_as<T, Json> || std::is_arithmetic_v<T>) {
      out.value(value);
    } else if constexpr (IsVector<T>::value) {
      out.begin_array();
      for (const auto& item : value) write(out, item);
      out.end_array();
    } else {
      out.begin_object();
      Writer writer{out};
      members(writer, value);
      out.end_object();
    }
  }
};

template <class T>
std::string text_of(const T& value) {
  std::string text;
  JsonText out(text, JsonText::Form::canonical);
  Writer::write(out, value);
  return text;
}

/// Reads members into a value; keeps the first error.
struct Reader {
  const Json& json;
  std::string path;
  std::optional<Error>& error;

  template <class T>
  void operator()(const char* name, T& value) {
    if (error) return;
    const auto member = json.find(name);
    if (member == json.end()) return;
    const std::string at = path.empty() ? name : fmt::format("{}.{}", path, name);
    if constexpr (IsOptional<T>::value) {
      if (member->is_null()) return;
      read(*member, value.emplace(), at, error);
    } else {
      read(*member, value, at, error);
    }
  }

  static void wrong(std::optional<Error>& error, const std::string& at, std::string_view expected) {
    error = Error{"json", fmt::format("{}: expected {}", at.empty() ? "document" : at, expected), false};
  }

  static void read_integer(const Json& from, std::int64_t low, std::int64_t high, std::int64_t& value, const std::string& at,
                           std::optional<Error>& error) {
    const bool beyond =
        from.is_number_unsigned() && from.get<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int64_t>::max());
    if (!from.is_number_integer() || beyond) return wrong(error, at, "an integer");
    value = from.get<std::int64_t>();
    if (value < low || value > high) wrong(error, at, fmt::format("an integer from {} to {}", low, high));
  }

  template <class T>
  static void read(const Json& from, T& value, const std::string& at, std::optional<Error>& error) {
    if constexpr (std::is_enum_v<T>) {
      const std::optional<T> found = from.is_string() ? from_name<T>(from.get_ref<const std::string&>()) : std::nullopt;
      if (!found) return wrong(error, at, "a known name, found " + canonical_json(from));
      value = *found;
    } else if constexpr (std::same_as<T, Timestamp> || std::same_as<T, Milliseconds>) {
      std::int64_t count = 0;
      read(from, count, at, error);
      value = T(Milliseconds(count));
    } else if constexpr (std::same_as<T, bool>) {
      if (!from.is_boolean()) return wrong(error, at, "true or false");
      value = from.get<bool>();
    } else if constexpr (std::is_integral_v<T>) {
      std::int64_t wide = 0;
      read_integer(from, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), wide, at, error);
      if (!error) value = static_cast<T>(wide);
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!from.is_number()) return wrong(error, at, "a number");
      value = from.get<T>();
    } else if constexpr (std::same_as<T, std::string>) {
      if (!from.is_string()) return wrong(error, at, "a string");
      value = from.get<std::string>();
    } else if constexpr (std::same_as<T, Json>) {
      value = from;
    } else if constexpr (IsVector<T>::value) {
      if (!from.is_array()) return wrong(error, at, "a list");
      value.clear();
      for (std::size_t i = 0; i < from.size() && !error; ++i)
        read(from[i], value.emplace_back(), fmt::format("{}[{}]", at, i), error);
    } else {
      if (!from.is_object()) return wrong(error, at, "an object");
      Reader reader{from, at, error};
      members(reader, value);
    }
  }
};

template <class T>
Result<T> read_document(const Json& json) {
  T value;
  std::optional<Error> error;
  Reader::read(json, value, "", error);
  if (error) return *error;
  return value;
}

}  // namespace

std::string json_text(const Task& task) { return text_of(task); }
std::string json_text(const Instance& instance) { return text_of(instance); }
std::string json_text(const Service& service) { return text_of(service); }

Result<Task> task_from_json(const Json& json) { return read_document<Task>(json); }
Result<Instance> instance_from_json(const Json& json) { return read_document<Instance>(json); }
Result<Service> service_from_json(const Json& json) { return read_document<Service>(json); }

}  // namespace berth::scheduler
