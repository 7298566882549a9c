#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "scheduler/deployment.h"
#include "scheduler/reconcile_service.h"
#include "scheduler/transitions_internal.h"

namespace berth::scheduler {
namespace {

InstanceLoad* find_load(ServiceView& view, const std::string& instance_id) {
  if (!view.instances) return nullptr;
  const auto found = std::find_if(view.instances->begin(), view.instances->end(),
                                  [&](const InstanceLoad& load) { return load.instance.id == instance_id; });
  return found == view.instances->end() ? nullptr : &*found;
}

Task make_task(const ServiceView& view, const TaskStart& start, Timestamp now, RandomSource& random) {
  Task task;
  task.id = random.hex(32);
  task.cluster_arn = view.service.cluster_arn;
  task.task_definition_arn = start.task_definition_arn;
  task.group = "service:" + view.service.name;
  task.started_by = start.deployment_id;
  task.service_name = view.service.name;
  task.deployment_id = start.deployment_id;
  task.instance_id = start.instance_id;
  task.launch_type = start.launch_type;
  task.capacity_provider = start.capacity_provider;
  task.daemon = view.service.scheduling_strategy == SchedulingStrategy::Daemon;
  task.created_at = now;
  const auto requirements = view.requirements.find(start.task_definition_arn);
  if (requirements != view.requirements.end()) task.reserved = requirements->second.resources;
  return task;
}

/// Marks tasks of the view; each one's id is in `changed` once.
class Marker {
 public:
  Marker(ServiceView& view, Commit& result) : view_(view), result_(result) {
    for (std::size_t i = 0; i < view.tasks.size(); ++i) index_[view.tasks[i].id] = i;
  }

  void account(const TaskAccount& account) { touch(account.task_id).accounted = account.accounted; }

  void stop(const TaskStop& stop, Timestamp now) {
    Task& task = touch(stop.task_id);
    if (InstanceLoad* load = find_load(view_, task.instance_id)) remove_task(*load, task);
    mark_to_stop(task, stop.stop_code, stop.reason, now);
    ++task.version;
  }

 private:
  Task& touch(const std::string& id) {
    const auto found = index_.find(id);
    BERTH_CHECK(found != index_.end(), "a decision is committed to the view it was made for");
    if (!changed_[id]) result_.changed.push_back(id);
    changed_[id] = true;
    return view_.tasks[found->second];
  }

  ServiceView& view_;
  Commit& result_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::string, bool> changed_;
};

/// One for all, or one for each task set.
void add_started_events(ServiceView& view, const std::vector<Task>& started, Timestamp now, RandomSource& random) {
  const bool of_sets = view.service.controller == DeploymentController::External;
  std::map<std::string, std::pair<std::size_t, std::string>> tasks;
  for (const Task& task : started) {
    auto& [count, names] = tasks[of_sets ? task.deployment_id : ""];
    ++count;
    names += fmt::format(" (task {})", task.id);
  }
  for (const auto& [task_set, said] : tasks) {
    add_event(view.service, fmt::format("{}has started {} tasks:{}.", event_prefix(view.service, task_set), said.first, said.second), now, random);
  }
}

}  // namespace

void add_event(Service& service, std::string message, Timestamp now, RandomSource& random) {
  service.events.insert(service.events.begin(), {.id = random.uuid(), .created_at = now, .message = std::move(message)});
  if (service.events.size() > kMaxServiceEvents) service.events.resize(kMaxServiceEvents);
}

Commit commit(ServiceView& view, const ServiceDecision& decision, Timestamp now, RandomSource& random) {
  Commit result;
  Marker marker(view, result);
  for (const TaskAccount& account : decision.account) marker.account(account);
  for (const TaskStop& stop : decision.stop) marker.stop(stop, now);
  if (decision.service) view.service = *decision.service;
  for (const TaskStart& start : decision.start) {
    Task task = make_task(view, start, now, random);
    if (InstanceLoad* load = find_load(view, task.instance_id)) add_task(*load, task);
    result.started.push_back(std::move(task));
  }
  for (const std::string& message : decision.events) add_event(view.service, message, now, random);
  add_started_events(view, result.started, now, random);
  view.tasks.insert(view.tasks.end(), result.started.begin(), result.started.end());
  result.service_changed = decision.service || !decision.events.empty() || !result.started.empty();
  return result;
}

}  // namespace berth::scheduler
