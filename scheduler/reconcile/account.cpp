#include <algorithm>

#include <fmt/format.h>

#include "scheduler/deployment.h"
#include "scheduler/reconcile/steps.h"

namespace berth::scheduler {
namespace {

/// Ended although nobody asked for it.
bool ended_by_itself(const Task& task) {
  return task.stop_code == StopCode::TaskFailedToStart || task.stop_code == StopCode::EssentialContainerExited;
}

bool stopped_as_unhealthy(const Task& task) {
  return task.stop_code == StopCode::ServiceSchedulerInitiated && task.stopped_reason == kUnhealthyReason;
}

/// Whether a stopped task counts as a failure of its deployment. Stage 1 of the circuit breaker counts tasks that never ran;
/// stage 2 those that failed their health check. A task that ran and ended before it ever counted as healthy is taken for a
/// failed check: Amazon documents only that tasks which had become healthy are not counted.
bool is_failure(const Task& task, const Deployment& deployment) {
  if (stopped_as_unhealthy(task)) return true;
  if (!ended_by_itself(task)) return false;
  return task.started_at ? !task.accounted.healthy : !deployment.reached_running;
}

/// Failures of tasks that were launched before the last delay began belong to the same round.
void lengthen_throttle(Draft& draft, Deployment& deployment, const Task& task) {
  Throttle& throttle = deployment.throttle;
  if (throttle.retry_at && task.created_at && *task.created_at < *throttle.retry_at) return;
  ++throttle.failed_rounds;
  const Milliseconds delay = throttle_delay(throttle.failed_rounds);
  throttle.retry_at = draft.now + delay;
  if (delay.count() > 0) draft.event_once("is unable to consistently start tasks successfully.");
}

void account_stopped(Draft& draft, Deployment& deployment, const Task& task) {
  if (is_failure(task, deployment)) {
    ++deployment.failed_tasks;
    deployment.updated_at = draft.now;
  }
  if (!task.started_at && ended_by_itself(task)) lengthen_throttle(draft, deployment, task);
}

void account_running(Deployment& deployment) {
  deployment.reached_running = true;
  deployment.throttle = {};
}

bool just_ran(const Task& task) { return task.started_at && !task.accounted.running; }
bool just_stopped(const Task& task) { return task.last_status == TaskStatus::Stopped && !task.accounted.stopped; }
bool just_healthy(const Draft& draft, const Task& task) {
  return !task.accounted.healthy && task.desired_status == DesiredStatus::Running &&
         fitness_of(task, draft.service, draft.now, draft.options) == Fitness::Healthy;
}

}  // namespace

void account_for_tasks(Draft& draft) {
  // RUNNING first, since it ends stage 1; then failures, and last the successes that forgive them.
  for (const Task& task : draft.view.tasks) {
    Deployment* deployment = draft.find(task.deployment_id);
    if (deployment && just_ran(task)) account_running(*deployment);
  }
  for (const Task& task : draft.view.tasks) {
    Deployment* deployment = draft.find(task.deployment_id);
    if (deployment && just_stopped(task)) account_stopped(draft, *deployment, task);
  }
  for (const Task& task : draft.view.tasks) {
    const bool healthy = just_healthy(draft, task);
    Deployment* deployment = draft.find(task.deployment_id);
    const bool forgives = draft.service.deployment_configuration.circuit_breaker.reset_on_healthy_task;
    if (deployment && healthy && forgives) deployment->failed_tasks = 0;
    if (!healthy && !just_ran(task) && !just_stopped(task)) continue;
    TaskAccounting accounted = task.accounted;
    accounted.running = accounted.running || task.started_at.has_value();
    accounted.healthy = accounted.healthy || healthy;
    accounted.stopped = task.last_status == TaskStatus::Stopped;
    draft.decision.account.push_back({.task_id = task.id, .accounted = accounted});
  }
}

}  // namespace berth::scheduler
