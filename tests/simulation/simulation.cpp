#include "tests/simulation/simulation.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "scheduler/deployment.h"

namespace berth::simulation {
namespace {

/// Longer than the longest delay between starts (27 minutes), a protection (30 minutes), and what a rollout needs after them.
constexpr Milliseconds kSettles = std::chrono::hours(3);

bool has_event(const scheduler::Service& service, const std::string& text) {
  return std::any_of(service.events.begin(), service.events.end(), [&](const auto& event) { return event.message.find(text) != std::string::npos; });
}

/// The deployment that is rolled out, or the first task set that is not steady; null when there is none.
const scheduler::Deployment* unsettled(const scheduler::Service& service) {
  if (service.controller != scheduler::DeploymentController::External) return &service.deployments.front();
  const auto& sets = service.deployments;
  const auto found = std::find_if(sets.begin(), sets.end(), [](const scheduler::Deployment& set) { return !set.task_set->steady; });
  return found == sets.end() ? nullptr : &*found;
}

/// Whether a task of the service runs on an instance that takes no tasks any more.
bool has_task_to_move(Plant& plant, const engine::ServiceKey& key) {
  const auto tasks = plant.store().live_tasks_of(key);
  return std::any_of(tasks.begin(), tasks.end(), [&](const auto& task) {
    const auto instance = task->instance_id.empty() ? nullptr : plant.store().instance(task->instance_id);
    return instance != nullptr && instance->status != scheduler::InstanceStatus::Active;
  });
}

/// Why the service is right as it is: it is steady, or it says why it is not; otherwise nothing.
std::optional<std::string> excuse(Plant& plant, const engine::ServiceKey& key, const scheduler::Service& service, const KnownService& known) {
  if (service.steady) return "steady";
  if (known.cramped && has_event(service, "unable to place a task")) return "no room";
  if (known.external) return std::nullopt;
  const scheduler::Deployment& primary = service.deployments.front();
  if (primary.rollout_state == scheduler::RolloutState::Failed && !primary.rollout_state_reason.empty()) return "failed";
  // An instance that is to be left is drained within the same bounds as a rollout.
  const bool moves = service.deployments.size() > 1 || has_task_to_move(plant, key);
  const auto& bounds = service.deployment_configuration;
  const bool stuck = scheduler::can_never_progress(service.desired_count, bounds.minimum_healthy_percent, bounds.maximum_percent);
  if (moves && stuck) return "no room between the bounds";
  return std::nullopt;
}

bool clash(const scheduler::Task& one, const scheduler::Task& other) {
  const auto& taken = other.reserved.ports;
  return std::any_of(one.reserved.ports.begin(), one.reserved.ports.end(),
                     [&](const auto& port) { return std::find(taken.begin(), taken.end(), port) != taken.end(); });
}

/// Whether no instance of the cluster takes one more task of the service like `task`, by what its live tasks have reserved.
bool is_full(Plant& plant, const engine::ServiceKey& key, const scheduler::Service& service, const scheduler::Task& task) {
  const bool distinct = service.scheduling_strategy == scheduler::SchedulingStrategy::Daemon ||
                        std::any_of(service.placement_constraints.begin(), service.placement_constraints.end(),
                                    [](const auto& constraint) { return constraint.type == scheduler::ConstraintType::DistinctInstance; });
  const auto instances = plant.store().instances(key.cluster);
  const auto tasks = plant.store().live_tasks();
  return std::none_of(instances.begin(), instances.end(), [&](const auto& instance) {
    scheduler::Resources free = instance->registered;
    for (const auto& one : tasks) {
      if (one->instance_id != instance->id) continue;
      free.cpu -= one->reserved.cpu;
      free.memory -= one->reserved.memory;
      if (clash(task, *one) || (distinct && engine::service_key_of(*one) == key)) return false;
    }
    return instance->status == scheduler::InstanceStatus::Active && free.cpu >= task.reserved.cpu && free.memory >= task.reserved.memory;
  });
}

/// Whether a container of it does not run because it waits for the health of another that runs and is not healthy. Without `startTimeout` it
/// waits as long as that runs, whether that is essential or not: what is unhealthy may still become healthy, and ECS's agent does not give up.
bool waits_for_health(const scheduler::Task& task) {
  if (task.last_status != scheduler::TaskStatus::Pending) return false;
  return std::any_of(task.containers.begin(), task.containers.end(), [&](const scheduler::Container& container) {
    if (container.known_status >= scheduler::ContainerStatus::Running) return false;
    return std::any_of(container.depends_on.begin(), container.depends_on.end(), [&](const scheduler::ContainerDependency& edge) {
      const scheduler::Container* other = scheduler::find_container(task, edge.container);
      return edge.condition == scheduler::DependencyCondition::Healthy && other != nullptr && !other->start_timeout &&
             other->known_status == scheduler::ContainerStatus::Running && other->health == scheduler::HealthStatus::Unhealthy;
    });
  });
}

void check_settled(Plant& plant, const Workload& workload) {
  for (const auto& [key, known] : workload.services()) {
    const auto service = plant.store().service(key);
    if (!service || service->status != scheduler::ServiceStatus::Active) throw Violation("a service is lost: " + key.service);
    // A protection ends at the time that was promised, however far the clock was set back since.
    const auto tasks = plant.store().live_tasks_of(key);
    const bool waits = std::any_of(tasks.begin(), tasks.end(), [&](const auto& task) { return scheduler::is_protected(*task, plant.now()); });
    const bool starts = std::any_of(tasks.begin(), tasks.end(), [](const auto& task) { return waits_for_health(*task); });
    if (waits || starts || excuse(plant, key, *service, known)) continue;
    // What has no room is a task of the deployment that is rolled out; those of older ones may need less.
    const scheduler::Deployment* const rolled = unsettled(*service);
    const auto model = std::find_if(tasks.begin(), tasks.end(), [&](const auto& task) { return rolled != nullptr && task->deployment_id == rolled->id; });
    const auto like = model == tasks.end() && !tasks.empty() ? tasks.begin() : model;
    if (like != tasks.end() && has_event(*service, "unable to place a task") && is_full(plant, key, *service, **like)) continue;
    const auto& bounds = service->deployment_configuration;
    std::string text = fmt::format("the accidents are over, but service {} does not settle: desired {}, minimum {} %, maximum {} %", key.service,
                                   service->desired_count, bounds.minimum_healthy_percent, bounds.maximum_percent);
    for (const auto& one : service->deployments) {
      text += fmt::format("\n  deployment {} {} desired {} {} {}", one.id, name_of(one.status), one.desired_count, name_of(one.rollout_state),
                          one.rollout_state_reason);
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(8, service->events.size()); ++i) text += "\n  event: " + service->events[i].message;
    for (const auto& task : plant.store().live_tasks_of(key)) {
      text += brief(*task);
    }
    for (const auto& constraint : service->placement_constraints) text += fmt::format("\n  constraint {} {}", name_of(constraint.type), constraint.expression);
    for (const auto& instance : plant.store().instances(key.cluster)) {
      text += fmt::format("\n  instance {} {} {} cpu {} memory {}", instance->id.substr(0, 6), name_of(instance->status),
                          instance->simulated ? "simulated" : "machine", instance->registered.cpu, instance->registered.memory);
      for (const auto& one : plant.store().live_tasks()) {
        if (one->instance_id != instance->id) continue;
        text += fmt::format(" [{} {} {}/{}]", one->id.substr(0, 6), name_of(one->last_status), one->reserved.cpu, one->reserved.memory);
      }
    }
    throw Violation(text);
  }
}

void check_nothing_left(Plant& plant) {
  for (const auto& state : plant.world().containers()) throw Violation("a container is left: " + state.name);
  for (const auto& task : plant.store().live_tasks()) throw Violation("a task is left:" + brief(*task) + (task->accounted.stopped ? " accounted" : " not accounted"));
  if (!plant.store().live_services().empty()) throw Violation("a service is left");
  if (!(plant.store().reserved() == scheduler::Resources{})) throw Violation("room of the machine is still taken");
  // Seven days, and what the clock may have been ahead when a task stopped.
  plant.jump(std::chrono::hours(24 * 40));
  plant.pass(std::chrono::hours(2));
  for (const char* cluster : {"c0", "c1"}) {
    const auto answer = plant.call("ListTasks", {{"cluster", cluster}, {"desiredStatus", "STOPPED"}});
    if (!answer->body().at("taskArns").empty()) throw Violation("stopped tasks are kept too long");
  }
}

void run(Plant& plant, Inspector& inspector, Workload& workload, int chaos) {
  plant.on_step([&inspector] { inspector.look(); });
  workload.begin();
  for (int i = 0; i < chaos; ++i) workload.act();
  workload.heal();
  plant.pass(kSettles);
  check_settled(plant, workload);
  workload.audit();
  workload.tear_down();
  plant.pass(std::chrono::minutes(20));
  check_nothing_left(plant);
}

}  // namespace

Outcome simulate(std::uint64_t seed, int chaos, const std::string& database) {
  const auto remove = [&database] {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(database + suffix);
  };
  remove();
  Outcome outcome{.seed = seed};
  {
    Plant plant(database, seed);
    Inspector inspector(plant);
    Workload workload(plant, inspector, seed * 2 + 1);
    try {
      run(plant, inspector, workload, chaos);
    } catch (const Violation& violation) {
      outcome.violation = violation.what();
    } catch (const Json::exception& failure) {
      outcome.violation = std::string("an answer has not the shape that clients expect: ") + failure.what();
    }
    if (outcome.violation) {
      *outcome.violation += "\n  the last steps:";
      for (const std::string& line : plant.trace()) *outcome.violation += "\n  " + line.substr(0, 300);
    }
    outcome.steps = plant.steps();
    outcome.happenings = plant.happenings();
    outcome.crashes = plant.crashes();
    outcome.seen = inspector.seen();
    outcome.tallies = workload.tallies();
    outcome.digest = plant.digest();
  }
  remove();
  return outcome;
}

}  // namespace berth::simulation
