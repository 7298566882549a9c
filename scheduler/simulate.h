#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "scheduler/reconcile_service.h"
#include "scheduler/transitions.h"

namespace berth::scheduler {

/// How a container behaves in a simulation. Times run from the start of the respective action, or from its start.
struct ContainerScript {
  Milliseconds pull{0};
  Milliseconds start = std::chrono::seconds(1);
  /// After its stop signal.
  Milliseconds stop{0};
  /// ECS's error name of a pull or start that fails, "CannotPullContainerError"; empty when it works.
  std::string pull_error;
  std::string start_error;
  /// When it ends by itself; absent is never.
  std::optional<Milliseconds> exits_after;
  int exit_code = 0;
  /// First verdict of the health check, where it has one.
  std::optional<Milliseconds> healthy_after;
  std::optional<Milliseconds> unhealthy_after;
};

/// What tasks of a task definition are made of, and how they behave.
struct TaskScript {
  /// At least one; status members are as a new container has them.
  std::vector<Container> containers;
  /// By container name; a container without one starts after a second and runs for ever.
  std::map<std::string, ContainerScript> behaviour;
};

/// Something done to the service from outside at a time after the start: an update, a scale-out, the loss of a task.
struct ScheduledChange {
  Milliseconds at{0};
  std::function<void(ServiceView&, Timestamp)> act;
};

struct Scenario {
  ServiceView view;
  /// By task definition ARN, for all revisions that occur.
  std::map<std::string, TaskScript> task_definitions;
  std::vector<ScheduledChange> changes;
  Timestamp start = Timestamp(std::chrono::seconds(1'700'000'000));
  /// The simulation ends then, or earlier when nothing is left to happen but the sign of life of a steady service.
  Milliseconds limit = std::chrono::hours(1);
  SchedulerOptions scheduler;
  TransitionOptions transitions;
  std::uint64_t seed = 1;
  /// Called after every decision was carried out; for tests.
  std::function<void(const ServiceView&, Timestamp)> observe;
};

/// A moment at which the scheduler did something, or the counts changed.
struct TimelinePoint {
  Milliseconds at{0};
  /// Tasks the scheduler launched and told to stop at this moment.
  std::int64_t started = 0;
  std::int64_t stopped = 0;
  /// After it: wanted tasks of the PRIMARY deployment and of older ones, and those of both that count as healthy.
  std::int64_t new_tasks = 0;
  std::int64_t old_tasks = 0;
  std::int64_t healthy = 0;
  /// Id of the PRIMARY deployment; "" when there is none.
  std::string primary{};
  /// New service events, oldest first.
  std::vector<std::string> events;
  bool operator==(const TimelinePoint&) const = default;
};

struct Timeline {
  std::vector<TimelinePoint> points;
  /// Over the whole run: the fewest healthy and the most wanted tasks.
  std::int64_t lowest_healthy = 0;
  std::int64_t peak = 0;
  /// The service's state at the end.
  Service service;
  /// It was steady at the end, and since when.
  bool steady = false;
  Milliseconds steady_at{0};
};

/// Adds tasks that run and have counted as healthy for long, as a rollout finds them.
void add_running_tasks(Scenario& scenario, const std::string& deployment_id, std::int64_t count);

/// Runs scheduler, task transitions and scripted containers on a virtual clock. Deterministic for a seed. O(instants · tasks).
Timeline simulate(Scenario scenario);

/// One line a point, for people and goldens: "+12 s   start 2   old 4   new 2   healthy 4"; events indented below it.
std::string format_timeline(const Timeline& timeline, bool with_events);

}  // namespace berth::scheduler
