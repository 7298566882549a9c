#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "scheduler/model/task.h"

namespace berth::scheduler {

struct TransitionOptions {
  /// Pull images of containers that still wait for others. Source: ecs.md 5.3, ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT.
  bool pull_upfront = false;
  /// For containers without stopTimeout. Source: ecs.md 5.4.
  Milliseconds default_stop_timeout = std::chrono::seconds(30);
  /// How long a stopped task's containers stay in the runtime (for logs and inspection).
  Milliseconds remove_after = std::chrono::hours(3);
  /// Tries of a pull, and of a stop before the container is taken for stopped.
  int tries = 5;
  bool operator==(const TransitionOptions&) const = default;
};

/// One thing to do to one container.
struct ContainerAction {
  ContainerActionKind kind = ContainerActionKind::Pull;
  std::string container;
  /// Of Stop: between the signal and SIGKILL.
  Milliseconds stop_timeout{0};
  bool operator==(const ContainerAction&) const = default;
};

/// What to do about a task now, and when to look again although nothing was reported.
struct TaskStep {
  std::vector<ContainerAction> actions;
  std::optional<Timestamp> wake_at;
  bool operator==(const TaskStep&) const = default;
};

/// The next action of each container that has none in flight. Pure; call `settle` before, `begin` when an action is handed to
/// the driver, `apply` with what the driver reports. O(containers · dependencies).
TaskStep next_actions(const Task& task, Timestamp now, const TransitionOptions& options = {});

/// Notes that an action is in flight, so that it is not begun twice.
void begin(Task& task, const ContainerAction& action, Timestamp now);

/// After a restart nothing is in flight any more: actions are taken up again where the driver's report left the containers.
void forget_in_flight(Task& task);

// What a driver reports of a container.

/// The image is there.
struct Pulled {
  std::string image_digest;
  bool operator==(const Pulled&) const = default;
};
struct Created {
  std::string runtime_id;
  bool operator==(const Created&) const = default;
};
struct Started {
  std::vector<NetworkBinding> network_bindings;
  /// The task's address; empty leaves it unchanged.
  std::string private_ip;
  /// When the runtime started it; absent is now.
  std::optional<Timestamp> at;
  bool operator==(const Started&) const = default;
};
/// The container is not running any more, whoever ended it.
struct Exited {
  std::optional<int> exit_code;
  bool out_of_memory = false;
  std::optional<Timestamp> at;
  bool operator==(const Exited&) const = default;
};
struct HealthChanged {
  HealthStatus health = HealthStatus::Unknown;
  /// The newest run of the check that failed, where the runtime knows of one.
  std::optional<HealthCheckRun> failed_check{};
  bool operator==(const HealthChanged&) const = default;
};
/// An action failed. `error_name` is one of ECS's: CannotPullContainerError, CannotStartContainerError … (ecs.md 5.7).
struct ActionFailed {
  ContainerActionKind action = ContainerActionKind::Pull;
  std::string error_name;
  std::string message;
  /// Worth trying again: pulls and stops are, a few times with a pause; everything else ends the container.
  bool retryable = false;
  bool operator==(const ActionFailed&) const = default;
};
/// The container is gone from the runtime: removed by us, or by somebody else.
struct Removed {
  bool operator==(const Removed&) const = default;
};

using ContainerReport = std::variant<Pulled, Created, Started, Exited, HealthChanged, ActionFailed, Removed>;

struct ContainerObservation {
  std::string container;
  ContainerReport report;
  bool operator==(const ContainerObservation&) const = default;
};

/// What changed of a task, for whoever stores it or tells others.
struct TaskChange {
  /// Anything at all.
  bool any = false;
  bool last_status = false;
  bool desired_status = false;
  bool health = false;
  bool operator==(const TaskChange&) const = default;
};

/// Takes a driver's report into the task and settles it. A report that would lead backwards (a stopped container, an unknown
/// one) changes nothing.
TaskChange apply(Task& task, const ContainerObservation& observation, Timestamp now, const TransitionOptions& options = {});

/// Derives what follows from what is known at `now`: containers that can never start, essential exits, the task's desired and
/// last status, health, stop code and times. Idempotent.
TaskChange settle(Task& task, Timestamp now);

/// Tells a task to stop (StopTask, the scheduler). The first call's code and reason stay.
TaskChange request_stop(Task& task, StopCode code, const std::string& reason, Timestamp now);

}  // namespace berth::scheduler
