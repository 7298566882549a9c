#include "scheduler/reconcile/draft.h"

#include <algorithm>
#include <set>
#include <tuple>

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
      prefix_(fmt::format("(service {}) ", the_view.service.name)) {
  for (const Task& task : view.tasks) {
    if (!is_wanted(task)) continue;
    const Fitness fitness = fitness_of(task, service, now, options);
    live.push_back({&task, task.deployment_id, fitness});
    if (fitness != Fitness::Maturing) continue;
    // When time alone changes the verdict.
    if (!has_essential_check(task)) wake(*task.started_at + options.healthy_after);
    if (in_grace(task, service, now)) wake(*task.started_at + std::chrono::seconds(*service.health_check_grace_period_seconds));
  }
  load_instances();
}

void Draft::load_instances() {
  if (!view.instances) return;
  loads_ = *view.instances;
  for (std::size_t i = 0; i < loads_.size(); ++i) {
    loads_[i].service_tasks = 0;
    load_index_[loads_[i].instance.id] = i;
  }
  for (const LiveTask& task : live) {
    const auto found = load_index_.find(task.task->instance_id);
    if (found != load_index_.end()) ++loads_[found->second].service_tasks;
  }
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

InstanceLoad* Draft::find_room(const TaskRequirements& requirements) {
  const Placement placement = place(requirements, loads_);
  if (const auto* placed = std::get_if<Placed>(&placement)) return &loads_[placed->index];
  event_once(placement_event(std::get<NotPlaced>(placement)));
  wake(now + options.placement_retry);
  return nullptr;
}

void Draft::release_room(const Task& task) {
  const auto found = load_index_.find(task.instance_id);
  if (found == load_index_.end()) return;
  release(loads_[found->second], task.reserved);
  --loads_[found->second].service_tasks;
}

std::int64_t Draft::start(const Deployment& deployment, std::int64_t wanted) {
  if (wanted <= 0) return 0;
  if (deployment.throttle.retry_at && now < *deployment.throttle.retry_at) {
    wake(*deployment.throttle.retry_at);
    return 0;
  }
  const auto known = view.requirements.find(deployment.task_definition_arn);
  const TaskRequirements requirements = known == view.requirements.end() ? TaskRequirements{} : known->second;
  for (std::int64_t started = 0; started < wanted; ++started) {
    TaskStart start{.deployment_id = deployment.id, .task_definition_arn = deployment.task_definition_arn};
    if (view.instances) {
      InstanceLoad* load = find_room(requirements);
      if (load == nullptr) return started;
      reserve(*load, requirements.resources);
      ++load->service_tasks;
      start.instance_id = load->instance.id;
    }
    decision.start.push_back(std::move(start));
    live.push_back({nullptr, deployment.id, Fitness::Pending});
  }
  return wanted;
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
  const auto found = std::find_if(service.events.begin(), service.events.end(), is_steady_event);
  return found == service.events.end() ? std::nullopt : std::optional(found->created_at);
}

void Draft::wake(Timestamp at) { decision.requeue_at = decision.requeue_at ? std::min(*decision.requeue_at, at) : at; }

std::vector<LiveTask> scale_in_order(const std::vector<LiveTask>& tasks) {
  struct Ranked {
    LiveTask live;
    std::int64_t place_on_instance = 0;
  };
  std::vector<Ranked> ranked;
  for (const LiveTask& task : tasks) {
    if (task.task != nullptr) ranked.push_back({task});
  }
  const auto age = [](const Ranked& item) { return std::tie(item.live.task->created_at, item.live.task->id); };
  std::sort(ranked.begin(), ranked.end(), [&](const Ranked& left, const Ranked& right) { return age(left) < age(right); });
  // Counted from the oldest: taking the highest place first always takes from the instance with the most tasks.
  std::map<std::string_view, std::int64_t> on_instance;
  for (Ranked& item : ranked) item.place_on_instance = on_instance[item.live.task->instance_id]++;

  std::stable_sort(ranked.begin(), ranked.end(), [&](const Ranked& left, const Ranked& right) {
    if (left.live.fitness != right.live.fitness) return left.live.fitness < right.live.fitness;
    if (left.place_on_instance != right.place_on_instance) return left.place_on_instance > right.place_on_instance;
    return age(right) < age(left);
  });
  std::vector<LiveTask> order;
  order.reserve(ranked.size());
  for (const Ranked& item : ranked) order.push_back(item.live);
  return order;
}

}  // namespace berth::scheduler
