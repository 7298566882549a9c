#include "scheduler/transitions.h"

#include <algorithm>

#include "scheduler/dependencies.h"
#include "scheduler/transitions_internal.h"

namespace berth::scheduler {
namespace {

constexpr std::size_t kMaxReason = 1024;

void wake_by(TaskStep& step, Timestamp at) { step.wake_at = step.wake_at ? std::min(*step.wake_at, at) : at; }

/// Before the n-th new try: 1, 2, 4, then 5 seconds (ecs.md 5.3); removals, which never give up, end at a minute.
Milliseconds pause_before_retry(ContainerActionKind kind, int attempts) {
  const Milliseconds cap = kind == ContainerActionKind::Remove ? std::chrono::minutes(1) : Milliseconds(std::chrono::seconds(5));
  return std::min(cap, Milliseconds(std::chrono::seconds(1)) * (1 << std::clamp(attempts - 1, 0, 6)));
}

/// The action that brings a wanted container one step further, if its dependencies let it.
void add_forward(TaskStep& step, const Task& task, const Container& container, Timestamp now, const TransitionOptions& options) {
  if (container.restarting) return step.actions.push_back({.kind = ContainerActionKind::Start, .container = container.name});
  if (container.known_status >= ContainerStatus::Running) return;
  const bool none = container.known_status == ContainerStatus::None;
  const ContainerActionKind kind = none                                                ? ContainerActionKind::Pull
                                   : container.known_status == ContainerStatus::Pulled ? ContainerActionKind::Create
                                                                                       : ContainerActionKind::Start;
  const DependencyState state = dependency_state(task, container, now);
  if (state.until) wake_by(step, *state.until);
  const bool ready = state.verdict == DependencyState::Verdict::Ready;
  const bool upfront = none && options.pull_upfront && state.verdict == DependencyState::Verdict::Waiting;
  if (ready || upfront) step.actions.push_back({.kind = kind, .container = container.name});
}

void add_stop(TaskStep& step, const Task& task, const Container& container, const TransitionOptions& options) {
  if (container.known_status != ContainerStatus::Running || container.restarting || !may_stop(task, container)) return;
  step.actions.push_back({.kind = ContainerActionKind::Stop,
                          .container = container.name,
                          .stop_timeout = container.stop_timeout.value_or(options.default_stop_timeout)});
}

void add_removal(TaskStep& step, const Task& task, const Container& container, Timestamp now, const TransitionOptions& options) {
  if (container.runtime_id.empty() || container.removed) return;
  const Timestamp due = task.stopped_at.value_or(now) + options.remove_after;
  if (now < due) return wake_by(step, due);
  step.actions.push_back({.kind = ContainerActionKind::Remove, .container = container.name});
}

// One function for each report. They change the container only; `apply` settles the task.

void take(Task& task, Container& container, const Pulled& report, Timestamp now) {
  if (container.known_status != ContainerStatus::None) return;
  container.known_status = ContainerStatus::Pulled;
  container.image_digest = report.image_digest;
  task.pull_stopped_at = now;
}

void take(Task&, Container& container, const Created& report, Timestamp now) {
  // Also of a container given up meanwhile: it must be known to be removed.
  container.runtime_id = report.runtime_id;
  container.removed = false;
  if (container.known_status >= ContainerStatus::Created) return;
  container.known_status = ContainerStatus::Created;
  container.created_at = now;
}

/// When it came, by what the runtime says. It may have written that down before the clock was set back: nothing comes later than now.
Timestamp moment_of(const std::optional<Timestamp>& at, Timestamp now) { return std::min(at.value_or(now), now); }

void take(Task& task, Container& container, const Started& report, Timestamp now) {
  if (container.known_status == ContainerStatus::Stopped) return;
  container.network_bindings = report.network_bindings;
  if (!report.private_ip.empty()) task.private_ip = report.private_ip;
  if (container.restarting) {
    container.restarting = false;
    container.restarted_at = moment_of(report.at, now);
    ++container.restart_count;
  }
  if (container.known_status == ContainerStatus::Running) return;
  container.known_status = ContainerStatus::Running;
  container.started_at = moment_of(report.at, now);
}

/// Whether its policy starts a container again that has just exited. Source: ecs.md 5.5.
bool is_restarted(const Container& container, const Exited& report, Timestamp now) {
  if (!container.restart_policy || container.desired_status == DesiredStatus::Stopped || !report.exit_code) return false;
  const std::vector<int>& ignored = container.restart_policy->ignored_exit_codes;
  if (std::find(ignored.begin(), ignored.end(), *report.exit_code) != ignored.end()) return false;
  const std::optional<Timestamp> since = container.restarted_at ? container.restarted_at : container.started_at;
  return since && moment_of(report.at, now) - *since >= container.restart_policy->attempt_period;
}

void take(Task& task, Container& container, const Exited& report, Timestamp now) {
  if (container.known_status == ContainerStatus::Stopped || container.restarting) return;
  if (container.known_status < ContainerStatus::Running && report.exit_code) {
    // It ran, only nobody saw it: the task may have been RUNNING in between.
    take(task, container, Started{.network_bindings = container.network_bindings, .at = report.at}, now);
    settle_in_place(task, now);
  }
  if (is_restarted(container, report, now)) {
    container.restarting = true;
    container.health = HealthStatus::Unknown;
    return;
  }
  container.known_status = ContainerStatus::Stopped;
  container.exit_code = report.exit_code;
  container.finished_at = moment_of(report.at, now);
  if (report.out_of_memory) set_reason(container, "OutOfMemoryError", "Container killed due to memory usage");
}

void take(Task&, Container& container, const HealthChanged& report, Timestamp) {
  if (container.known_status != ContainerStatus::Running || !container.has_health_check) return;
  container.health = report.health;
  if (report.failed_check) container.failed_check = report.failed_check;
}

void take(Task&, Container& container, const Removed&, Timestamp now) {
  container.removed = true;
  container.restarting = false;
  if (container.known_status == ContainerStatus::Stopped || container.runtime_id.empty()) return;
  container.known_status = ContainerStatus::Stopped;
  container.finished_at = now;
  set_reason(container, "ContainerVanishedError", "the container was removed from the runtime");
}

void take_failure(Container& container, const ActionFailed& report, Timestamp now, const TransitionOptions& options) {
  const int attempts = ++container.attempts;
  const bool removal = report.action == ContainerActionKind::Remove;
  const bool repeatable = report.action == ContainerActionKind::Pull || report.action == ContainerActionKind::Stop;
  if (removal || (repeatable && report.retryable && attempts < options.tries)) {
    container.retry_at = now + pause_before_retry(report.action, attempts);
    return;
  }
  container.attempts = 0;
  container.desired_status = DesiredStatus::Stopped;
  if (container.known_status == ContainerStatus::Stopped) return;
  set_reason(container, report.error_name, report.message);
  // Nothing more can be done to a container that does not let itself be stopped: it is taken for stopped (ecs.md 5.4).
  if (report.action != ContainerActionKind::Stop) return;
  container.known_status = ContainerStatus::Stopped;
  container.finished_at = now;
}

/// The action that a report answers, if it answers one.
std::optional<ContainerActionKind> answered(const ContainerReport& report) {
  if (std::holds_alternative<Pulled>(report)) return ContainerActionKind::Pull;
  if (std::holds_alternative<Created>(report)) return ContainerActionKind::Create;
  if (std::holds_alternative<Started>(report)) return ContainerActionKind::Start;
  if (std::holds_alternative<Removed>(report)) return ContainerActionKind::Remove;
  if (const auto* failed = std::get_if<ActionFailed>(&report)) return failed->action;
  return std::nullopt;
}

/// An exit ends whatever was being done; other reports end the action they answer.
void end_in_flight(Container& container, const ContainerReport& report) {
  const bool exited = std::holds_alternative<Exited>(report) || std::holds_alternative<Removed>(report);
  if (!exited && answered(report) != container.in_flight) return;
  clear_in_flight(container);
  if (std::holds_alternative<ActionFailed>(report)) return;
  container.attempts = 0;
  container.retry_at.reset();
}

}  // namespace

void set_reason(Container& container, const std::string& error_name, const std::string& detail) {
  if (!container.reason.empty()) return;
  container.reason = (detail.empty() ? error_name : error_name + ": " + detail).substr(0, kMaxReason);
}

void clear_in_flight(Container& container) {
  container.in_flight.reset();
  container.in_flight_since.reset();
}

TaskStep next_actions(const Task& task, Timestamp now, const TransitionOptions& options) {
  TaskStep step;
  for (const Container& container : task.containers) {
    if (container.in_flight) continue;
    if (container.retry_at && now < *container.retry_at) {
      wake_by(step, *container.retry_at);
    } else if (task.last_status == TaskStatus::Stopped) {
      add_removal(step, task, container, now, options);
    } else if (container.desired_status == DesiredStatus::Stopped) {
      add_stop(step, task, container, options);
    } else {
      add_forward(step, task, container, now, options);
    }
  }
  return step;
}

void begin(Task& task, const ContainerAction& action, Timestamp now) {
  Container* container = find_container(task, action.container);
  BERTH_CHECK(container != nullptr && !container->in_flight, "an action is begun once, on a container of the task");
  container->in_flight = action.kind;
  container->in_flight_since = now;
  if (action.kind == ContainerActionKind::Pull && !task.pull_started_at) task.pull_started_at = now;
}

void forget_in_flight(Task& task) {
  for (Container& container : task.containers) clear_in_flight(container);
}

TaskChange apply(Task& task, const ContainerObservation& observation, Timestamp now, const TransitionOptions& options) {
  Container* container = find_container(task, observation.container);
  if (container == nullptr) return {};
  const Task before = task;
  end_in_flight(*container, observation.report);
  std::visit(
      [&](const auto& report) {
        if constexpr (std::is_same_v<std::decay_t<decltype(report)>, ActionFailed>) {
          take_failure(*container, report, now, options);
        } else {
          take(task, *container, report, now);
        }
      },
      observation.report);
  settle_in_place(task, now);
  return note_change(before, task);
}

}  // namespace berth::scheduler
