#include <algorithm>

#include <fmt/format.h>

#include "scheduler/dependencies.h"
#include "scheduler/transitions.h"
#include "scheduler/transitions_internal.h"

// What follows from what is known of a task's containers: ecs.md 5.2 and 5.6.

namespace berth::scheduler {
namespace {

bool stopped(const Container& container) { return container.known_status == ContainerStatus::Stopped; }

/// Containers that wait for something that can't come any more are not wanted any more.
void give_up_on_dependencies(Task& task, Timestamp now) {
  for (Container& container : task.containers) {
    if (container.desired_status == DesiredStatus::Stopped || container.known_status >= ContainerStatus::Running) continue;
    if (container.in_flight) continue;
    const DependencyState state = dependency_state(task, container, now);
    if (state.verdict != DependencyState::Verdict::Never) continue;
    container.desired_status = DesiredStatus::Stopped;
    set_reason(container, "TaskDependencyError", state.reason);
  }
}

/// A stop of a container that was never started only cancels it. A pull in flight is let go; a create or start is waited for,
/// since it may leave a running container behind.
void cancel_unstarted(Task& task, Timestamp now) {
  for (Container& container : task.containers) {
    const bool runs = container.known_status >= ContainerStatus::Running && !container.restarting;
    if (container.desired_status != DesiredStatus::Stopped || runs) continue;
    if (container.in_flight && container.in_flight != ContainerActionKind::Pull) continue;
    clear_in_flight(container);
    container.restarting = false;
    container.known_status = ContainerStatus::Stopped;
    container.finished_at = now;
  }
}

void stop_task(Task& task, StopCode code, const std::string& reason, Timestamp now) {
  task.desired_status = DesiredStatus::Stopped;
  if (!task.stopping_at) task.stopping_at = now;
  if (task.stop_code) return;
  task.stop_code = code;
  task.stopped_reason = reason;
}

/// An essential container that ended, or never will start, ends the task; so does the end of all containers.
void follow_essential(Task& task, Timestamp now) {
  if (task.desired_status == DesiredStatus::Stopped || task.containers.empty()) return;
  for (const Container& container : task.containers) {
    if (!container.essential) continue;
    if (stopped(container) && (container.started_at || container.exit_code)) {
      return stop_task(task, StopCode::EssentialContainerExited, "Essential container in task exited", now);
    }
    if (stopped(container) || container.desired_status == DesiredStatus::Stopped) {
      const std::string reason = container.reason.empty() ? "Task failed to start" : container.reason;
      return stop_task(task, StopCode::TaskFailedToStart, reason, now);
    }
  }
  if (std::all_of(task.containers.begin(), task.containers.end(), stopped)) {
    stop_task(task, StopCode::EssentialContainerExited, "Essential container in task exited", now);
  }
}

void follow_task(Task& task) {
  if (task.desired_status != DesiredStatus::Stopped) return;
  for (Container& container : task.containers) container.desired_status = DesiredStatus::Stopped;
}

void move_to(Task& task, TaskStatus status) {
  if (may_move(task.last_status, status)) task.last_status = status;
}

/// The minimum over the containers; a stopped container holds nothing back. A task that is to stop never becomes RUNNING.
void derive_last_status(Task& task, Timestamp now) {
  const bool all_stopped = std::all_of(task.containers.begin(), task.containers.end(), stopped);
  if (task.desired_status == DesiredStatus::Stopped) {
    if (all_stopped) {
      if (task.last_status != TaskStatus::Stopped) task.stopped_at = now;
      return move_to(task, TaskStatus::Stopped);
    }
    // Without an own network interface the control plane shows no STOPPING (ecs.md 5.1).
    if (task.network_mode == "awsvpc" && task.last_status != TaskStatus::Provisioning) move_to(task, TaskStatus::Stopping);
    return;
  }
  const bool begun = std::any_of(task.containers.begin(), task.containers.end(),
                                 [](const Container& c) { return c.known_status > ContainerStatus::None || c.in_flight; });
  if (begun) move_to(task, TaskStatus::Pending);
  const bool all_running = std::all_of(task.containers.begin(), task.containers.end(),
                                       [](const Container& c) { return c.known_status >= ContainerStatus::Running; });
  if (!all_running || task.containers.empty() || !may_move(task.last_status, TaskStatus::Running)) return;
  task.last_status = TaskStatus::Running;
  task.started_at = now;
}

void derive_execution_stop(Task& task) {
  if (task.execution_stopped_at) return;
  for (const Container& container : task.containers) {
    if (!container.essential || !stopped(container) || !container.finished_at) continue;
    task.execution_stopped_at =
        task.execution_stopped_at ? std::min(*task.execution_stopped_at, *container.finished_at) : *container.finished_at;
  }
}

/// Essential containers with a check decide; the worst verdict wins.
HealthStatus aggregate_health(const Task& task) {
  bool any = false;
  bool unknown = false;
  for (const Container& container : task.containers) {
    if (!container.essential || !container.has_health_check) continue;
    any = true;
    if (container.health == HealthStatus::Unhealthy) return HealthStatus::Unhealthy;
    if (container.health == HealthStatus::Unknown) unknown = true;
  }
  return any && !unknown ? HealthStatus::Healthy : HealthStatus::Unknown;
}

}  // namespace

TaskChange note_change(const Task& before, Task& task) {
  TaskChange change;
  if (before == task) return change;
  change.any = true;
  change.last_status = before.last_status != task.last_status;
  change.desired_status = before.desired_status != task.desired_status;
  change.health = before.health != task.health;
  ++task.version;
  return change;
}

void settle_in_place(Task& task, Timestamp now) {
  if (task.last_status == TaskStatus::Stopped) return;
  // Each round can end one more container for good, and only that makes another round useful.
  for (std::size_t round = 0; round <= task.containers.size(); ++round) {
    const auto count_stopped = [&] { return std::count_if(task.containers.begin(), task.containers.end(), stopped); };
    const auto before = count_stopped();
    give_up_on_dependencies(task, now);
    cancel_unstarted(task, now);
    follow_essential(task, now);
    follow_task(task);
    cancel_unstarted(task, now);
    if (count_stopped() == before) break;
  }
  derive_execution_stop(task);
  derive_last_status(task, now);
  task.health = aggregate_health(task);
}

TaskChange settle(Task& task, Timestamp now) {
  const Task before = task;
  settle_in_place(task, now);
  return note_change(before, task);
}

void mark_to_stop(Task& task, StopCode code, const std::string& reason, Timestamp now) {
  if (task.desired_status == DesiredStatus::Stopped) return;
  stop_task(task, code, reason, now);
  follow_task(task);
}

TaskChange request_stop(Task& task, StopCode code, const std::string& reason, Timestamp now) {
  const Task before = task;
  mark_to_stop(task, code, reason, now);
  settle_in_place(task, now);
  return note_change(before, task);
}

}  // namespace berth::scheduler
