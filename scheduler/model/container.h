#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "scheduler/model/status.h"

namespace berth::scheduler {

/// One entry of `dependsOn`: this container waits until `container` is as `condition` says.
struct ContainerDependency {
  std::string container;
  DependencyCondition condition = DependencyCondition::Start;
  bool operator==(const ContainerDependency&) const = default;
};

/// When a container that exited by itself is started again. Source: ecs.md 5.5.
struct RestartPolicy {
  std::vector<int> ignored_exit_codes;
  /// How long it must have run before it is started again.
  Milliseconds attempt_period = std::chrono::seconds(300);
  bool operator==(const RestartPolicy&) const = default;
};

/// A container port published on the host.
struct NetworkBinding {
  std::string bind_ip;
  std::uint16_t container_port = 0;
  std::uint16_t host_port = 0;
  std::string protocol = "tcp";
  bool operator==(const NetworkBinding&) const = default;
};

/// A run of a container's health check.
struct HealthCheckRun {
  int exit_code = 0;
  /// What it wrote, as much of it as the runtime keeps.
  std::string output;
  std::optional<Timestamp> at;
  bool operator==(const HealthCheckRun&) const = default;
};

/// A container of a task: what its definition says of order and time, what is wanted, and what the driver reported.
struct Container {
  std::string name;
  std::string arn;
  std::string image;
  bool essential = true;
  std::vector<ContainerDependency> depends_on;
  bool has_health_check = false;
  /// How long containers that wait for this one wait at most, from its start; absent is for ever.
  std::optional<Milliseconds> start_timeout;
  /// Between the stop signal and SIGKILL; absent is TransitionOptions::default_stop_timeout.
  std::optional<Milliseconds> stop_timeout;
  /// Absent: it is not started again.
  std::optional<RestartPolicy> restart_policy;

  DesiredStatus desired_status = DesiredStatus::Running;
  ContainerStatus known_status = ContainerStatus::None;
  HealthStatus health = HealthStatus::Unknown;
  /// The driver's id, from creation on.
  std::string runtime_id;
  std::string image_digest;
  /// Absent when the container never ran, or when its end was not seen.
  std::optional<int> exit_code;
  /// As the agent reports it: "CannotPullContainerError: no such image"; empty when there is nothing to say.
  std::string reason;
  /// The newest run of the health check that failed.
  std::optional<HealthCheckRun> failed_check;
  std::vector<NetworkBinding> network_bindings;
  std::optional<Timestamp> created_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;

  /// It exited and its policy starts it again: until then it counts as RUNNING.
  bool restarting = false;
  int restart_count = 0;
  std::optional<Timestamp> restarted_at;

  /// The action being performed; a container has at most one.
  std::optional<ContainerActionKind> in_flight;
  std::optional<Timestamp> in_flight_since;
  /// Failed tries of the action that is next, and the time before which it is not tried again.
  int attempts = 0;
  std::optional<Timestamp> retry_at;
  /// The container is gone from the runtime.
  bool removed = false;

  bool operator==(const Container&) const = default;
};

}  // namespace berth::scheduler
