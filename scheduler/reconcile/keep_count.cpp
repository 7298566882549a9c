#include <algorithm>

#include <fmt/format.h>

#include "scheduler/deployment.h"
#include "scheduler/reconcile/steps.h"

namespace berth::scheduler {
namespace {

std::string scaling_reason(Draft& draft) {
  return fmt::format("Scaling activity initiated by (deployment {})", draft.primary().id);
}

/// The first `n` live tasks in scale-in order that pass `filter`.
template <class F>
std::vector<LiveTask> first_of(const Draft& draft, std::int64_t n, F filter) {
  std::vector<LiveTask> chosen;
  if (n <= 0) return chosen;
  for (const LiveTask& task : draft.scale_in_order()) {
    if (static_cast<std::int64_t>(chosen.size()) == n) break;
    if (filter(task)) chosen.push_back(task);
  }
  return chosen;
}

std::vector<LiveTask> unhealthy(const Draft& draft, std::int64_t n) {
  return first_of(draft, n, [](const LiveTask& task) { return task.fitness == Fitness::Unhealthy; });
}

/// What one deployment has.
struct Census {
  std::int64_t healthy = 0;
  std::int64_t unhealthy = 0;
  std::int64_t coming = 0;  ///< pending and maturing
};

Census census(const Draft& draft) {
  Census result{.healthy = draft.count(Fitness::Healthy), .unhealthy = draft.count(Fitness::Unhealthy)};
  result.coming = draft.total() - result.healthy - result.unhealthy;
  return result;
}

void stop_unhealthy(Draft& draft, std::int64_t n) {
  const std::vector<LiveTask> chosen = unhealthy(draft, n);
  for (const LiveTask& task : chosen) draft.event(fmt::format("(task {}) failed container health checks.", task.task->id));
  draft.stop(chosen, kUnhealthyReason);
}

}  // namespace

void keep_count(Draft& draft) {
  const std::int64_t desired = draft.service.desired_count;
  const bool ceased = draft.primary().rollout_state == RolloutState::Failed;
  // The maximum does not limit a plain scale-out.
  const std::int64_t ceiling = std::max(desired, rollout_bounds(desired, draft.service.deployment_configuration).upper);
  // An unhealthy task stands in until its replacement is healthy.
  Census now = census(draft);
  if (!ceased) stop_unhealthy(draft, std::min(now.unhealthy, now.healthy + now.unhealthy - desired));

  now = census(draft);
  std::int64_t wanted = std::max<std::int64_t>(0, std::min(desired - now.healthy, ceiling - now.healthy - now.unhealthy));
  const bool no_room = now.unhealthy > 0 && wanted == 0 && now.healthy < desired;
  if (no_room && !ceased) {
    // No room for a replacement beside it: one unhealthy task goes first, the next when this one's replacement is up.
    stop_unhealthy(draft, 1);
    wanted = 1;
  }
  const auto is_coming = [](const LiveTask& task) {
    return task.fitness == Fitness::Pending || task.fitness == Fitness::Maturing;
  };
  draft.stop(first_of(draft, now.coming - wanted, is_coming), scaling_reason(draft));
  const auto may_go = [&draft](const LiveTask& task) { return task.fitness == Fitness::Healthy && !draft.spares(task); };
  const std::vector<LiveTask> surplus = first_of(draft, now.healthy - desired, may_go);
  if (static_cast<std::int64_t>(surplus.size()) < now.healthy - desired) {
    draft.event_once(fmt::format("was unable to reach steady state because (deployment {}) was unable to scale in. Reason: The number of "
                                 "protected tasks are more than the desired count of tasks.",
                                 draft.primary().id));
  }
  draft.stop(surplus, scaling_reason(draft));
  if (!ceased) draft.start(draft.primary(), wanted - now.coming);
}

void drain(Draft& draft) {
  const std::string reason = primary_of(draft.service) == nullptr ? "Service deleted" : scaling_reason(draft);
  draft.stop(draft.scale_in_order(), reason);
  const bool running = std::any_of(draft.view.tasks.begin(), draft.view.tasks.end(),
                                   [](const Task& task) { return task.last_status < TaskStatus::Stopping; });
  if (running) return;
  draft.service.status = ServiceStatus::Inactive;
  draft.service.deleted_at = draft.now;
  draft.service.deployments.clear();
}

}  // namespace berth::scheduler
