#include "scheduler/simulate.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "scheduler/reconcile/draft.h"

namespace berth::scheduler {
namespace {

/// Something that happens at a time. Exactly one of a report, a change, or just a look at task or service.
struct Happening {
  std::string task_id;
  std::optional<ContainerObservation> report;
  const ScheduledChange* change = nullptr;
};

class Simulation {
 public:
  explicit Simulation(Scenario scenario) : scenario_(std::move(scenario)), random_(scenario_.seed), now_(scenario_.start) {
    for (const ScheduledChange& change : scenario_.changes)
      queue_.emplace(scenario_.start + change.at, Happening{.change = &change});
    queue_.emplace(scenario_.start, Happening{});
    for (const Task& task : scenario_.view.tasks) queue_.emplace(scenario_.start, Happening{.task_id = task.id});
  }

  Timeline run() {
    const Timestamp end = scenario_.start + scenario_.limit;
    while (!queue_.empty() && queue_.begin()->first <= end && !only_signs_of_life()) {
      now_ = queue_.begin()->first;
      while (!queue_.empty() && queue_.begin()->first == now_) {
        const Happening next = std::move(queue_.begin()->second);
        queue_.erase(queue_.begin());
        happen(next);
      }
      look_at_service();
    }
    timeline_.service = scenario_.view.service;
    timeline_.steady = scenario_.view.service.steady;
    return std::move(timeline_);
  }

 private:
  ServiceView& view() { return scenario_.view; }

  /// A steady service without tasks on the move: nothing but a repeated event is to come.
  bool only_signs_of_life() {
    return view().service.steady && std::all_of(queue_.begin(), queue_.end(), [&](const auto& item) {
             return item.second.task_id.empty() && item.second.change == nullptr &&
                    item.first - now_ > scenario_.scheduler.healthy_after;
           });
  }

  Task* find_task(const std::string& id) {
    const auto found = std::find_if(view().tasks.begin(), view().tasks.end(), [&](const Task& task) { return task.id == id; });
    return found == view().tasks.end() ? nullptr : &*found;
  }

  void happen(const Happening& next) {
    if (next.change != nullptr) {
      next.change->act(view(), now_);
      for (Task& task : view().tasks) advance(task);
    }
    if (next.task_id.empty()) return;
    Task* task = find_task(next.task_id);
    if (task == nullptr) return;
    if (next.report) apply(*task, *next.report, now_, scenario_.transitions);
    advance(*task);
  }

  /// Lets a task do what it can now.
  void advance(Task& task) {
    settle(task, now_);
    if (task.last_status == TaskStatus::Stopped) return;
    const TaskStep step = next_actions(task, now_, scenario_.transitions);
    for (const ContainerAction& action : step.actions) {
      begin(task, action, now_);
      perform(task, action);
    }
    if (step.wake_at) queue_.emplace(*step.wake_at, Happening{.task_id = task.id});
  }

  void report_after(Milliseconds delay, const Task& task, const std::string& container, ContainerReport report) {
    queue_.emplace(now_ + delay, Happening{.task_id = task.id, .report = ContainerObservation{container, std::move(report)}});
  }

  [[nodiscard]] ContainerScript script_of(const Task& task, const std::string& container) const {
    const auto definition = scenario_.task_definitions.find(task.task_definition_arn);
    if (definition == scenario_.task_definitions.end()) return {};
    const auto found = definition->second.behaviour.find(container);
    return found == definition->second.behaviour.end() ? ContainerScript{} : found->second;
  }

  /// The scripted driver.
  void perform(const Task& task, const ContainerAction& action) {
    const ContainerScript script = script_of(task, action.container);
    const auto report = [&](Milliseconds delay, ContainerReport what) {
      report_after(delay, task, action.container, std::move(what));
    };
    const auto fail = [&](Milliseconds delay, const std::string& name) {
      report(delay, ActionFailed{.action = action.kind, .error_name = name, .message = "scripted"});
    };
    switch (action.kind) {
      case ContainerActionKind::Pull:
        return script.pull_error.empty() ? report(script.pull, Pulled{}) : fail(script.pull, script.pull_error);
      case ContainerActionKind::Create: return report(Milliseconds(0), Created{.runtime_id = random_.hex(12)});
      case ContainerActionKind::Start:
        // Never at the same instant, so that a container that ends at once can't hold the clock.
        if (!script.start_error.empty()) return fail(std::max(script.start, Milliseconds(1)), script.start_error);
        report(std::max(script.start, Milliseconds(1)), Started{});
        return schedule_life(task, action.container, script);
      case ContainerActionKind::Stop:
        return report(std::min(script.stop, action.stop_timeout),
                      Exited{.exit_code = script.stop > action.stop_timeout ? 137 : 143});
      case ContainerActionKind::Remove: return;
    }
  }

  /// What the container will do once it runs.
  void schedule_life(const Task& task, const std::string& container, const ContainerScript& script) {
    const Milliseconds started = std::max(script.start, Milliseconds(1));
    if (script.healthy_after)
      report_after(started + *script.healthy_after, task, container, HealthChanged{HealthStatus::Healthy});
    if (script.unhealthy_after)
      report_after(started + *script.unhealthy_after, task, container, HealthChanged{HealthStatus::Unhealthy});
    if (script.exits_after) report_after(started + *script.exits_after, task, container, Exited{.exit_code = script.exit_code});
  }

  void look_at_service() {
    const ServiceDecision decision = reconcile(view(), now_, scenario_.scheduler);
    const std::size_t events_before = event_count_;
    const Commit done = commit(view(), decision, now_, random_);
    event_count_ += decision.events.size() + (done.started.empty() ? 0 : 1);
    if (scenario_.observe) scenario_.observe(view(), now_);
    fill_in(done);
    note(decision, event_count_ - events_before);
    std::vector<Task>& tasks = view().tasks;
    tasks.erase(std::remove_if(tasks.begin(), tasks.end(), [](const Task& task) { return task.accounted.stopped; }), tasks.end());
    if (decision.requeue_at && *decision.requeue_at > now_ && wakes_.insert(*decision.requeue_at).second) {
      queue_.emplace(*decision.requeue_at, Happening{});
    }
  }

  void fill_in(const Commit& done) {
    for (const Task& started : done.started) {
      Task* task = find_task(started.id);
      const auto definition = scenario_.task_definitions.find(task->task_definition_arn);
      if (definition != scenario_.task_definitions.end()) task->containers = definition->second.containers;
      advance(*task);
    }
    for (const std::string& id : done.changed) {
      if (Task* task = find_task(id)) {
        advance(*task);
        // A task that never began is stopped by now; that is to be taken into account.
        if (task->last_status == TaskStatus::Stopped && !task->accounted.stopped) queue_.emplace(now_, Happening{});
      }
    }
  }

  void note(const ServiceDecision& decision, std::size_t new_events) {
    TimelinePoint point{.at = now_ - scenario_.start,
                        .started = static_cast<std::int64_t>(decision.start.size()),
                        .stopped = static_cast<std::int64_t>(decision.stop.size())};
    const Draft counts(view(), now_, scenario_.scheduler);
    const Deployment* primary = primary_of(view().service);
    if (primary != nullptr) point.primary = primary->id;
    point.new_tasks = primary == nullptr ? 0 : counts.count_of(primary->id);
    point.old_tasks = counts.total() - point.new_tasks;
    point.healthy = counts.count(Fitness::Healthy);
    const std::vector<ServiceEvent>& events = view().service.events;
    for (std::size_t i = std::min(new_events, events.size()); i > 0; --i) point.events.push_back(events[i - 1].message);
    if (view().service.steady && !was_steady_) timeline_.steady_at = point.at;
    was_steady_ = view().service.steady;
    add(std::move(point));
  }

  void add(TimelinePoint point) {
    const std::int64_t total = point.new_tasks + point.old_tasks;
    timeline_.lowest_healthy = timeline_.points.empty() ? point.healthy : std::min(timeline_.lowest_healthy, point.healthy);
    timeline_.peak = std::max(timeline_.peak, total);
    if (!timeline_.points.empty()) {
      const TimelinePoint& last = timeline_.points.back();
      const bool same = point.new_tasks == last.new_tasks && point.old_tasks == last.old_tasks && point.healthy == last.healthy;
      if (same && point.started == 0 && point.stopped == 0 && point.events.empty()) return;
    }
    timeline_.points.push_back(std::move(point));
  }

  Scenario scenario_;
  RandomSource random_;
  Timestamp now_;
  /// In order of time; equal times in order of insertion.
  std::multimap<Timestamp, Happening> queue_;
  std::set<Timestamp> wakes_;
  std::size_t event_count_ = 0;
  bool was_steady_ = false;
  Timeline timeline_;
};

}  // namespace

void add_running_tasks(Scenario& scenario, const std::string& deployment_id, std::int64_t count) {
  // Not the sequence from which the simulation takes the ids of new tasks.
  RandomSource random(~(scenario.seed + scenario.view.tasks.size()));
  const Timestamp since = scenario.start - std::chrono::hours(1);
  const Service& service = scenario.view.service;
  const auto deployment = std::find_if(service.deployments.begin(), service.deployments.end(),
                                       [&](const Deployment& candidate) { return candidate.id == deployment_id; });
  BERTH_CHECK(deployment != service.deployments.end(), "running tasks belong to a deployment of the service");
  const auto definition = scenario.task_definitions.find(deployment->task_definition_arn);
  for (std::int64_t i = 0; i < count; ++i) {
    Task task;
    task.id = random.hex(32);
    task.task_definition_arn = deployment->task_definition_arn;
    task.group = "service:" + service.name;
    task.service_name = service.name;
    task.deployment_id = deployment_id;
    task.started_by = deployment_id;
    task.last_status = TaskStatus::Running;
    task.health = HealthStatus::Healthy;
    task.created_at = since + Milliseconds(i);
    task.started_at = since + Milliseconds(i);
    task.accounted = {.running = true, .healthy = true};
    if (definition != scenario.task_definitions.end()) task.containers = definition->second.containers;
    for (Container& container : task.containers) {
      container.known_status = ContainerStatus::Running;
      container.runtime_id = random.hex(12);
      container.started_at = since;
      container.health = container.has_health_check ? HealthStatus::Healthy : HealthStatus::Unknown;
    }
    settle(task, scenario.start);
    scenario.view.tasks.push_back(std::move(task));
  }
}

Timeline simulate(Scenario scenario) { return Simulation(std::move(scenario)).run(); }

std::string format_timeline(const Timeline& timeline, bool with_events) {
  std::string text;
  for (const TimelinePoint& point : timeline.points) {
    std::string did;
    if (point.stopped > 0) did += fmt::format("stop {} ", point.stopped);
    if (point.started > 0) did += fmt::format("start {} ", point.started);
    text += fmt::format("{:>12}  {:<16}old {}  new {}  healthy {}\n", "+" + format_duration(point.at), did, point.old_tasks,
                        point.new_tasks, point.healthy);
    if (!with_events) continue;
    for (const std::string& event : point.events) text += fmt::format("{:14}{}\n", "", event);
  }
  return text;
}

}  // namespace berth::scheduler
