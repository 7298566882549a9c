#include <algorithm>

#include <fmt/format.h>

#include "scheduler/deployment.h"
#include "scheduler/reconcile/steps.h"

namespace berth::scheduler {
namespace {

/// One step of keeping one task set at its count.
class TaskSet {
 public:
  TaskSet(Draft& draft, std::string id) : draft_(draft), id_(std::move(id)) { draft_.speak_of(set()); }

  void keep() {
    if (set().status == DeploymentStatus::Draining) {
      stop_some(total(), [](const LiveTask&) { return true; });
    } else {
      stop_leaving();
      stop_unhealthy();
      trim();
      start();
    }
    draft_.announce_stops();
    announce_steady();
  }

  /// Nothing of a deleted one is left.
  [[nodiscard]] bool is_over() {
    const auto& tasks = draft_.view.tasks;
    return set().status == DeploymentStatus::Draining && std::none_of(tasks.begin(), tasks.end(), [this](const Task& task) {
             return task.deployment_id == id_ && task.last_status != TaskStatus::Stopped;
           });
  }

 private:
  [[nodiscard]] Deployment& set() { return *draft_.find(id_); }
  [[nodiscard]] std::int64_t desired() { return set().desired_count; }
  template <class F>
  [[nodiscard]] std::int64_t count_if(F filter) const {
    return std::count_if(draft_.live.begin(), draft_.live.end(), [&](const LiveTask& task) { return task.deployment_id == id_ && filter(task); });
  }
  [[nodiscard]] std::int64_t total() const {
    return count_if([](const LiveTask&) { return true; });
  }
  static bool is_healthy(const LiveTask& task) { return task.fitness == Fitness::Healthy; }
  static bool is_unhealthy(const LiveTask& task) { return task.fitness == Fitness::Unhealthy; }
  static bool is_coming(const LiveTask& task) { return !is_healthy(task) && !is_unhealthy(task); }
  static bool stays(const LiveTask& task) { return !task.leaving; }

  /// The first `n` tasks of the set that pass, in scale-in order.
  template <class F>
  std::vector<LiveTask> first_of(std::int64_t n, F filter) {
    std::vector<LiveTask> chosen;
    if (n <= 0) return chosen;
    for (const LiveTask& task : draft_.scale_in_order()) {
      if (static_cast<std::int64_t>(chosen.size()) == n) break;
      if (task.deployment_id == id_ && filter(task)) chosen.push_back(task);
    }
    return chosen;
  }
  template <class F>
  std::int64_t stop_some(std::int64_t n, F filter) {
    const std::vector<LiveTask> chosen = first_of(n, filter);
    if (!chosen.empty()) draft_.stop(chosen, fmt::format("Scaling activity initiated by (task-set {})", id_));
    return static_cast<std::int64_t>(chosen.size());
  }

  /// What has not begun on a draining instance begins elsewhere; what runs there goes when it is not needed for the count any more.
  void stop_leaving() {
    stop_some(total(), [](const LiveTask& task) { return task.leaving && task.fitness == Fitness::Pending; });
    const std::int64_t spare = count_if(is_healthy) - desired();
    stop_some(spare, [this](const LiveTask& task) { return task.leaving && is_healthy(task) && !draft_.spares(task); });
    if (count_if([](const LiveTask& task) { return stays(task) && is_healthy(task); }) < desired()) return;
    stop_some(total(), [this](const LiveTask& task) { return task.leaving && !is_healthy(task) && !draft_.spares(task); });
  }

  /// An unhealthy task stands in until its replacement is healthy.
  void stop_unhealthy() {
    const std::int64_t unhealthy = count_if(is_unhealthy);
    const std::vector<LiveTask> chosen = first_of(std::min(unhealthy, count_if(is_healthy) + unhealthy - desired()), is_unhealthy);
    for (const LiveTask& task : chosen) draft_.event(fmt::format("(task {}) failed container health checks.", task.task->id));
    if (!chosen.empty()) draft_.stop(chosen, kUnhealthyReason);
  }

  /// How many tasks may be on their way to `desired` healthy ones that stay.
  [[nodiscard]] std::int64_t wanted() {
    const std::int64_t ceiling = std::max(desired(), rollout_bounds(desired(), draft_.service.deployment_configuration).upper);
    const std::int64_t healthy = count_if([](const LiveTask& task) { return stays(task) && is_healthy(task); });
    const std::int64_t others = total() - count_if([](const LiveTask& task) { return stays(task) && is_coming(task); });
    return std::max<std::int64_t>(0, std::min(desired() - healthy, ceiling - others));
  }
  [[nodiscard]] std::int64_t coming() const {
    return count_if([](const LiveTask& task) { return stays(task) && is_coming(task); });
  }

  void trim() {
    stop_some(coming() - wanted(), [](const LiveTask& task) { return stays(task) && is_coming(task); });
    const std::int64_t surplus = count_if([](const LiveTask& task) { return stays(task) && is_healthy(task); }) - desired();
    const std::int64_t gone = stop_some(surplus, [this](const LiveTask& task) { return stays(task) && is_healthy(task) && !draft_.spares(task); });
    if (gone >= surplus) return;
    draft_.event_once("was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks.");
  }

  void start() { draft_.start(set(), wanted() - coming()); }

  void announce_steady() {
    const std::int64_t up = count_if([](const LiveTask& task) { return task.task != nullptr && is_up(*task.task) && stays(task); });
    const bool steady = set().status != DeploymentStatus::Draining && up == desired() && total() == desired();
    TaskSetPart& part = *set().task_set;
    if (part.steady != steady) part.steady_at = draft_.now;
    const bool reached = steady && !part.steady;
    part.steady = steady;
    if (steady) draft_.announce_steady(reached);
  }

  Draft& draft_;
  const std::string id_;
};

}  // namespace

void keep_task_sets(Draft& draft) {
  std::vector<std::string> ids;
  for (const Deployment& set : draft.service.deployments) ids.push_back(set.id);
  for (const std::string& id : ids) {
    TaskSet set(draft, id);
    if (set.is_over()) {
      auto& list = draft.service.deployments;
      list.erase(std::remove_if(list.begin(), list.end(), [&](const Deployment& one) { return one.id == id; }), list.end());
    } else {
      set.keep();
    }
  }
  const auto& left = draft.service.deployments;
  draft.service.steady = std::all_of(left.begin(), left.end(), [](const Deployment& one) { return one.task_set->steady; });
}

}  // namespace berth::scheduler
