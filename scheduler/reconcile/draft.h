#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/deployment.h"
#include "scheduler/reconcile_service.h"

// Inside of `reconcile`: nobody else includes this folder.

namespace berth::scheduler {

/// What a task that is wanted is worth to its service, from least to most. Source: ecs.md 4.1.
enum class Fitness {
  /// Its health check failed, outside the grace period.
  Unhealthy,
  /// Not RUNNING yet.
  Pending,
  /// RUNNING, but not yet for long enough, or without a verdict of its health check.
  Maturing,
  /// Counts for the minimum.
  Healthy,
};

Fitness fitness_of(const Task& task, const Service& service, Timestamp now, const SchedulerOptions& options);

/// RUNNING and, where it has a check, HEALTHY: what completion of a deployment asks for; no waiting time. Source: ecs.md 4.2-5.
bool is_up(const Task& task);

/// A task that is wanted: one of the view, or one this decision starts (`task` is null).
struct LiveTask {
  const Task* task = nullptr;
  std::string deployment_id;
  Fitness fitness = Fitness::Pending;
  /// Its instance is draining or gone: it works until it is replaced.
  bool leaving = false;
  std::string instance_id{};
  std::string capacity_provider{};
};

inline constexpr std::string_view kUnhealthyReason = "Task failed container health checks";

/// A decision in the making: a working copy of the service, the tasks that are wanted, and room on the instances. Steps read
/// its counts and change it through `start` and `stop`.
class Draft {
 public:
  Draft(const ServiceView& view, Timestamp now, const SchedulerOptions& options);

  const ServiceView& view;
  const Timestamp now;
  const SchedulerOptions& options;
  Service service;
  ServiceDecision decision;
  std::vector<LiveTask> live;

  /// The deployment of that id, or null when it left the service.
  Deployment* find(std::string_view deployment_id);
  Deployment& primary() { return *primary_of(service); }

  [[nodiscard]] std::int64_t total() const { return static_cast<std::int64_t>(live.size()); }
  [[nodiscard]] std::int64_t count_of(std::string_view deployment_id) const;
  [[nodiscard]] std::int64_t count(Fitness fitness) const;
  [[nodiscard]] std::int64_t count(Fitness fitness, std::string_view deployment_id) const;

  /// Launches up to `wanted` tasks; fewer when the deployment is throttled or the instances are full. Returns how many.
  std::int64_t start(const Deployment& deployment, std::int64_t wanted);
  /// Launches one task on that instance, unless the deployment is throttled or the instance can't take it.
  bool start_on(const Deployment& deployment, InstanceLoad& load);
  /// The loads of the instances as they are after what was decided so far; empty when the view has none.
  std::vector<InstanceLoad>& loads() { return loads_; }
  [[nodiscard]] TaskRequirements requirements_of(const Deployment& deployment) const;
  [[nodiscard]] const PlacementPolicy& policy() const { return policy_; }

  /// The wanted tasks of the view in the order in which a scale-in stops them: the least fit first, then those on instances they have to
  /// leave, then as the placement strategies say (without one: from the zone, then the instance with the most), then the newest.
  /// O(tasks · buckets). Source: ecs.md 4.8.
  [[nodiscard]] std::vector<LiveTask> scale_in_order() const;
  /// Whether the task is protected now; asks to look again when that ends.
  bool spares(const LiveTask& task);

  /// Tells tasks of the view to stop; they leave `live`.
  void stop(const std::vector<LiveTask>& tasks, std::string_view reason);

  /// Events from here on are about that task set.
  void speak_of(const Deployment& task_set) { prefix_ = event_prefix(view.service, task_set.id); }
  void event(std::string text) { decision.events.push_back(prefix_ + std::move(text)); }
  /// The same, unless it was said before and nothing has changed since. Source: ecs.md 4.11.
  void event_once(std::string text);
  /// Says which tasks were told to stop since this was last said.
  void announce_stops();
  /// Says that what events are about now is steady: when it has just become so, and again after a while, as a sign of life.
  void announce_steady(bool just_reached);
  /// Look again at `at` at the latest.
  void wake(Timestamp at);

 private:
  /// When the steady state was last announced, of what events are about now.
  [[nodiscard]] std::optional<Timestamp> last_steady_event() const;
  void load_instances();
  [[nodiscard]] bool is_leaving(const Task& task) const;
  [[nodiscard]] bool is_throttled(const Deployment& deployment);
  /// The capacity provider of the deployment's next task; empty without a strategy.
  [[nodiscard]] std::string provider_for(const Deployment& deployment) const;
  /// The instance that takes a task of these requirements, or null after saying why none does.
  InstanceLoad* find_room(const TaskRequirements& requirements);
  void launch(TaskStart start, InstanceLoad* load);
  void release_room(const Task& task);

  std::string prefix_;
  std::size_t announced_stops_ = 0;
  PlacementPolicy policy_;
  std::vector<InstanceLoad> loads_;
  std::map<std::string, std::size_t> load_index_;
};

}  // namespace berth::scheduler
