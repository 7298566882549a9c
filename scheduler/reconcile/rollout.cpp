#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "scheduler/deployment.h"
#include "scheduler/reconcile/steps.h"

namespace berth::scheduler {
namespace {

/// A revision that worked: it is kept at its count while the new one is on its way, and its tasks that are coming up again are
/// given time. Others only shrink.
bool is_dependable(const Deployment& deployment) {
  return deployment.rollout_state == RolloutState::Completed && deployment.throttle.failed_rounds == 0;
}

/// How long a task of a dependable older revision may take to count as healthy before it has to make room.
constexpr Milliseconds kPatience = std::chrono::minutes(3);

/// One step of a rolling update, with the numbers that all its parts need.
class Rollout {
 public:
  explicit Rollout(Draft& draft)
      : draft_(draft),
        desired_(draft.service.desired_count),
        bounds_(rollout_bounds(desired_, draft.service.deployment_configuration)),
        ceased_(draft.primary().rollout_state == RolloutState::Failed) {}

  void run() {
    stop_pending_leaving();
    shrink_superseded();
    if (ceased_) return trim_stalled();
    stop_unhealthy_new();
    stop_surplus_new();
    start();
    stop_old();
    restart_unhealthy_old();
    start();
    note_if_stuck();
  }

 private:
  /// Of the target revision, on an instance where it can stay.
  [[nodiscard]] bool is_new(const LiveTask& task) const { return task.deployment_id == draft_.primary().id && !task.leaving; }
  template <class F>
  [[nodiscard]] std::int64_t count_if(F filter) const {
    return std::count_if(draft_.live.begin(), draft_.live.end(), filter);
  }
  [[nodiscard]] std::int64_t count_new() const {
    return count_if([this](const LiveTask& task) { return is_new(task); });
  }
  [[nodiscard]] std::int64_t healthy_new() const {
    return count_if([this](const LiveTask& task) { return is_new(task) && task.fitness == Fitness::Healthy; });
  }
  [[nodiscard]] std::int64_t room() const { return std::max<std::int64_t>(0, bounds_.upper - draft_.total()); }
  [[nodiscard]] std::int64_t missing_new() const { return std::max<std::int64_t>(0, desired_ - count_new()); }
  /// The new revision carries the service: the old one is not needed any more.
  [[nodiscard]] bool is_carried() const { return healthy_new() >= desired_; }

  template <class F>
  void for_each_old(F act) {
    for (Deployment& deployment : draft_.service.deployments) {
      if (deployment.status != DeploymentStatus::Primary) act(deployment);
    }
  }

  void keep(Deployment& deployment, std::int64_t count) {
    if (deployment.desired_count == count) return;
    deployment.desired_count = count;
    deployment.updated_at = draft_.now;
  }

  /// Launches of a superseded revision cease; a dependable one is kept at its count.
  void shrink_superseded() {
    for_each_old([&](Deployment& deployment) {
      const std::int64_t live = draft_.count_of(deployment.id);
      if (!is_dependable(deployment) || live > deployment.desired_count) keep(deployment, live);
      if (!ceased_ && is_carried()) keep(deployment, live);
    });
  }

  void stop(const std::vector<LiveTask>& tasks, std::string_view reason) {
    if (!tasks.empty()) draft_.stop(tasks, reason);
  }

  [[nodiscard]] std::string scaling_reason() const {
    return fmt::format("Scaling activity initiated by (deployment {})", draft_.primary().id);
  }

  void stop_unhealthy(const std::vector<LiveTask>& tasks) {
    for (const LiveTask& task : tasks) draft_.event(fmt::format("(task {}) failed container health checks.", task.task->id));
    stop(tasks, kUnhealthyReason);
  }

  /// What has not begun on a draining instance begins elsewhere. Source: ecs.md 4.7.
  void stop_pending_leaving() {
    std::vector<LiveTask> chosen;
    for (const LiveTask& task : draft_.live) {
      if (task.leaving && task.task != nullptr && task.fitness == Fitness::Pending) chosen.push_back(task);
    }
    stop(chosen, scaling_reason());
  }

  /// The old tasks protect the minimum, so an unhealthy new one is simply replaced.
  void stop_unhealthy_new() {
    std::vector<LiveTask> chosen;
    for (const LiveTask& task : draft_.live) {
      if (is_new(task) && task.fitness == Fitness::Unhealthy) chosen.push_back(task);
    }
    stop_unhealthy(chosen);
  }

  /// After a scale-in. A healthy one protects the minimum like an old one does.
  void stop_surplus_new() {
    std::int64_t surplus = count_new() - desired_;
    if (surplus <= 0) return;
    std::int64_t budget = draft_.count(Fitness::Healthy) - bounds_.lower;
    std::vector<LiveTask> chosen;
    for (const LiveTask& task : draft_.scale_in_order()) {
      if (surplus <= 0 || !is_new(task) || draft_.spares(task)) continue;
      if (task.fitness == Fitness::Healthy && budget-- <= 0) break;
      chosen.push_back(task);
      --surplus;
    }
    stop(chosen, scaling_reason());
  }

  /// Replacements of lost old tasks by their own revision first, then the new revision, within the maximum.
  void start() {
    for_each_old([&](Deployment& deployment) { replace_lost(deployment); });
    draft_.start(draft_.primary(), std::min(missing_new(), room()));
  }

  /// Where there is room for everything, all of them; otherwise those that the minimum needs, and the rest is left to the new
  /// revision.
  void replace_lost(Deployment& deployment) {
    const std::int64_t lost = deployment.desired_count - draft_.count_of(deployment.id);
    if (lost <= 0) return;
    if (room() >= lost + missing_new()) {
      draft_.start(deployment, lost);
      return;
    }
    const std::int64_t below = bounds_.lower - draft_.count(Fitness::Healthy) - coming_old();
    const std::int64_t needed = std::clamp<std::int64_t>(below, 0, lost);
    keep(deployment, deployment.desired_count - (lost - needed));
    draft_.start(deployment, std::min(needed, room()));
  }

  [[nodiscard]] std::int64_t coming_old() {
    return std::count_if(draft_.live.begin(), draft_.live.end(),
                         [&](const LiveTask& task) { return !is_new(task) && is_given_time(task); });
  }

  /// A task of a dependable old revision on its way up.
  bool is_given_time(const LiveTask& task) {
    if (task.leaving || (task.fitness != Fitness::Pending && task.fitness != Fitness::Maturing)) return false;
    if (task.task == nullptr) return true;
    const Deployment* deployment = draft_.find(task.deployment_id);
    if (deployment == nullptr || !is_dependable(*deployment) || !task.task->created_at) return false;
    const Timestamp until = *task.task->created_at + kPatience;
    if (draft_.now < until) draft_.wake(until);
    return draft_.now < until;
  }

  /// Old tasks that do not protect the minimum first, then healthy ones above it; never more than make room for new tasks, plus
  /// what is healthy beyond desired.
  void stop_old() {
    const bool carried = is_carried();
    const std::int64_t healthy = draft_.count(Fitness::Healthy);
    // After a scale-in there may be more tasks than the maximum: these have to go as well before a new one can start.
    std::int64_t needed_room = missing_new() == 0 ? 0 : std::max<std::int64_t>(0, missing_new() + draft_.total() - bounds_.upper);
    std::int64_t beyond_desired = std::max<std::int64_t>(0, healthy - desired_);
    std::int64_t budget = healthy - bounds_.lower;
    std::vector<LiveTask> chosen;
    for (const LiveTask& task : draft_.scale_in_order()) {
      if (is_new(task) || (!carried && is_given_time(task)) || draft_.spares(task)) continue;
      if (task.fitness != Fitness::Healthy) {
        if (!carried && healthy < desired_ && needed_room <= 0) continue;
      } else {
        if (budget <= 0 || (!carried && needed_room + beyond_desired <= 0)) break;
        --budget;
      }
      chosen.push_back(task);
      if (needed_room > 0) {
        --needed_room;
      } else if (task.fitness == Fitness::Healthy) {
        --beyond_desired;
      }
    }
    give_up(chosen);
    stop(chosen, scaling_reason());
  }

  /// Old revisions are not kept at the count of tasks that the rollout takes from them.
  void give_up(const std::vector<LiveTask>& tasks) {
    for (const LiveTask& task : tasks) {
      Deployment* deployment = draft_.find(task.deployment_id);
      if (deployment != nullptr && deployment->status != DeploymentStatus::Primary) keep(*deployment, deployment->desired_count - 1);
    }
  }

  /// Unhealthy old tasks that need not make room are replaced by their own revision.
  void restart_unhealthy_old() {
    std::vector<LiveTask> chosen;
    for (const LiveTask& task : draft_.live) {
      if (is_new(task) || task.task == nullptr || task.fitness != Fitness::Unhealthy) continue;
      const Deployment* deployment = draft_.find(task.deployment_id);
      if (deployment != nullptr && is_dependable(*deployment)) chosen.push_back(task);
    }
    stop_unhealthy(chosen);
  }

  /// A failed deployment that nothing replaces: no launches; only what a scale-in left above the maximum goes, new ones first.
  void trim_stalled() {
    std::int64_t surplus = std::max<std::int64_t>(0, draft_.total() - bounds_.upper);
    std::vector<LiveTask> chosen;
    for (const bool from_new : {true, false}) {
      for (const LiveTask& task : draft_.scale_in_order()) {
        if (is_new(task) != from_new || surplus <= 0 || draft_.spares(task)) continue;
        chosen.push_back(task);
        --surplus;
      }
    }
    give_up(chosen);
    stop(chosen, scaling_reason());
    for_each_old([&](Deployment& deployment) {
      draft_.start(deployment, std::min(deployment.desired_count - draft_.count_of(deployment.id), room()));
    });
  }

  void note_if_stuck() {
    const DeploymentConfiguration& configuration = draft_.service.deployment_configuration;
    if (missing_new() == 0 || room() > 0) return;
    if (!can_never_progress(desired_, configuration.minimum_healthy_percent, configuration.maximum_percent)) return;
    draft_.event_once(
        "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the "
        "minimumHealthyPercent or maximumPercent value and try again.");
  }

  Draft& draft_;
  const std::int64_t desired_;
  const RolloutBounds bounds_;
  const bool ceased_;
};

}  // namespace

void roll_out(Draft& draft) { Rollout(draft).run(); }

bool retire_deployments(Draft& draft) {
  std::vector<Deployment>& list = draft.service.deployments;
  const auto retired = std::remove_if(list.begin(), list.end(), [&](const Deployment& deployment) {
    if (deployment.status == DeploymentStatus::Primary || draft.count_of(deployment.id) > 0) return false;
    return deployment.desired_count == 0 || !is_dependable(deployment);
  });
  const bool any = retired != list.end();
  list.erase(retired, list.end());
  return any;
}

}  // namespace berth::scheduler
