#include <algorithm>

#include <fmt/format.h>

#include "scheduler/deployment.h"
#include "scheduler/reconcile/steps.h"

namespace berth::scheduler {
namespace {

/// The newest deployment that completed, among those still there or as remembered.
std::optional<Deployment> rollback_target(const Service& service, const Deployment& failed) {
  std::optional<Deployment> target;
  for (const Deployment& candidate : service.deployments) {
    if (candidate.id == failed.id || candidate.rollout_state != RolloutState::Completed) continue;
    if (!target || candidate.created_at > target->created_at) target = candidate;
  }
  if (target) return target;
  if (service.last_completed && service.last_completed->id != failed.id) return service.last_completed;
  return std::nullopt;
}

/// Makes `target` the PRIMARY again, under its own id, so that its remaining tasks stay its tasks.
void roll_back_to(Service& service, Deployment target, Timestamp now) {
  std::vector<Deployment>& list = service.deployments;
  list.erase(std::remove_if(list.begin(), list.end(), [&](const Deployment& deployment) { return deployment.id == target.id; }),
             list.end());
  for (Deployment& deployment : list) deployment.status = DeploymentStatus::Active;
  target.status = DeploymentStatus::Primary;
  target.desired_count = service.desired_count;
  target.failed_tasks = 0;
  target.rollout_state = RolloutState::InProgress;
  target.rollout_state_reason = fmt::format("ECS deployment {} in progress.", target.id);
  target.updated_at = now;
  target.reached_running = false;
  target.throttle = {};
  service.task_definition_arn = target.task_definition_arn;
  // Not eligible for another rollback until it completes again.
  service.last_completed.reset();
  list.insert(list.begin(), std::move(target));
}

}  // namespace

void trip_breaker(Draft& draft) {
  Deployment& failed = draft.primary();
  const CircuitBreaker& breaker = draft.service.deployment_configuration.circuit_breaker;
  if (!breaker.enable || failed.rollout_state != RolloutState::InProgress) return;
  if (failed.failed_tasks < breaker_threshold(draft.service.desired_count)) return;

  failed.rollout_state = RolloutState::Failed;
  failed.rollout_state_reason = "ECS deployment circuit breaker: tasks failed to start.";
  failed.updated_at = draft.now;
  draft.event(fmt::format("(deployment {}) deployment failed: tasks failed to start.", failed.id));
  const std::optional<Deployment> target = breaker.rollback ? rollback_target(draft.service, failed) : std::nullopt;
  if (!target) return;
  failed.rollout_state_reason = fmt::format("ECS deployment circuit breaker: rolling back to deploymentId {}.", target->id);
  draft.event(fmt::format("rolling back to (deployment {}).", target->id));
  roll_back_to(draft.service, *target, draft.now);
}

}  // namespace berth::scheduler
