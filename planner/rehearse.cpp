#include "planner/rehearse.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "planner/placing.h"
#include "planner/plan.h"
#include "scheduler/deployment.h"
#include "scheduler/simulate.h"

namespace berth::plan {
namespace {

using scheduler::ContainerScript;
using scheduler::DependencyCondition;

constexpr const char* kOld = "old";
constexpr const char* kNew = "new";
constexpr const char* kOldDeployment = "ecs-svc/1";
constexpr const char* kNewDeployment = "ecs-svc/2";
constexpr std::int64_t kBasisPoints = 100;  ///< of a percent
// Of a health check that says nothing else.
constexpr Milliseconds kDefaultInterval = std::chrono::seconds(30);
constexpr std::int64_t kDefaultRetries = 3;

std::int64_t amount(const ir::Value* value, std::int64_t otherwise) {
  return value == nullptr || value->as_quantity() == nullptr ? otherwise : value->as_quantity()->amount;
}

bool flag(const ir::Value* value, bool otherwise) { return value == nullptr || value->as_bool() == nullptr ? otherwise : *value->as_bool(); }

std::string text(const ir::Value* value) { return value == nullptr || value->as_string() == nullptr ? "" : *value->as_string(); }

std::optional<Milliseconds> duration(const ir::Value* value) {
  return value == nullptr || value->as_quantity() == nullptr ? std::nullopt : std::optional(Milliseconds(value->as_quantity()->amount));
}

DependencyCondition condition_of(const std::string& word) {
  return word == "complete" ? DependencyCondition::Complete : word == "success" ? DependencyCondition::Success : word == "healthy" ? DependencyCondition::Healthy : DependencyCondition::Start;
}

/// The containers of a task's body, and how they behave when nothing is wrong with them.
scheduler::TaskScript script_of(const ir::Value* task) {
  scheduler::TaskScript script;
  const ir::Value* containers = task == nullptr ? nullptr : ir::at(*task, {"container"});
  if (containers == nullptr || containers->as_map() == nullptr || containers->as_map()->empty()) {
    script.containers.push_back({.name = "app"});  // a definition that is not ours
    return script;
  }
  for (const auto& [name, body] : *containers->as_map()) {
    scheduler::Container container{.name = name};
    container.essential = flag(ir::at(body, {"essential"}), true);
    container.start_timeout = duration(ir::at(body, {"start_timeout"}));
    container.stop_timeout = duration(ir::at(body, {"stop_timeout"}));
    if (const ir::Value* health = ir::at(body, {"health"})) {
      container.has_health_check = true;
      script.behaviour[name].healthy_after = duration(ir::at(*health, {"interval"})).value_or(kDefaultInterval);
    }
    const ir::Value* depends = ir::at(body, {"depends_on"});
    if (depends != nullptr && depends->as_map() != nullptr) {
      for (const auto& [other, condition] : *depends->as_map()) {
        const DependencyCondition wanted = condition_of(text(&condition));
        container.depends_on.push_back({.container = other, .condition = wanted});
        if (wanted != DependencyCondition::Complete && wanted != DependencyCondition::Success) continue;
        script.behaviour[other].exits_after = std::chrono::seconds(1);
      }
    }
    script.containers.push_back(std::move(container));
  }
  return script;
}

/// When a health check that always fails says so: after `retries` failures beyond the start period.
Milliseconds unhealthy_after(const ir::Value& health) {
  const Milliseconds interval = duration(ir::at(health, {"interval"})).value_or(kDefaultInterval);
  const Milliseconds start_period = duration(ir::at(health, {"start_period"})).value_or(Milliseconds(0));
  const std::int64_t retries = amount(ir::at(health, {"retries"}), kDefaultRetries);
  return interval * (start_period / interval + retries);
}

/// False when the tasks have no such container, or one without the health check that is to fail.
bool break_container(scheduler::TaskScript& script, const ir::Value* task, const RehearsedFailure& failure) {
  const ir::Value* container = task == nullptr ? nullptr : ir::at(*task, {"container", failure.container});
  if (container == nullptr) return false;
  ContainerScript& behaviour = script.behaviour[failure.container];
  if (failure.exit_code) {
    behaviour.exits_after = std::chrono::seconds(1);
    behaviour.exit_code = *failure.exit_code;
    return true;
  }
  const ir::Value* health = ir::at(*container, {"health"});
  if (health == nullptr) return false;
  behaviour.healthy_after.reset();
  behaviour.unhealthy_after = unhealthy_after(*health);
  return true;
}

bool is_daemon(const ir::Value& service) { return flag(ir::at(service, {"daemon"}), false); }

scheduler::DeploymentConfiguration configuration_of(const ir::Value& service) {
  const bool daemon = is_daemon(service);
  scheduler::DeploymentConfiguration made;
  made.minimum_healthy_percent = amount(ir::at(service, {"deploy", "min_healthy"}), (daemon ? 0 : 100) * kBasisPoints) / kBasisPoints;
  made.maximum_percent = daemon ? 100 : amount(ir::at(service, {"deploy", "max"}), 200 * kBasisPoints) / kBasisPoints;
  const ir::Value* breaker = ir::at(service, {"deploy", "circuit_breaker"});
  if (breaker == nullptr) return made;
  made.circuit_breaker.enable = true;
  made.circuit_breaker.rollback = flag(ir::at(*breaker, {"rollback"}), true);
  made.circuit_breaker.reset_on_healthy_task = flag(ir::at(*breaker, {"reset_on_healthy"}), true);
  made.circuit_breaker.threshold_value = amount(ir::at(*breaker, {"threshold"}), made.circuit_breaker.threshold_value);
  const std::string kind = text(ir::at(*breaker, {"threshold_kind"}));
  if (kind == "count") made.circuit_breaker.threshold_type = scheduler::ThresholdType::Count;
  if (kind == "unbounded_percent") made.circuit_breaker.threshold_type = scheduler::ThresholdType::UnboundedPercent;
  return made;
}

/// What the task takes: its own amount, else that of its containers together.
std::int64_t size_of(const ir::Value* task, std::string_view field, std::string_view instead) {
  if (task == nullptr) return 0;
  if (const ir::Value* own = ir::at(*task, {field})) return amount(own, 0);
  const ir::Value* containers = ir::at(*task, {"container"});
  if (containers == nullptr || containers->as_map() == nullptr) return 0;
  std::int64_t all = 0;
  for (const auto& [name, body] : *containers->as_map()) all += amount(ir::at(body, {field}), amount(ir::at(body, {instead}), 0));
  return all;
}

/// The body of the task that the service runs; null when it is not in the program.
const ir::Value* task_of(const ir::Value& service, const ir::Program& program) {
  const ir::Value* task = ir::at(service, {"task"});
  if (task == nullptr || task->as_reference() == nullptr) return nullptr;
  const auto found = program.resources.find(task->as_reference()->target);
  return found == program.resources.end() ? nullptr : &found->second.body;
}

bool is_changed(const Change& change, std::string_view path) {
  return std::any_of(change.fields.begin(), change.fields.end(), [&](const FieldChange& field) { return field.path == path; });
}

bool is_rolled_out(const ir::Value& service) {
  const std::string strategy = text(ir::at(service, {"deploy", "strategy"}));
  const ir::Value* controller = ir::at(service, {"controller"});
  return (strategy.empty() || strategy == "rolling") && (controller == nullptr || text(controller) == "ecs");
}

bool begins_deployment(const Change& change) {
  return change.deployment || std::any_of(change.fields.begin(), change.fields.end(), [](const FieldChange& field) { return field.update == ir::schema::UpdateClass::new_deployment; });
}

std::int64_t running_tasks(const ir::LiveResource& live, std::int64_t replicas) {
  if (!live.runtime.is_object()) return replicas;
  const auto count = live.runtime.find("runningCount");
  return count == live.runtime.end() || !count->is_number_integer() ? replicas : count->get<std::int64_t>();
}

/// Puts the running tasks where they run, and lets new ones go to the instances alone. What the instances are to the rollout is filled in while it is rehearsed.
void set_on_instances(scheduler::Scenario& scenario, const Change& change, const Surroundings& around, const ir::Value* task, InstanceRoom& room) {
  const scheduler::TaskRequirements needs = task == nullptr ? scheduler::TaskRequirements{} : requirements_of(*task);
  const scheduler::TaskRequirements running = around.running_task == nullptr ? needs : requirements_of(*around.running_task);
  const scheduler::PlacementPolicy policy = policy_of(change.after->body, scenario.view.service.name);
  scenario.view.instances = *around.instances;
  scenario.view.requirements = {{kOld, running}, {kNew, needs}};
  scenario.view.service.placement_constraints = policy.constraints;
  scenario.view.service.placement_strategy = policy.strategies;
  for (std::size_t i = 0; i < scenario.view.tasks.size(); ++i) {
    scenario.view.tasks[i].instance_id = around.homes[i];
    scenario.view.tasks[i].reserved = running.resources;
    scenario.view.tasks[i].daemon = scenario.view.service.scheduling_strategy == scheduler::SchedulingStrategy::Daemon;
  }
  room.instances = static_cast<std::int64_t>(around.instances->size());
  bool refused = false;
  scenario.observe = [&room, policy, needs, refused, instances = around.instances](const scheduler::ServiceView& view, Timestamp) mutable {
    *instances = *view.instances;
    // The scheduler tells in an event that a task found no place.
    const auto says_so = [](const scheduler::ServiceEvent& event) { return event.message.find("unable to place a task") != std::string::npos; };
    if (refused || std::none_of(view.service.events.begin(), view.service.events.end(), says_so)) return;
    refused = true;
    for (const scheduler::InstanceLoad& load : *instances) {
      if (const auto rejection = scheduler::rejection_of(needs, policy, load)) room.refusals.push_back({.instance = load.instance.id, .why = rejection->detail});
    }
  };
}

Rollout rollout_of(const scheduler::Timeline& timeline, bool replaces) {
  const scheduler::Service& service = timeline.service;
  const auto bounds = scheduler::rollout_bounds(service.desired_count, service.deployment_configuration);
  Rollout made{.replicas = service.desired_count, .replaces = replaces, .least_healthy = bounds.lower, .most_tasks = bounds.upper};
  made.lowest_healthy = timeline.lowest_healthy;
  made.peak_tasks = timeline.peak;
  // The counts are of the PRIMARY and of others: after a rollback the old deployment is that.
  const auto is_back = [&](const std::string& deployment_id) { return replaces && deployment_id == kOldDeployment; };
  for (const scheduler::TimelinePoint& point : timeline.points) {
    if (point.started == 0 && point.stopped == 0) continue;
    RolloutStep step{.at = point.at, .started = point.started, .stopped = point.stopped, .old_tasks = point.old_tasks, .new_tasks = point.new_tasks, .healthy = point.healthy};
    if (is_back(point.primary)) std::swap(step.old_tasks, step.new_tasks);
    made.steps.push_back(step);
  }
  const scheduler::Deployment& primary = timeline.service.deployments.front();
  made.end = is_back(primary.id) ? RolloutEnd::rolled_back : primary.rollout_state == scheduler::RolloutState::Failed ? RolloutEnd::failed : timeline.steady ? RolloutEnd::completed : RolloutEnd::never;
  if (timeline.steady) made.takes = timeline.steady_at;
  const scheduler::CircuitBreaker& breaker = service.deployment_configuration.circuit_breaker;
  if (breaker.enable) made.failures = scheduler::breaker_threshold(service.desired_count, breaker);
  made.rolls_back = breaker.enable && breaker.rollback;
  return made;
}

}  // namespace

std::string_view word(RolloutEnd end) {
  switch (end) {
    case RolloutEnd::completed: return "completed";
    case RolloutEnd::rolled_back: return "rolled-back";
    case RolloutEnd::failed: return "failed";
    case RolloutEnd::never: return "never";
  }
  return "";
}

Result<RehearsedFailure> parse_failure(std::string_view text) {
  const Error wrong{"usage", fmt::format("`{}` is no failure to rehearse; write `NAME=exit:CODE` or `NAME=unhealthy`, with the name of a container", text)};
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return wrong;
  RehearsedFailure failure{.container = std::string(text.substr(0, equals)), .exit_code = {}};
  std::string_view how = text.substr(equals + 1);
  if (how == "unhealthy") return failure;
  if (!how.starts_with("exit:")) return wrong;
  how.remove_prefix(5);
  int code = 0;
  const auto [end, error] = std::from_chars(how.data(), how.data() + how.size(), code);
  if (error != std::errc() || end != how.data() + how.size() || code < 0 || code > 255) return wrong;
  failure.exit_code = code;
  return failure;
}

bool is_stuck(const Rollout& rollout) {
  return rollout.replaces && !rollout.daemon && rollout.replicas > 0 && rollout.least_healthy >= rollout.replicas && rollout.most_tasks <= rollout.replicas;
}

std::optional<Rollout> rehearse(const Change& change, const Surroundings& around) {
  const bool creates = change.kind == ChangeKind::create;
  if (change.address.kind != "service" || (change.kind != ChangeKind::update && !creates) || !is_rolled_out(change.after->body)) return std::nullopt;
  const bool daemon = is_daemon(change.after->body);
  if (daemon && around.instances == nullptr) return std::nullopt;
  const bool deploys = creates || begins_deployment(change);
  const std::int64_t before = creates ? 0 : amount(ir::at(change.before->resource.body, {"replicas"}), 1);
  // Where the count is left to others, what runs stays.
  const bool scales = creates || is_changed(change, "replicas");
  const std::int64_t replicas = scales ? amount(ir::at(change.after->body, {"replicas"}), 1) : before;
  if (!deploys && !scales) return std::nullopt;

  const ir::Value* task = task_of(change.after->body, around.program);
  scheduler::Scenario scenario;
  scenario.task_definitions[kOld] = scenario.task_definitions[kNew] = script_of(task);
  const bool fails = deploys && around.failure && break_container(scenario.task_definitions[kNew], task, *around.failure);
  scheduler::Service& service = scenario.view.service;
  service.name = change.address.name;
  service.desired_count = before;
  service.deployment_configuration = configuration_of(change.after->body);
  if (daemon) service.scheduling_strategy = scheduler::SchedulingStrategy::Daemon;
  std::int64_t running = 0;
  if (!creates) {
    scheduler::begin_deployment(service, {.id = kOldDeployment, .task_definition_arn = kOld}, scenario.start - std::chrono::hours(1));
    service.deployments.front().rollout_state = scheduler::RolloutState::Completed;
    service.last_completed = service.deployments.front();
    service.steady = true;
    running = around.instances != nullptr ? static_cast<std::int64_t>(around.homes.size()) : running_tasks(*change.before, before);
    add_running_tasks(scenario, kOldDeployment, running);
  }
  InstanceRoom room;
  if (around.instances != nullptr) set_on_instances(scenario, change, around, task, room);
  scenario.changes.push_back({Milliseconds(0), [=](scheduler::ServiceView& view, Timestamp now) {
                                if (scales) scheduler::set_desired_count(view.service, replicas, now);
                                if (deploys) scheduler::begin_deployment(view.service, {.id = kNewDeployment, .task_definition_arn = kNew}, now);
                              }});
  const scheduler::Timeline timeline = simulate(std::move(scenario));
  Rollout made = rollout_of(timeline, deploys && !creates);
  made.daemon = daemon;
  if (around.instances != nullptr) made.room = std::move(room);
  // A rollout that cannot do its first step is told of as well.
  if (made.steps.empty() && made.end != RolloutEnd::never) return std::nullopt;
  made.running = running;
  made.fails = fails;
  made.peak_cpu = made.peak_tasks * size_of(task, "cpu", "");
  made.peak_memory = made.peak_tasks * size_of(task, "memory", "memory_reservation");
  return made;
}

}  // namespace berth::plan
