#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "scheduler/model/service.h"
#include "scheduler/model/task.h"
#include "scheduler/placement.h"

namespace berth::scheduler {

struct SchedulerOptions {
  /// How long a task without health check must run before it counts as healthy for the minimum. Source: ecs.md 4.1.
  Milliseconds healthy_after = std::chrono::seconds(40);
  /// When to look again for room after no instance took a task.
  Milliseconds placement_retry = std::chrono::seconds(10);
  /// An event equal to an earlier one is not repeated before this. Source: ecs.md 4.11.
  Milliseconds event_repeat = std::chrono::hours(6);
  bool operator==(const SchedulerOptions&) const = default;
};

/// All that a decision about one service depends on.
struct ServiceView {
  Service service;
  /// Every task of the service that is not STOPPED, and those STOPPED ones whose `accounted.stopped` is still false.
  std::vector<Task> tasks;
  /// The cluster's instances with the load of all tasks on them; absent means room without end (rehearsals).
  std::optional<std::vector<InstanceLoad>> instances;
  /// By task definition ARN, for every revision in `service.deployments` (a missing one asks for nothing).
  std::map<std::string, TaskRequirements> requirements;
};

struct TaskStart {
  std::string deployment_id;
  std::string task_definition_arn;
  /// Empty when the view has no instances.
  std::string instance_id;
  std::string launch_type = "EC2";
  /// Of the deployment's capacity provider strategy, if it has one.
  std::string capacity_provider{};
  bool operator==(const TaskStart&) const = default;
};

struct TaskStop {
  std::string task_id;
  StopCode stop_code = StopCode::ServiceSchedulerInitiated;
  std::string reason;
  bool operator==(const TaskStop&) const = default;
};

struct TaskAccount {
  std::string task_id;
  TaskAccounting accounted;
  bool operator==(const TaskAccount&) const = default;
};

/// What to do about a service now. `commit` carries it out on the values.
struct ServiceDecision {
  std::vector<TaskStart> start;
  std::vector<TaskStop> stop;
  /// Moments of tasks that are now taken into account.
  std::vector<TaskAccount> account;
  /// The service as it is after the decision (counts, deployments, status), without the new events; absent when unchanged.
  std::optional<Service> service;
  /// New events, oldest first. The one about started tasks comes with `commit`, which makes their ids.
  std::vector<std::string> events;
  /// When to look again although nothing happened; not part of the decision's effect.
  std::optional<Timestamp> requeue_at;

  /// Nothing to do.
  [[nodiscard]] bool empty() const {
    return start.empty() && stop.empty() && account.empty() && !service.has_value() && events.empty();
  }
  bool operator==(const ServiceDecision&) const = default;
};

/// What the scheduler of ECS would do about the service at `now` (REPLICA or DAEMON, rolling update or task sets): keeps the desired count,
/// replaces what ended, is unhealthy or on a draining instance, rolls out within the bounds, throttles, trips the circuit breaker and
/// rolls back, spares protected tasks, drains a deleted service. Pure and level-based: it may be called at any time and any number of times, and on a view that its own
/// decision was committed to it decides nothing. O(tasks + starts · instances). Source: ecs.md section 4.
ServiceDecision reconcile(const ServiceView& view, Timestamp now, const SchedulerOptions& options = {});

/// What `commit` did, for the caller to store.
struct Commit {
  /// New tasks, also appended to the view: identity, placement and resources are set, the caller fills in arn and containers.
  std::vector<Task> started;
  /// Ids of tasks of the view that changed: told to stop (their runner settles them), or accounted.
  std::vector<std::string> changed;
  bool service_changed = false;
};

/// Applies a decision of `reconcile(view, now)` to the view: makes task and event ids, marks tasks to stop, replaces the service.
Commit commit(ServiceView& view, const ServiceDecision& decision, Timestamp now, RandomSource& random);

/// Adds an event (newest first, the oldest beyond kMaxServiceEvents is dropped).
void add_event(Service& service, std::string message, Timestamp now, RandomSource& random);

}  // namespace berth::scheduler
