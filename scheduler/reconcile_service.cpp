#include "scheduler/reconcile_service.h"

#include <algorithm>

#include <fmt/format.h>

#include "scheduler/deployment.h"
#include "scheduler/reconcile/steps.h"

namespace berth::scheduler {
namespace {

/// As many tasks as wanted, all of them up and where they can stay.
bool all_up(const Draft& draft) {
  return draft.total() == draft.service.desired_count && std::all_of(draft.live.begin(), draft.live.end(), [](const LiveTask& live) {
           return live.task && is_up(*live.task) && !live.leaving;
         });
}

void complete(Draft& draft) {
  Deployment& primary = draft.primary();
  primary.rollout_state = RolloutState::Completed;
  primary.rollout_state_reason = fmt::format("ECS deployment {} completed.", primary.id);
  primary.updated_at = draft.now;
  draft.service.last_completed = primary;
  const ServiceDeployment* record = current_record(draft.service);
  const bool went_back = record != nullptr && record->status == ServiceDeploymentStatus::RollbackInProgress;
  // A rollback that succeeded still says why it was made.
  const std::string reason = went_back ? record->status_reason : "";
  finish_record(draft.service, went_back ? ServiceDeploymentStatus::RollbackSuccessful : ServiceDeploymentStatus::Successful, reason, draft.now);
  draft.event(fmt::format("(deployment {}) deployment completed.", primary.id));
}

/// Starts and stops until nothing moves: dropping an old deployment may let the rest go on.
void balance(Draft& draft) {
  retire_deployments(draft);
  for (bool again = true; again;) {
    const bool leaving = std::any_of(draft.live.begin(), draft.live.end(), [](const LiveTask& live) { return live.leaving; });
    if (draft.service.scheduling_strategy == SchedulingStrategy::Daemon && draft.view.instances) {
      keep_daemons(draft);
    } else if (draft.service.deployments.size() == 1 && !leaving) {
      keep_count(draft);
    } else {
      roll_out(draft);
    }
    again = retire_deployments(draft);
  }
}

}  // namespace

void announce(Draft& draft) {
  draft.announce_stops();
  if (draft.service.status != ServiceStatus::Active || draft.service.controller == DeploymentController::External) return;
  const bool up = draft.service.deployments.size() == 1 && all_up(draft);
  if (up && draft.primary().rollout_state == RolloutState::InProgress) complete(draft);
  const bool steady = up && draft.primary().rollout_state == RolloutState::Completed;
  if (steady) draft.announce_steady(!draft.service.steady);
  draft.service.steady = steady;
}

ServiceDecision reconcile(const ServiceView& view, Timestamp now, const SchedulerOptions& options) {
  Draft draft(view, now, options);
  account_for_tasks(draft);
  const bool has_primary = primary_of(draft.service) != nullptr;
  if (draft.service.status == ServiceStatus::Active && draft.service.controller == DeploymentController::External) {
    keep_task_sets(draft);
  } else if (draft.service.status == ServiceStatus::Active && has_primary) {
    trip_breaker(draft);
    balance(draft);
  } else if (draft.service.status == ServiceStatus::Draining) {
    drain(draft);
  }
  announce(draft);
  if (draft.service != view.service) draft.decision.service = std::move(draft.service);
  return std::move(draft.decision);
}

}  // namespace berth::scheduler
