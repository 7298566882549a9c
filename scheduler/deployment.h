#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "scheduler/model/service.h"

namespace berth::scheduler {

/// How many healthy tasks a rollout keeps and how many tasks it runs at most. Source: ecs.md 4.1.
struct RolloutBounds {
  /// ceil(desired · minimumHealthyPercent / 100)
  std::int64_t lower = 0;
  /// floor(desired · maximumPercent / 100)
  std::int64_t upper = 0;
  bool operator==(const RolloutBounds&) const = default;
};

RolloutBounds rollout_bounds(std::int64_t desired, const DeploymentConfiguration& configuration);

/// Whether a rolling update of healthy tasks can neither start nor stop one: lower and upper bound leave no room around
/// `desired` (at least 1).
bool can_never_progress(std::int64_t desired, std::int64_t minimum_healthy_percent, std::int64_t maximum_percent);

/// Failed tasks at which the circuit breaker fails a deployment: unless configured, half of desired, at least 3, at most 200.
/// Source: ecs.md 2.2, 4.6.
std::int64_t breaker_threshold(std::int64_t desired, const CircuitBreaker& breaker = {});

/// How long launches wait after that many failed rounds in a row: none after the first, then doubling to a cap. Source: ecs.md 4.5.
Milliseconds throttle_delay(int failed_rounds);

/// `ecs-svc/` and 19 digits.
std::string new_deployment_id(RandomSource& random);

/// The deployment with status PRIMARY, or null.
Deployment* primary_of(Service& service);
const Deployment* primary_of(const Service& service);

/// `deployment` becomes the PRIMARY, the others become ACTIVE and shrink. For CreateService and an UpdateService that changes the
/// revision its id, task definition, launch type, capacity providers and extra are given and the rest is set here; a deployment that a
/// rollback brings back is as it was, keeps the tasks it still has, and is no target of another rollback before it completed again.
void begin_deployment(Service& service, Deployment deployment, Timestamp now);

/// Notes a deployment just begun in the service's history, with its revision; the one that was in progress has been stopped by it.
/// `record_id` and `revision_id` are the ends of their ARNs.
void record_deployment(Service& service, const std::string& record_id, const std::string& revision_id, Timestamp now);
/// The newest entry of the history, or null.
ServiceDeployment* current_record(Service& service);
/// The newest entry of the history has ended so.
void finish_record(Service& service, ServiceDeploymentStatus status, const std::string& reason, Timestamp now);

/// Takes the PRIMARY back to the newest deployment that completed, and returns that one's id; nothing when there is none.
std::optional<std::string> roll_back(Service& service, const std::string& reason, Timestamp now);

/// What StopServiceDeployment does with a deployment in progress: fails it and rolls back. Error ConflictException when there is nothing
/// to stop or nothing to go back to.
Result<void> stop_deployment(Service& service, Timestamp now);

/// What UpdateService does with desiredCount: no new deployment; running rollouts aim at the new count.
void set_desired_count(Service& service, std::int64_t desired, Timestamp now);

/// How many tasks a task set of that scale has: percent of what the service wants, rounded up. Source: ecs.md 6.3, TaskSet.
std::int64_t computed_count(std::int64_t desired, double scale);
/// The task set of that id, or null.
Deployment* find_task_set(Service& service, std::string_view id);
const Deployment* find_task_set(const Service& service, std::string_view id);
/// What CreateTaskSet does: `set` (id, task definition, launch type, capacity providers, extra, and its part) becomes an ACTIVE task set.
void begin_task_set(Service& service, Deployment set, Timestamp now);
/// What UpdateTaskSet does.
void scale_task_set(Service& service, Deployment& set, double scale, Timestamp now);
/// What UpdateServicePrimaryTaskSet does: the other PRIMARY becomes ACTIVE, and the service shows what this one is made of.
void make_primary(Service& service, const std::string& task_set_id, Timestamp now);
/// What DeleteTaskSet does: DRAINING until its tasks have stopped, then `reconcile` drops it.
void begin_delete(Deployment& set, Timestamp now);
/// "(service NAME) ", or "(service NAME, taskSet ID) " when it is about a task set: how an event begins. Source: ecs.md 4.11.
std::string event_prefix(const Service& service, std::string_view task_set_id = {});

/// What DeleteService does: nothing is desired any more; the service is DRAINING until `reconcile` makes it INACTIVE.
void begin_delete(Service& service, Timestamp now);

}  // namespace berth::scheduler
