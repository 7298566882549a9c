#include "tests/simulation/inspector.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/agent/container_spec.h"

namespace berth::simulation {
namespace {

using engine::Ref;
using scheduler::Task;
using scheduler::TaskStatus;

/// A container of nobody is found by the next look at the runtime, and removing it may have to be tried again.
constexpr Milliseconds kOrphanPatience = std::chrono::minutes(6);
constexpr Milliseconds kHealthyAfter = std::chrono::seconds(40);

bool has_check(const Task& task) {
  return std::any_of(task.containers.begin(), task.containers.end(), [](const auto& one) { return one.essential && one.has_health_check; });
}

template <class Tasks>
[[noreturn]] void fail(const scheduler::Service& service, const std::string& what, const Tasks& tasks) {
  std::string text = fmt::format("service {}: {} (desired {}, {}..{} %)", service.name, what, service.desired_count,
                                 service.deployment_configuration.minimum_healthy_percent, service.deployment_configuration.maximum_percent);
  for (const auto& one : service.deployments) {
    text += fmt::format("\n  deployment {} {} desired {} failed {} {}", one.id, name_of(one.status), one.desired_count, one.failed_tasks,
                        name_of(one.rollout_state));
  }
  for (const Ref<Task>& task : tasks) text += brief(*task);
  throw Violation(text);
}

std::int64_t lower_bound(const scheduler::Service& service) {
  return (service.desired_count * service.deployment_configuration.minimum_healthy_percent + 99) / 100;
}

std::int64_t upper_bound(const scheduler::Service& service) {
  return std::max(service.desired_count, service.desired_count * service.deployment_configuration.maximum_percent / 100);
}

bool is_daemon(const scheduler::Service& service) { return service.scheduling_strategy == scheduler::SchedulingStrategy::Daemon; }

bool is_external(const scheduler::Service& service) { return service.controller == scheduler::DeploymentController::External; }

bool is_primary(const scheduler::Deployment& one) { return one.status == scheduler::DeploymentStatus::Primary; }

/// What a set is to have of a service's tasks; clients of the simulation scale by whole percents.
std::int64_t computed(const scheduler::Service& service, const scheduler::Deployment& set) {
  return (service.desired_count * static_cast<std::int64_t>(set.task_set->scale) + 99) / 100;
}

}  // namespace

std::string brief(const Task& task) {
  std::string text = fmt::format("\n  task {} of {}: {}, wanted {}, health {}, on {}", task.id.substr(0, 6), task.deployment_id,
                                 name_of(task.last_status), name_of(task.desired_status), name_of(task.health), task.instance_id.substr(0, 6));
  for (const auto& one : task.containers) text += fmt::format(" [{} {} {}{}{}]", one.name, one.image, name_of(one.known_status), one.in_flight ? " in flight" : "",
                                                          one.removed ? " removed" : "");
  if (task.stop_code) text += fmt::format(" {}: {}", name_of(*task.stop_code), task.stopped_reason);
  return text;
}

bool is_wanted(const Task& task) {
  return task.desired_status == scheduler::DesiredStatus::Running && task.last_status != TaskStatus::Stopped;
}

bool is_healthy(const Task& task, Timestamp now) {
  if (task.last_status != TaskStatus::Running) return false;
  if (has_check(task)) return task.health == scheduler::HealthStatus::Healthy;
  return task.started_at && now - *task.started_at >= kHealthyAfter;
}

void Inspector::look() {
  Tasks after;
  for (const Ref<Task>& task : plant_.store().live_tasks()) after[task->id] = task;
  seen_.tasks += std::count_if(after.begin(), after.end(), [&](const auto& item) { return before_.count(item.first) == 0; });
  for (const engine::ServiceKey& key : plant_.store().live_services()) check_service(*plant_.store().service(key), before_, after);
  check_containers(after);
  check_room(after);
  before_ = std::move(after);
  before_at_ = plant_.now();
}

std::vector<Inspector::Share> Inspector::shares_of(const scheduler::Service& service) {
  if (!is_external(service)) return {{.lower = lower_bound(service), .upper = upper_bound(service)}};
  std::vector<Share> shares;
  for (const scheduler::Deployment& set : service.deployments) {
    const std::int64_t count = computed(service, set);
    shares.push_back({.task_set = set.id, .lower = count, .upper = 2 * count});
  }
  return shares;
}

bool Inspector::is_of(const Task& task, const scheduler::Service& service, const Share& share) {
  const bool of_service = task.service_name == service.name && task.cluster_arn == service.cluster_arn;
  return of_service && (share.task_set.empty() || task.deployment_id == share.task_set);
}

void Inspector::check_service(const scheduler::Service& service, const Tasks& before, const Tasks& after) {
  std::vector<Ref<Task>> wanted;
  for (const auto& [id, task] : after) {
    if (is_of(*task, service, {}) && is_wanted(*task)) wanted.push_back(task);
  }
  check_counts(service, wanted);
  if (service.status != scheduler::ServiceStatus::Active) return;
  for (const Share& share : shares_of(service)) {
    check_maximum(service, share, wanted, before);
    check_minimum(service, share, before, after);
  }
  if (is_external(service)) {
    check_task_sets(service, wanted, after);
  } else {
    check_deployments(service, wanted);
  }
  const auto& list = service.deployments;
  for (const Ref<Task>& task : wanted) {
    const auto mine = std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.id == task->deployment_id; });
    if (mine == list.end()) fail(service, "a wanted task belongs to no deployment", wanted);
  }
  if (service.events.size() > scheduler::kMaxServiceEvents) fail(service, "too many events", wanted);
}

void Inspector::check_maximum(const scheduler::Service& service, const Share& share, const std::vector<Ref<Task>>& all, const Tasks& before) {
  const auto is_new = [&](const Ref<Task>& task) { return before.count(task->id) == 0; };
  std::vector<Ref<Task>> wanted;
  std::copy_if(all.begin(), all.end(), std::back_inserter(wanted), [&](const Ref<Task>& task) { return is_of(*task, service, share); });
  if (std::none_of(wanted.begin(), wanted.end(), is_new)) return;
  if (!is_daemon(service)) {
    if (static_cast<std::int64_t>(wanted.size()) > share.upper) fail(service, "a task was started above maximumPercent", wanted);
    return;
  }
  for (const Ref<Task>& task : wanted) {
    const auto same = [&](const Ref<Task>& other) { return other->instance_id == task->instance_id; };
    if (is_new(task) && std::count_if(wanted.begin(), wanted.end(), same) > 1) fail(service, "a second daemon on an instance", wanted);
  }
}

void Inspector::check_minimum(const scheduler::Service& service, const Share& share, const Tasks& before, const Tasks& after) {
  std::int64_t stopped = 0;
  std::int64_t healthy = 0;
  std::vector<Ref<Task>> all;
  for (const auto& [id, task] : after) {
    if (!is_of(*task, service, share)) continue;
    all.push_back(task);
    const auto was = before.find(id);
    const bool was_wanted = was != before.end() && is_wanted(*was->second);
    const bool was_healthy = was_wanted && is_healthy(*was->second, before_at_);
    const bool may_have_counted = was_wanted && is_healthy(*was->second, plant_.now());  // by the clock at the end of the step, which may have jumped
    if (is_wanted(*task)) {
      healthy += is_healthy(*task, plant_.now()) ? 1 : 0;
      continue;
    }
    if (task->stop_code == scheduler::StopCode::ServiceSchedulerInitiated && was_wanted && task->health == was->second->health) {
      stopped += was_healthy ? 1 : 0;
    } else if (may_have_counted) {
      // It ended in this step, and may have counted when the scheduler decided.
      ++healthy;
    }
  }
  // Records of tasks that are over and gone may have counted as well.
  for (const auto& [id, task] : before) {
    if (is_of(*task, service, share) && is_wanted(*task) && is_healthy(*task, plant_.now()) && after.count(id) == 0) ++healthy;
  }
  seen_.stops += stopped;
  // A daemon's minimum is about instances; those that it has to leave are not chosen.
  if (stopped > 0 && healthy < share.lower && !is_daemon(service)) fail(service, "stopped below minimumHealthyPercent", all);
}

void Inspector::check_counts(const scheduler::Service& service, const std::vector<Ref<Task>>& wanted) {
  engine::TaskCounts counted;
  for (const Ref<Task>& task : wanted) ++(task->last_status == TaskStatus::Running ? counted.running : counted.pending);
  // A wanted task is on its way or runs: it is never between the two counts.
  if (!(plant_.store().service_task_counts(engine::key_of(service)) == counted)) fail(service, "runningCount or pendingCount is wrong", wanted);
  if (!service.steady || service.status != scheduler::ServiceStatus::Active || is_external(service)) return;
  const auto is_up = [](const Ref<Task>& task) { return task->last_status == TaskStatus::Running; };
  const bool all_up = std::all_of(wanted.begin(), wanted.end(), is_up);
  if (!all_up || static_cast<std::int64_t>(wanted.size()) != service.desired_count) fail(service, "said to be steady, and is not", wanted);
}

void Inspector::check_deployments(const scheduler::Service& service, const std::vector<Ref<Task>>& wanted) {
  const auto& list = service.deployments;
  if (list.empty() || !is_primary(list.front()) || std::count_if(list.begin(), list.end(), is_primary) != 1) {
    fail(service, "not one PRIMARY deployment in front", wanted);
  }
  if (list.front().task_definition_arn != service.task_definition_arn) fail(service, "the PRIMARY deployment is not the service's", wanted);
  if (list.front().desired_count != service.desired_count) fail(service, "the PRIMARY deployment has another desiredCount", wanted);
  for (const scheduler::ServiceDeployment& record : service.history) {
    const bool good = record.status == scheduler::ServiceDeploymentStatus::Successful;
    const bool bad = record.breaker_tripped;
    if ((good || bad) && finished_.insert(record.id).second) ++(good ? seen_.completed : seen_.failed);
    if (bad && record.status_reason.empty()) fail(service, "a deployment failed without a reason", wanted);
  }
}

void Inspector::check_task_sets(const scheduler::Service& service, const std::vector<Ref<Task>>& wanted, const Tasks& tasks) {
  const auto& list = service.deployments;
  if (std::count_if(list.begin(), list.end(), is_primary) > 1) fail(service, "two PRIMARY task sets", wanted);
  bool all_steady = true;
  for (const scheduler::Deployment& set : list) {
    const Share share{.task_set = set.id};
    const auto mine = [&](const Ref<Task>& task) { return is_of(*task, service, share); };
    const bool is_over = set.status == scheduler::DeploymentStatus::Draining;
    if (is_primary(set) && set.task_definition_arn != service.task_definition_arn) fail(service, "the PRIMARY task set is not the service's", wanted);
    if (set.desired_count != (is_over ? 0 : computed(service, set))) fail(service, "a task set has another count than its scale says", wanted);
    if (is_over && std::any_of(wanted.begin(), wanted.end(), mine)) fail(service, "a deleted task set has wanted tasks", wanted);
    if (is_over && std::none_of(tasks.begin(), tasks.end(), [&](const auto& item) { return mine(item.second); })) {
      fail(service, "a deleted task set without tasks is still there", wanted);
    }
    all_steady = all_steady && set.task_set->steady;
    if (!set.task_set->steady) continue;
    if (set.desired_count > 0 && steady_sets_.insert(set.id).second) ++seen_.steady_sets;
    const auto is_waiting = [&](const Ref<Task>& task) { return mine(task) && task->last_status != TaskStatus::Running; };
    const std::int64_t count = std::count_if(wanted.begin(), wanted.end(), mine);
    if (is_over || count != set.desired_count || std::any_of(wanted.begin(), wanted.end(), is_waiting)) {
      fail(service, "a task set is said to be steady, and is not", wanted);
    }
  }
  if (service.steady != all_steady) fail(service, "the service is not as steady as its task sets", wanted);
}

void Inspector::check_containers(const Tasks& tasks) {
  std::map<std::string, std::pair<const Task*, const scheduler::Container*>> known;
  for (const auto& [id, task] : tasks) {
    for (const auto& container : task->containers) {
      const auto [entry, fresh] = known.emplace(engine::runtime_name(*task, container.name), std::pair(task.get(), &container));
      if (!fresh) throw Violation("two tasks share the container " + entry->first + brief(*entry->second.first) + brief(*task));
    }
  }
  std::map<std::string, Milliseconds> orphans;
  for (const engine::ContainerState& state : plant_.world().containers()) {
    const auto found = known.find(state.name);
    if (found != known.end() && found->second.first->id == state.task_id) {
      const bool runs = state.phase == engine::ContainerState::Phase::running;
      const auto& record = *found->second.second;
      const bool over = record.known_status == scheduler::ContainerStatus::Stopped;
      if (!(runs && over && !record.in_flight && found->second.first->last_status != TaskStatus::Stopped)) {
        known.erase(found);
        continue;
      }
      known.erase(found);
    }
    const auto since = orphans_.find(state.name);
    orphans[state.name] = since == orphans_.end() ? plant_.elapsed() : since->second;
    if (plant_.elapsed() - orphans[state.name] > kOrphanPatience) throw Violation("a container belongs to no task: " + state.name);
  }
  orphans_ = std::move(orphans);
  if (blind_ || plant_.elapsed() < blind_until_) return;
  for (const engine::ContainerState& state : plant_.world().containers()) {
    const auto task = tasks.find(state.task_id);
    if (task == tasks.end()) continue;
    const auto* record = find_container(*task->second, state.container);
    if (record == nullptr || record->in_flight || record->restarting) continue;
    const bool runs = state.phase == engine::ContainerState::Phase::running;
    if (record->known_status == scheduler::ContainerStatus::Running && !runs) {
      throw Violation("the record of a container says RUNNING, and it does not run: " + state.name + brief(*task->second));
    }
  }
  for (const auto& [name, owner] : known) {
    const auto& [task, record] = owner;
    if (record->known_status == scheduler::ContainerStatus::Running && !record->in_flight && !record->restarting) {
      throw Violation("the record of a container says RUNNING, and there is none: " + name + brief(*task));
    }
  }
}

void Inspector::check_room(const Tasks& tasks) {
  std::map<std::string, scheduler::Resources> taken;
  for (const auto& [id, task] : tasks) {
    if (!is_wanted(*task) || task->instance_id.empty()) continue;
    scheduler::Resources& sum = taken[task->instance_id];
    sum.cpu += task->reserved.cpu;
    sum.memory += task->reserved.memory;
    sum.ports.insert(sum.ports.end(), task->reserved.ports.begin(), task->reserved.ports.end());
  }
  for (auto& [id, sum] : taken) {
    const auto instance = plant_.store().instance(id);
    if (!instance) throw Violation("tasks are on an instance that is not known: " + id);
    std::sort(sum.ports.begin(), sum.ports.end());
    const bool twice = std::adjacent_find(sum.ports.begin(), sum.ports.end()) != sum.ports.end();
    if (twice) throw Violation("a host port is given to two tasks of the instance " + id);
    // This machine's own room may have shrunk since.
    if (instance->simulated && (sum.cpu > instance->registered.cpu || sum.memory > instance->registered.memory)) {
      throw Violation("an instance is overbooked: " + id);
    }
  }
}

}  // namespace berth::simulation
