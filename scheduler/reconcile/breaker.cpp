#include <fmt/format.h>

#include "scheduler/deployment.h"
#include "scheduler/reconcile/steps.h"

namespace berth::scheduler {

void trip_breaker(Draft& draft) {
  Deployment& failed = draft.primary();
  const CircuitBreaker& breaker = draft.service.deployment_configuration.circuit_breaker;
  if (!breaker.enable || failed.rollout_state != RolloutState::InProgress) return;
  if (failed.failed_tasks < breaker_threshold(draft.service.desired_count, breaker)) return;

  const std::string id = failed.id;
  failed.rollout_state = RolloutState::Failed;
  failed.rollout_state_reason = "ECS deployment circuit breaker: tasks failed to start.";
  failed.updated_at = draft.now;
  if (ServiceDeployment* record = current_record(draft.service)) {
    record->failure_count = failed.failed_tasks;
    record->breaker_tripped = true;
  }
  draft.event(fmt::format("(deployment {}) deployment failed: tasks failed to start.", id));
  const std::optional<std::string> target =
      breaker.rollback ? roll_back(draft.service, "Service deployment rolled back because the circuit breaker threshold was exceeded.", draft.now)
                       : std::nullopt;
  if (!target) {
    const ServiceDeployment* record = current_record(draft.service);
    const bool went_back = record != nullptr && record->status == ServiceDeploymentStatus::RollbackInProgress;
    finish_record(draft.service, went_back ? ServiceDeploymentStatus::RollbackFailed : ServiceDeploymentStatus::Stopped,
                  "Service deployment stopped because the circuit breaker threshold was exceeded.", draft.now);
    return;
  }
  draft.find(id)->rollout_state_reason = fmt::format("ECS deployment circuit breaker: rolling back to deploymentId {}.", *target);
  draft.event(fmt::format("rolling back to (deployment {}).", *target));
}

}  // namespace berth::scheduler
