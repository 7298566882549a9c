#include "scheduler/set_back.h"

#include <algorithm>

namespace berth::scheduler {
namespace {

/// Longer than any span that is measured from a moment of a task: until it counts as healthy, until a restart or a dependency is given up.
constexpr Milliseconds kMeasured = std::chrono::hours(1);

/// Calls `visit` for every moment that was written down when it came.
template <class Visit>
void for_each_moment(Task& task, Visit visit) {
  for (auto* moment : {&task.created_at, &task.pull_started_at, &task.pull_stopped_at, &task.started_at, &task.stopping_at, &task.execution_stopped_at,
                       &task.stopped_at}) {
    visit(*moment);
  }
  for (Container& container : task.containers) {
    for (auto* moment : {&container.created_at, &container.started_at, &container.finished_at, &container.restarted_at, &container.in_flight_since}) {
      visit(*moment);
    }
  }
}

template <class Visit>
void for_each_moment(Service& service, Visit visit) {
  const auto visit_deployment = [&](Deployment& deployment) {
    visit(deployment.created_at);
    visit(deployment.updated_at);
  };
  visit(service.created_at);
  visit(service.deleted_at);
  for (Deployment& deployment : service.deployments) visit_deployment(deployment);
  if (service.last_completed) visit_deployment(*service.last_completed);
  for (ServiceRevision& revision : service.revisions) visit(revision.created_at);
  for (ServiceDeployment& record : service.history) {
    for (auto* moment : {&record.created_at, &record.updated_at, &record.finished_at, &record.stopped_at, &record.rollback_started_at}) visit(*moment);
  }
  for (ServiceEvent& event : service.events) {
    std::optional<Timestamp> moment = event.created_at;
    visit(moment);
    event.created_at = *moment;
  }
}

template <class Thing>
Timestamp newest(Thing thing) {
  Timestamp found{};
  for_each_moment(thing, [&](const std::optional<Timestamp>& moment) { found = std::max(found, moment.value_or(Timestamp{})); });
  return found;
}

}  // namespace

Timestamp newest_moment(const Task& task) { return newest(task); }
Timestamp newest_moment(const Service& service) { return newest(service); }

bool set_back(Task& task, Timestamp now, Milliseconds by) {
  // All of them or none: their order stays, and a task that has run for a minute has still run for a minute.
  if (newest_moment(task) <= now - kMeasured) return false;
  const auto move = [&](std::optional<Timestamp>& moment) {
    if (moment) *moment -= by;
  };
  for_each_moment(task, move);
  for (Container& container : task.containers) move(container.retry_at);
  return true;
}

bool set_back(Service& service, Timestamp now, Milliseconds by) {
  const Service before = service;
  const auto move = [&](std::optional<Timestamp>& moment) {
    if (moment && *moment > now) *moment -= by;
  };
  for_each_moment(service, move);
  // Tasks are told to be of a round of launches or of the one before by it: it moves as they do.
  const auto move_always = [&](std::optional<Timestamp>& moment) {
    if (moment) *moment -= by;
  };
  for (Deployment& deployment : service.deployments) move_always(deployment.throttle.retry_at);
  if (service.last_completed) move_always(service.last_completed->throttle.retry_at);
  return !(service == before);
}

}  // namespace berth::scheduler
