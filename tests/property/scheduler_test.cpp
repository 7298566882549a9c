// libs: berth_scheduler

#include <catch2/catch.hpp>

#include "scheduler/deployment.h"
#include "scheduler/reconcile/draft.h"
#include "scheduler/reconcile_service.h"
#include "scheduler/transitions.h"

// A service under random faults: tasks that fail to start, exit, turn sick, updates and scalings at any moment, and the bounds
// that the scheduler keeps all the time. Then the faults stop, and it must settle.

using namespace berth;
using namespace berth::scheduler;

namespace {

template <class T>
T pick(RandomSource& random, const std::vector<T>& from) {
  return from[random.below(from.size())];
}

bool chance(RandomSource& random, std::uint64_t percent) { return random.below(100) < percent; }

std::string describe(const ServiceView& view) {
  const Service& service = view.service;
  std::string text =
      fmt::format("desired {} min {} max {}", service.desired_count, service.deployment_configuration.minimum_healthy_percent,
                  service.deployment_configuration.maximum_percent);
  for (const Deployment& d : service.deployments) {
    text += fmt::format("\n{} {} {} desired {} failed {}", d.id, name_of(d.status), name_of(d.rollout_state), d.desired_count,
                        d.failed_tasks);
  }
  for (const Task& task : view.tasks) {
    text += fmt::format("\n{} {} {} {} {}", task.id.substr(0, 4), task.deployment_id, name_of(task.last_status),
                        name_of(task.desired_status), name_of(task.health));
  }
  return text;
}

std::string show(const ServiceDecision& decision) {
  std::string text;
  for (const TaskStart& start : decision.start) text += " start " + start.deployment_id;
  for (const TaskStop& stop : decision.stop) text += " stop " + stop.task_id.substr(0, 4);
  for (const TaskAccount& account : decision.account) text += " account " + account.task_id.substr(0, 4);
  for (const std::string& event : decision.events) text += "\n  " + event;
  return text + (decision.service ? "\n  and a changed service" : "");
}

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    Service& service = view_.service;
    service.name = "web";
    service.desired_count = static_cast<std::int64_t>(random_.below(9));
    service.deployment_configuration.minimum_healthy_percent = pick<std::int64_t>(random_, {0, 25, 50, 75, 100});
    service.deployment_configuration.maximum_percent = pick<std::int64_t>(random_, {100, 125, 150, 200, 300});
    service.deployment_configuration.circuit_breaker = {.enable = chance(random_, 50), .rollback = chance(random_, 70)};
    if (chance(random_, 30)) service.health_check_grace_period_seconds = 30;
    with_check_ = chance(random_, 50);
    if (chance(random_, 40)) add_instances();
    update();
  }

  void chaos(int steps) {
    for (int i = 0; i < steps; ++i) {
      const std::uint64_t what = random_.below(100);
      if (what < 3) {
        update();
      } else if (what < 6) {
        set_desired_count(view_.service, static_cast<std::int64_t>(random_.below(9)), now_);
      } else if (what < 30) {
        now_ += std::chrono::seconds(1 + random_.below(60));
      } else {
        disturb();
      }
      reconcile_and_check();
    }
  }

  /// No faults any more, and room enough: every task does what it should, until the service has settled.
  void calm(int rounds) {
    view_.instances.reset();
    int steady_rounds = 0;
    for (int i = 0; i < rounds && steady_rounds < 5; ++i) {
      now_ += std::chrono::seconds(30);
      for (Task& task : view_.tasks) work(task, 0);
      reconcile_and_check();
      steady_rounds = steady() ? steady_rounds + 1 : 0;
    }
  }

  [[nodiscard]] const ServiceView& view() const { return view_; }
  [[nodiscard]] bool steady() const { return view_.service.steady; }

  /// States in which ECS stays, too: a failed deployment without target, and bounds without room.
  [[nodiscard]] bool may_stall() const {
    const DeploymentConfiguration& configuration = view_.service.deployment_configuration;
    const bool stuck =
        view_.service.deployments.size() > 1 &&
        can_never_progress(view_.service.desired_count, configuration.minimum_healthy_percent, configuration.maximum_percent);
    return stuck || primary_of(view_.service)->rollout_state == RolloutState::Failed;
  }

 private:
  void add_instances() {
    view_.instances.emplace();
    for (std::uint64_t i = 0; i <= random_.below(3); ++i) {
      view_.instances->push_back({.instance = {.id = fmt::format("i{}", i), .registered = {.cpu = 500, .memory = 1000}}});
    }
  }

  void update() {
    const std::string definition = fmt::format("v{}", ++revisions_);
    view_.requirements[definition] = {.resources = {.cpu = 100, .memory = 100}};
    begin_deployment(view_.service, {.id = fmt::format("ecs-svc/{}", revisions_), .task_definition_arn = definition}, now_);
  }

  void disturb() {
    if (view_.tasks.empty()) return;
    work(view_.tasks[random_.below(view_.tasks.size())], 25);
  }

  /// One step of a task's life; with a probability it goes wrong.
  void work(Task& task, std::uint64_t fault_percent) {
    settle(task, now_);
    const TaskStep step = next_actions(task, now_);
    if (!step.actions.empty()) {
      begin(task, step.actions[0], now_);
      return report(task, outcome(step.actions[0], chance(random_, fault_percent)));
    }
    if (task.last_status != TaskStatus::Running || task.desired_status != DesiredStatus::Running) return;
    if (chance(random_, fault_percent)) return report(task, Exited{.exit_code = 1});
    const bool sick = chance(random_, fault_percent);
    report(task, HealthChanged{sick ? HealthStatus::Unhealthy : HealthStatus::Healthy});
  }

  ContainerReport outcome(const ContainerAction& action, bool fault) {
    if (action.kind == ContainerActionKind::Stop) return Exited{.exit_code = 143};
    if (fault) return ActionFailed{.action = action.kind, .error_name = "CannotStartContainerError"};
    if (action.kind == ContainerActionKind::Pull) return Pulled{};
    if (action.kind == ContainerActionKind::Create) return Created{.runtime_id = "c"};
    return Started{};
  }

  void report(Task& task, ContainerReport what) { apply(task, {.container = "app", .report = std::move(what)}, now_); }

  [[nodiscard]] std::int64_t wanted() const { return Draft(view_, now_, options_).total(); }
  [[nodiscard]] std::int64_t healthy() const { return Draft(view_, now_, options_).count(Fitness::Healthy); }

  void reconcile_and_check() {
    const ServiceDecision decision = reconcile(view_, now_, options_);
    const std::int64_t healthy_before = healthy();
    check_stops(decision);
    const Commit done = commit(view_, decision, now_, random_);
    const RolloutBounds bounds = rollout_bounds(view_.service.desired_count, view_.service.deployment_configuration);
    expect(decision.start.empty() || wanted() <= std::max(bounds.upper, view_.service.desired_count), "above the upper bound",
           decision);
    expect(healthy() >= std::min(healthy_before, bounds.lower), "below the lower bound", decision);
    const ServiceDecision again = reconcile(view_, now_, options_);
    expect(again.empty(), again.empty() ? "" : "not idempotent, the second decision is" + show(again), decision);
    check_service(decision);
    for (const Task& started : done.started) give_container(started.id);
    const auto forgotten = [](const Task& task) { return task.accounted.stopped; };
    view_.tasks.erase(std::remove_if(view_.tasks.begin(), view_.tasks.end(), forgotten), view_.tasks.end());
  }

  /// Says what happened only when something is wrong: the property is checked hundreds of thousands of times.
  void expect(bool holds, const std::string& what, const ServiceDecision& decision) {
    if (!holds) FAIL_CHECK(what << "\ndecision:" << show(decision) << "\nafter it: " << describe(view_));
  }

  void give_container(const std::string& id) {
    std::int64_t found = 0;
    for (Task& task : view_.tasks) {
      if (task.id != id) continue;
      task.containers = {{.name = "app", .has_health_check = with_check_}};
      ++found;
    }
    expect(found == 1, "a task was doubled or lost", {});
  }

  void check_stops(const ServiceDecision& decision) {
    std::set<std::string> ids;
    for (const TaskStop& stop : decision.stop) {
      expect(ids.insert(stop.task_id).second, "a task is stopped twice", decision);
      const auto task = std::find_if(view_.tasks.begin(), view_.tasks.end(), [&](const Task& t) { return t.id == stop.task_id; });
      expect(task != view_.tasks.end() && task->desired_status == DesiredStatus::Running, "a task is stopped that was not wanted",
             decision);
    }
  }

  void check_service(const ServiceDecision& decision) {
    const std::vector<Deployment>& deployments = view_.service.deployments;
    const auto primaries = std::count_if(deployments.begin(), deployments.end(),
                                         [](const Deployment& d) { return d.status == DeploymentStatus::Primary; });
    expect(primaries == 1 && deployments.front().status == DeploymentStatus::Primary, "not one PRIMARY in front", decision);
    expect(deployments.front().task_definition_arn == view_.service.task_definition_arn, "the PRIMARY is not the service's",
           decision);
    expect(view_.service.events.size() <= kMaxServiceEvents, "too many events", decision);
    if (view_.instances) {
      for (const InstanceLoad& load : *view_.instances) {
        expect(load.reserved.cpu >= 0 && load.reserved.cpu <= load.instance.registered.cpu, "an instance is overbooked",
               decision);
      }
    }
    for (const Task& task : view_.tasks) {
      if (task.desired_status != DesiredStatus::Running || task.last_status == TaskStatus::Stopped) continue;
      const bool known =
          std::any_of(deployments.begin(), deployments.end(), [&](const Deployment& d) { return d.id == task.deployment_id; });
      expect(known, "a wanted task belongs to no deployment", decision);
    }
  }

  RandomSource random_;
  ServiceView view_;
  SchedulerOptions options_;
  Timestamp now_{std::chrono::seconds(1'000'000)};
  bool with_check_ = false;
  int revisions_ = 0;
};

}  // namespace

TEST_CASE("the scheduler keeps its bounds under faults, and settles when they stop") {
  int settled = 0;
  int failures = 0;
  for (std::uint64_t seed = 1; seed <= 300 && failures < 3; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    world.chaos(150);
    world.calm(250);
    if (world.steady()) ++settled;
    if (world.steady() || world.may_stall()) continue;
    ++failures;
    FAIL_CHECK("the faults stopped, but it does not settle: " << describe(world.view()));
  }
  // Most worlds can settle; were it otherwise, the property would say little.
  CHECK(settled > 200);
}

TEST_CASE("rollout bounds are the rounded percentages for every count") {
  for (std::int64_t desired = 0; desired <= 60; ++desired) {
    for (std::int64_t percent = 0; percent <= 200; percent += 5) {
      const RolloutBounds bounds =
          rollout_bounds(desired, {.minimum_healthy_percent = percent, .maximum_percent = percent, .circuit_breaker = {}});
      CHECK(bounds.lower * 100 >= desired * percent);
      CHECK((bounds.lower - 1) * 100 < desired * percent);
      CHECK(bounds.upper * 100 <= desired * percent);
      CHECK((bounds.upper + 1) * 100 > desired * percent);
    }
  }
}
