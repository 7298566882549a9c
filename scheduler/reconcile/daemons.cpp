#include <algorithm>

#include <fmt/format.h>

#include "scheduler/deployment.h"
#include "scheduler/reconcile/steps.h"

namespace berth::scheduler {
namespace {

/// The tasks of a DAEMON service on one instance.
struct Place {
  InstanceLoad* load = nullptr;
  bool eligible = false;
  std::vector<LiveTask> tasks;
};

class Daemons {
 public:
  explicit Daemons(Draft& draft) : draft_(draft), ceased_(draft.primary().rollout_state == RolloutState::Failed) {
    for (InstanceLoad& load : draft.loads()) places_[load.instance.id] = {.load = &load, .eligible = is_eligible(load), .tasks = {}};
    for (const LiveTask& task : draft.live) places_[task.instance_id].tasks.push_back(task);
  }

  void run() {
    set_desired();
    // What runs healthy on other instances decides how many of these may be without a task.
    budget_ = draft_.count(Fitness::Healthy) - rollout_bounds(draft_.service.desired_count, draft_.service.deployment_configuration).lower;
    for (auto& [id, place] : places_) {
      if (place.eligible) {
        renew(place);
      } else {
        leave(place);
      }
    }
    for (Deployment& deployment : draft_.service.deployments) {
      const std::int64_t count = draft_.count_of(deployment.id);
      if (deployment.status == DeploymentStatus::Primary || deployment.desired_count == count) continue;
      deployment.desired_count = count;
      deployment.updated_at = draft_.now;
    }
  }

 private:
  [[nodiscard]] std::string reason() const { return fmt::format("Scaling activity initiated by (deployment {})", draft_.primary().id); }
  [[nodiscard]] bool is_new(const LiveTask& task) const { return task.deployment_id == draft_.primary().id; }

  /// Resources do not matter here: an instance without room is one that lacks its daemon.
  [[nodiscard]] bool is_eligible(const InstanceLoad& load) const {
    TaskRequirements requirements = draft_.requirements_of(draft_.primary());
    requirements.resources = {};
    PlacementPolicy policy = draft_.policy();
    // The daemon that is there already is no reason against it.
    policy.constraints.erase(std::remove_if(policy.constraints.begin(), policy.constraints.end(),
                                            [](const PlacementConstraint& one) { return one.type == ConstraintType::DistinctInstance; }),
                             policy.constraints.end());
    return !rejection_of(requirements, policy, load);
  }

  void set_desired() {
    const std::int64_t eligible = std::count_if(places_.begin(), places_.end(), [](const auto& item) { return item.second.eligible; });
    set_desired_count(draft_.service, eligible, draft_.now);
  }

  void stop(const LiveTask& task, std::string_view why) {
    if (task.fitness == Fitness::Healthy) --budget_;
    draft_.stop({task}, why);
  }

  /// One task of the target revision; the maximum of 100 percent lets none start before the other has been told to stop.
  void renew(Place& place) {
    bool has_new = false;
    bool keeps_old = false;
    for (const LiveTask& task : place.tasks) {
      const bool unhealthy = task.fitness == Fitness::Unhealthy;
      if (unhealthy && (!ceased_ || !is_new(task))) {
        draft_.event(fmt::format("(task {}) failed container health checks.", task.task->id));
        stop(task, kUnhealthyReason);
      } else if (is_new(task) && !has_new) {
        has_new = true;
      } else if (task.fitness != Fitness::Healthy || is_new(task) || has_new || (!ceased_ && budget_ > 0)) {
        if (ceased_ || draft_.spares(task)) {
          keeps_old = true;
        } else {
          stop(task, reason());
        }
      } else {
        keeps_old = true;
      }
    }
    if (!has_new && !keeps_old && !ceased_) draft_.start_on(draft_.primary(), *place.load);
  }

  /// On a draining instance the daemon goes last, after the tasks of other services.
  void leave(Place& place) {
    const bool draining = place.load != nullptr && place.load->instance.status == InstanceStatus::Draining;
    if (draining && place.load->replica_tasks > 0) return draft_.wake(draft_.now + draft_.options.placement_retry);
    for (const LiveTask& task : place.tasks) draft_.stop({task}, reason());
  }

  Draft& draft_;
  const bool ceased_;
  std::map<std::string, Place> places_;
  std::int64_t budget_ = 0;
};

}  // namespace

void keep_daemons(Draft& draft) { Daemons(draft).run(); }

}  // namespace berth::scheduler
