#include "scheduler/reconcile/draft.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace berth::scheduler {
namespace {

bool has_essential_check(const Task& task) {
  return std::any_of(task.containers.begin(), task.containers.end(),
                     [](const Container& container) { return container.essential && container.has_health_check; });
}

bool in_grace(const Task& task, const Service& service, Timestamp now) {
  const auto grace = std::chrono::seconds(service.health_check_grace_period_seconds.value_or(0));
  return task.started_at && now < *task.started_at + grace;
}

bool is_wanted(const Task& task) {
  return task.desired_status == DesiredStatus::Running && task.last_status != TaskStatus::Stopped;
}

bool is_steady_event(const ServiceEvent& event) {
  constexpr std::string_view kEnd = "has reached a steady state.";
  return event.message.size() >= kEnd.size() &&
         std::string_view(event.message).substr(event.message.size() - kEnd.size()) == kEnd;
}

/// Tasks that failed to start and are still ending: the failure counts, and delays the next launch, when they have stopped. Until then
/// nothing takes their place, or a task that ends slowly would be replaced without end.
std::int64_t failing(const ServiceView& view, const std::string& deployment_id) {
  return std::count_if(view.tasks.begin(), view.tasks.end(), [&](const Task& task) {
    return task.deployment_id == deployment_id && task.last_status != TaskStatus::Stopped && task.stop_code == StopCode::TaskFailedToStart;
  });
}

}  // namespace

Fitness fitness_of(const Task& task, const Service& service, Timestamp now, const SchedulerOptions& options) {
  if (task.last_status != TaskStatus::Running) return Fitness::Pending;
  if (!has_essential_check(task)) {
    return task.started_at && now < *task.started_at + options.healthy_after ? Fitness::Maturing : Fitness::Healthy;
  }
  if (task.health == HealthStatus::Healthy) return Fitness::Healthy;
  if (task.health == HealthStatus::Unknown || in_grace(task, service, now)) return Fitness::Maturing;
  return Fitness::Unhealthy;
}

bool is_up(const Task& task) {
  return task.last_status == TaskStatus::Running && (!has_essential_check(task) || task.health == HealthStatus::Healthy);
}

Draft::Draft(const ServiceView& the_view, Timestamp the_time, const SchedulerOptions& the_options)
    : view(the_view),
      now(the_time),
      options(the_options),
      service(the_view.service),
      prefix_(event_prefix(the_view.service)) {
  load_instances();
  for (const Task& task : view.tasks) {
    if (!is_wanted(task)) continue;
    const Fitness fitness = fitness_of(task, service, now, options);
    live.push_back({&task, task.deployment_id, fitness, is_leaving(task), task.instance_id, task.capacity_provider});
    if (fitness != Fitness::Maturing) continue;
    // When time alone changes the verdict.
    if (!has_essential_check(task)) wake(*task.started_at + options.healthy_after);
    if (in_grace(task, service, now)) wake(*task.started_at + std::chrono::seconds(*service.health_check_grace_period_seconds));
  }
}

void Draft::load_instances() {
  policy_ = {.group = "service:" + service.name, .constraints = service.placement_constraints, .strategies = service.placement_strategy};
  if (!view.instances) return;
  loads_ = *view.instances;
  for (std::size_t i = 0; i < loads_.size(); ++i) load_index_[loads_[i].instance.id] = i;
}

bool Draft::is_leaving(const Task& task) const {
  if (!view.instances || task.instance_id.empty()) return false;
  const auto found = load_index_.find(task.instance_id);
  return found == load_index_.end() || loads_[found->second].instance.status != InstanceStatus::Active;
}

Deployment* Draft::find(std::string_view deployment_id) {
  const auto found = std::find_if(service.deployments.begin(), service.deployments.end(),
                                  [&](const Deployment& deployment) { return deployment.id == deployment_id; });
  return found == service.deployments.end() ? nullptr : &*found;
}

std::int64_t Draft::count_of(std::string_view deployment_id) const {
  return std::count_if(live.begin(), live.end(), [&](const LiveTask& task) { return task.deployment_id == deployment_id; });
}

std::int64_t Draft::count(Fitness fitness) const {
  return std::count_if(live.begin(), live.end(), [&](const LiveTask& task) { return task.fitness == fitness; });
}

std::int64_t Draft::count(Fitness fitness, std::string_view deployment_id) const {
  return std::count_if(live.begin(), live.end(),
                       [&](const LiveTask& task) { return task.fitness == fitness && task.deployment_id == deployment_id; });
}

TaskRequirements Draft::requirements_of(const Deployment& deployment) const {
  const auto known = view.requirements.find(deployment.task_definition_arn);
  return known == view.requirements.end() ? TaskRequirements{} : known->second;
}

InstanceLoad* Draft::find_room(const TaskRequirements& requirements) {
  const Placement placement = place(requirements, policy_, loads_);
  if (const auto* placed = std::get_if<Placed>(&placement)) return &loads_[placed->index];
  event_once(placement_event(std::get<NotPlaced>(placement)));
  wake(now + options.placement_retry);
  return nullptr;
}

void Draft::release_room(const Task& task) {
  const auto found = load_index_.find(task.instance_id);
  if (found != load_index_.end()) remove_task(loads_[found->second], task);
}

bool Draft::is_throttled(const Deployment& deployment) {
  if (!deployment.throttle.retry_at || now >= *deployment.throttle.retry_at) return false;
  wake(*deployment.throttle.retry_at);
  return true;
}

std::string Draft::provider_for(const Deployment& deployment) const {
  if (deployment.capacity_providers.empty()) return "";
  std::map<std::string, std::int64_t> tasks;
  for (const LiveTask& task : live) {
    if (task.deployment_id == deployment.id) ++tasks[task.capacity_provider];
  }
  return next_provider(deployment.capacity_providers, tasks);
}

void Draft::launch(TaskStart start, InstanceLoad* load) {
  LiveTask task{nullptr, start.deployment_id, Fitness::Pending};
  if (load != nullptr) {
    Task placed;
    placed.group = policy_.group;
    placed.service_name = service.name;
    placed.daemon = service.scheduling_strategy == SchedulingStrategy::Daemon;
    placed.reserved = requirements_of(*find(start.deployment_id)).resources;
    add_task(*load, placed);
    start.instance_id = task.instance_id = load->instance.id;
  }
  task.capacity_provider = start.capacity_provider;
  decision.start.push_back(std::move(start));
  live.push_back(std::move(task));
}

std::int64_t Draft::start(const Deployment& deployment, std::int64_t wanted) {
  wanted -= failing(view, deployment.id);
  if (wanted <= 0 || is_throttled(deployment)) return 0;
  const TaskRequirements requirements = requirements_of(deployment);
  for (std::int64_t started = 0; started < wanted; ++started) {
    TaskStart start{.deployment_id = deployment.id, .task_definition_arn = deployment.task_definition_arn, .launch_type = deployment.launch_type};
    start.capacity_provider = provider_for(deployment);
    if (!start.capacity_provider.empty()) start.launch_type = launch_type_of(start.capacity_provider);
    InstanceLoad* load = nullptr;
    // Fargate has room without end and no instances.
    if (view.instances && start.launch_type != "FARGATE") {
      load = find_room(requirements);
      if (load == nullptr) return started;
    }
    launch(std::move(start), load);
  }
  return wanted;
}

bool Draft::start_on(const Deployment& deployment, InstanceLoad& load) {
  if (is_throttled(deployment) || failing(view, deployment.id) > 0) return false;
  if (auto rejection = rejection_of(requirements_of(deployment), policy_, load)) {
    event_once(placement_event({.rejections = {std::move(*rejection)}}));
    wake(now + options.placement_retry);
    return false;
  }
  launch({.deployment_id = deployment.id, .task_definition_arn = deployment.task_definition_arn, .launch_type = deployment.launch_type}, &load);
  return true;
}

bool Draft::spares(const LiveTask& task) {
  if (task.task == nullptr || !is_protected(*task.task, now)) return false;
  wake(*task.task->protected_until);
  return true;
}

void Draft::stop(const std::vector<LiveTask>& tasks, std::string_view reason) {
  std::set<const Task*> stopped;
  for (const LiveTask& task : tasks) {
    decision.stop.push_back({.task_id = task.task->id, .reason = std::string(reason)});
    release_room(*task.task);
    stopped.insert(task.task);
  }
  live.erase(
      std::remove_if(live.begin(), live.end(), [&](const LiveTask& task) { return task.task && stopped.count(task.task) != 0; }),
      live.end());
}

void Draft::event_once(std::string text) {
  const std::string message = prefix_ + text;
  for (const ServiceEvent& earlier : service.events) {
    // Newest first: a steady state in between means that it was resolved.
    if (is_steady_event(earlier) || now - earlier.created_at >= options.event_repeat) break;
    if (earlier.message == message) return;
  }
  if (std::find(decision.events.begin(), decision.events.end(), message) == decision.events.end())
    decision.events.push_back(message);
}

std::optional<Timestamp> Draft::last_steady_event() const {
  const auto found = std::find_if(service.events.begin(), service.events.end(), [this](const ServiceEvent& event) {
    return is_steady_event(event) && event.message.compare(0, prefix_.size(), prefix_) == 0;
  });
  return found == service.events.end() ? std::nullopt : std::optional(found->created_at);
}

void Draft::announce_stops() {
  const std::size_t before = std::exchange(announced_stops_, decision.stop.size());
  if (before == announced_stops_) return;
  std::string tasks;
  for (std::size_t i = before; i < announced_stops_; ++i) tasks += fmt::format(" (task {})", decision.stop[i].task_id);
  event(fmt::format("has stopped {} running tasks:{}.", announced_stops_ - before, tasks));
}

void Draft::announce_steady(bool just_reached) {
  const std::optional<Timestamp> last = last_steady_event();
  const bool due = just_reached || !last || now - *last >= options.event_repeat;
  if (due) event("has reached a steady state.");
  wake((due ? now : *last) + options.event_repeat);
}

void Draft::wake(Timestamp at) { decision.requeue_at = decision.requeue_at ? std::min(*decision.requeue_at, at) : at; }

}  // namespace berth::scheduler
