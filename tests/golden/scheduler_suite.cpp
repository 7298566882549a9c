// libs: berth_scheduler

// A case is either one decision (view.json -> decision.txt) or a run on a virtual clock (scenario -> timeline.txt). Both also
// assert that a decision, once carried out, leaves nothing to decide.
//
// Scenario lines:
//   service desired 4 min 100 max 200 [breaker] [rollback] [grace 30s] [daemon] [threshold count|percent|unbounded N] [no-reset]
//   task v1 [pull 1s] [start 2s] [stop 1s] [healthy 5s] [unhealthy 5s] [pull-error NAME] [start-error NAME]
//           [exits CODE after 2s] [cpu N] [memory N] [port N]
//   instance i1 cpu 2048 memory 4096 [zone a]    strategy spread FIELD | binpack memory | random    constraint EXPRESSION | distinct
//   healthy-after 40s          limit 10min          events
//   running v1 4                              (a completed deployment with its tasks)
//   at 10s update v2 | scale 6 | delete | kill 1 | sicken 1 | drain i1 | activate i1 | protect 2 | stop-deployment

#include <algorithm>
#include <sstream>

#include "base/check.h"
#include "scheduler/deployment.h"
#include "scheduler/model/json.h"
#include "scheduler/simulate.h"
#include "tests/support/golden.h"

using namespace berth;
using namespace berth::scheduler;

namespace {

using Words = std::vector<std::string>;

Words split(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Milliseconds duration(const std::string& word) {
  std::size_t end = 0;
  const int number = std::stoi(word, &end);
  const std::string unit = word.substr(end);
  if (unit == "ms") return Milliseconds(number);
  if (unit == "s") return std::chrono::seconds(number);
  if (unit == "min") return std::chrono::minutes(number);
  BERTH_CHECK(unit == "h", "a duration ends in ms, s, min or h: " + word);
  return std::chrono::hours(number);
}

/// The words after a key, one at a time; a word that nobody asks for fails the case.
class Options {
 public:
  Options(Words words, std::size_t from) : words_(words.begin() + static_cast<std::ptrdiff_t>(from), words.end()) {}
  ~Options() { BERTH_CHECK(words_.empty(), "unknown word in a scenario: " + (words_.empty() ? "" : words_.front())); }
  bool flag(const std::string& key) { return take(key, 0).has_value(); }
  std::string text(const std::string& key, const std::string& otherwise = "") { return take(key, 1).value_or(otherwise); }
  std::int64_t number(const std::string& key, std::int64_t otherwise) {
    const auto found = take(key, 1);
    return found ? std::stoll(*found) : otherwise;
  }
  std::optional<Milliseconds> time(const std::string& key) {
    const auto found = take(key, 1);
    return found ? std::optional(duration(*found)) : std::nullopt;
  }

 private:
  std::optional<std::string> take(const std::string& key, std::ptrdiff_t values) {
    const auto found = std::find(words_.begin(), words_.end(), key);
    if (found == words_.end()) return std::nullopt;
    BERTH_CHECK(words_.end() - found > values, "a value is missing after " + key);
    const std::string value = values == 1 ? *(found + 1) : "";
    words_.erase(found, found + 1 + values);
    return value;
  }
  Words words_;
};

/// Builds a Scenario from its lines.
class ScenarioReader {
 public:
  Scenario scenario;
  bool with_events = false;

  explicit ScenarioReader(const std::string& text) {
    scenario.view.service.name = "web";
    scenario.limit = std::chrono::minutes(10);
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      const Words words = split(line);
      if (!words.empty()) read(words);
    }
  }

 private:
  void read(const Words& words) {
    if (words[0] == "service") return read_service(Options(words, 1));
    if (words[0] == "task") return read_task(words[1], Options(words, 2));
    if (words[0] == "instance") return read_instance(words[1], Options(words, 2));
    if (words[0] == "running") return add_running(words[1], std::stoll(words[2]));
    if (words[0] == "strategy") return add_strategy(words);
    if (words[0] == "constraint") return add_constraint(words);
    if (words[0] == "healthy-after")
      scenario.scheduler.healthy_after = duration(words[1]);
    else if (words[0] == "limit")
      scenario.limit = duration(words[1]);
    else if (words[0] == "events")
      with_events = true;
    else if (words[0] == "at")
      scenario.changes.push_back({duration(words[1]), change(words)});
    else
      BERTH_CHECK(false, "unknown scenario line: " + words[0]);
  }

  void read_service(Options options) {
    Service& service = scenario.view.service;
    service.desired_count = options.number("desired", 1);
    service.deployment_configuration.minimum_healthy_percent = options.number("min", 100);
    service.deployment_configuration.maximum_percent = options.number("max", 200);
    service.deployment_configuration.circuit_breaker.enable = options.flag("breaker");
    service.deployment_configuration.circuit_breaker.rollback = options.flag("rollback");
    CircuitBreaker& breaker = service.deployment_configuration.circuit_breaker;
    breaker.reset_on_healthy_task = !options.flag("no-reset");
    for (const auto& [word, type] : {std::pair("count", ThresholdType::Count), std::pair("percent", ThresholdType::BoundedPercent),
                                     std::pair("unbounded", ThresholdType::UnboundedPercent)}) {
      const std::int64_t value = options.number(word, 0);
      if (value == 0) continue;
      breaker.threshold_type = type;
      breaker.threshold_value = value;
    }
    if (options.flag("daemon")) service.scheduling_strategy = SchedulingStrategy::Daemon;
    if (const auto grace = options.time("grace")) {
      service.health_check_grace_period_seconds = std::chrono::duration_cast<std::chrono::seconds>(*grace).count();
    }
  }

  void read_task(const std::string& name, Options options) {
    ContainerScript script;
    script.pull = options.time("pull").value_or(script.pull);
    script.start = options.time("start").value_or(script.start);
    script.stop = options.time("stop").value_or(script.stop);
    script.healthy_after = options.time("healthy");
    script.unhealthy_after = options.time("unhealthy");
    script.pull_error = options.text("pull-error");
    script.start_error = options.text("start-error");
    const bool exits = options.text("exits").empty() == false;
    script.exits_after = options.time("after");
    if (exits) script.exit_code = 1;
    TaskRequirements requirements{.resources = {.cpu = options.number("cpu", 0), .memory = options.number("memory", 0)}};
    const std::int64_t port = options.number("port", 0);
    if (port != 0) requirements.resources.ports = {{.port = static_cast<std::uint16_t>(port)}};
    const bool check = script.healthy_after || script.unhealthy_after;
    scenario.task_definitions[name] = {.containers = {{.name = "app", .has_health_check = check}},
                                       .behaviour = {{"app", script}}};
    scenario.view.requirements[name] = requirements;
  }

  void read_instance(const std::string& id, Options options) {
    if (!scenario.view.instances) scenario.view.instances.emplace();
    InstanceLoad load{.instance = {.id = id}};
    load.instance.registered = {.cpu = options.number("cpu", 4096), .memory = options.number("memory", 8192)};
    if (const std::string zone = options.text("zone"); !zone.empty()) load.instance.attributes = {{"ecs.availability-zone", zone}};
    scenario.view.instances->push_back(load);
  }

  void add_strategy(const Words& words) {
    scenario.view.service.placement_strategy.push_back({*from_name<StrategyType>(words[1]), words.size() > 2 ? words[2] : ""});
  }

  void add_constraint(const Words& words) {
    if (words[1] == "distinct") return scenario.view.service.placement_constraints.push_back({});
    std::string expression;
    for (std::size_t i = 1; i < words.size(); ++i) expression += (i > 1 ? " " : "") + words[i];
    scenario.view.service.placement_constraints.push_back({ConstraintType::MemberOf, expression});
  }

  void add_running(const std::string& definition, std::int64_t count) {
    Service& service = scenario.view.service;
    begin_deployment(service, {.id = "ecs-svc/1", .task_definition_arn = definition}, scenario.start - std::chrono::hours(1));
    service.deployments[0].rollout_state = RolloutState::Completed;
    service.last_completed = service.deployments[0];
    service.steady = true;
    add_running_tasks(scenario, "ecs-svc/1", count);
    if (!scenario.view.instances) return;
    const bool daemon = service.scheduling_strategy == SchedulingStrategy::Daemon;
    std::size_t next = 0;
    for (Task& task : scenario.view.tasks) {
      // Daemons one on each, others all on the first.
      InstanceLoad& load = (*scenario.view.instances)[daemon ? next++ : 0];
      task.instance_id = load.instance.id;
      task.daemon = daemon;
      task.reserved = scenario.view.requirements[definition].resources;
      add_task(load, task);
    }
  }

  /// `act` on the container of the newest `count` wanted tasks that run.
  static std::function<void(ServiceView&, Timestamp)> hit(std::int64_t count, ContainerReport report) {
    return [count, report](ServiceView& view, Timestamp now) {
      std::int64_t left = count;
      for (auto task = view.tasks.rbegin(); task != view.tasks.rend() && left > 0; ++task) {
        if (task->last_status != TaskStatus::Running || task->desired_status != DesiredStatus::Running) continue;
        apply(*task, {.container = "app", .report = report}, now);
        --left;
      }
    };
  }

  static std::function<void(ServiceView&, Timestamp)> set_instance(const std::string& id, InstanceStatus status) {
    return [id, status](ServiceView& view, Timestamp) {
      for (InstanceLoad& load : *view.instances) {
        if (load.instance.id == id) load.instance.status = status;
      }
    };
  }

  /// The newest `count` wanted tasks, for a minute.
  static std::function<void(ServiceView&, Timestamp)> protect(std::int64_t count) {
    return [count](ServiceView& view, Timestamp now) {
      std::int64_t left = count;
      for (auto task = view.tasks.rbegin(); task != view.tasks.rend() && left > 0; ++task, --left) {
        task->protected_until = now + std::chrono::minutes(1);
      }
    };
  }

  std::function<void(ServiceView&, Timestamp)> change(const Words& words) {
    const std::string& what = words[2];
    if (what == "delete") return [](ServiceView& view, Timestamp now) { begin_delete(view.service, now); };
    if (what == "stop-deployment") {
      return [](ServiceView& view, Timestamp now) { BERTH_CHECK(stop_deployment(view.service, now), "a deployment is in progress"); };
    }
    BERTH_CHECK(words.size() == 4, "a change has a value");
    const std::string value = words[3];
    if (what == "drain") return set_instance(value, InstanceStatus::Draining);
    if (what == "activate") return set_instance(value, InstanceStatus::Active);
    if (what == "update") {
      const std::string id = fmt::format("ecs-svc/{}", 2 + updates_++);
      return [value, id](ServiceView& view, Timestamp now) {
        begin_deployment(view.service, {.id = id, .task_definition_arn = value}, now);
      };
    }
    const std::int64_t number = std::stoll(value);
    if (what == "scale") return [number](ServiceView& view, Timestamp now) { set_desired_count(view.service, number, now); };
    if (what == "protect") return protect(number);
    if (what == "kill") return hit(number, Exited{.exit_code = 137});
    BERTH_CHECK(what == "sicken", "unknown change: " + what);
    return hit(number, HealthChanged{HealthStatus::Unhealthy});
  }

  int updates_ = 0;
};

std::string show_deployments(const Service& service) {
  std::string text;
  for (const Deployment& deployment : service.deployments) {
    text += fmt::format("deployment {} {} {} {} desired {} failed {}{}{}\n", deployment.id, deployment.task_definition_arn,
                        name_of(deployment.status), name_of(deployment.rollout_state), deployment.desired_count,
                        deployment.failed_tasks, deployment.rollout_state_reason.empty() ? "" : ": ",
                        deployment.rollout_state_reason);
  }
  return text;
}

std::string show(const ServiceDecision& decision, const Service& before, Timestamp now) {
  std::string text;
  for (const TaskStart& start : decision.start) {
    text += fmt::format("start {} of {}{}\n", start.task_definition_arn, start.deployment_id,
                        start.instance_id.empty() ? "" : " on " + start.instance_id);
  }
  for (const TaskStop& stop : decision.stop) text += fmt::format("stop {}: {}\n", stop.task_id, stop.reason);
  for (const TaskAccount& account : decision.account) {
    text += fmt::format("account {}:{}{}{}\n", account.task_id, account.accounted.running ? " running" : "",
                        account.accounted.healthy ? " healthy" : "", account.accounted.stopped ? " stopped" : "");
  }
  if (decision.service) {
    if (decision.service->status != before.status) text += fmt::format("service {}\n", name_of(decision.service->status));
    text += show_deployments(*decision.service);
  }
  for (const std::string& event : decision.events) text += "event " + event + "\n";
  if (decision.requeue_at) text += fmt::format("look again in {}\n", format_duration(*decision.requeue_at - now));
  return text.empty() ? "nothing\n" : text;
}

ServiceView read_view(const Json& json) {
  ServiceView view;
  view.service = service_from_json(json.at("service")).value();
  for (const Json& task : json.value("tasks", Json::array())) view.tasks.push_back(task_from_json(task).value());
  const Json requirements = json.value("requirements", Json::object());
  for (const auto& [definition, task] : requirements.items()) {
    view.requirements[definition].resources = {.cpu = task.value("cpu", 0), .memory = task.value("memory", 0)};
    if (task.contains("memberOf")) view.requirements[definition].constraints = {{ConstraintType::MemberOf, task["memberOf"]}};
  }
  if (json.contains("instances")) {
    view.instances.emplace();
    for (const Json& instance : json["instances"]) {
      view.instances->push_back(load_of(instance_from_json(instance).value(), view.tasks));
    }
  }
  return view;
}

std::string run_decision(const std::string& text) {
  const Json json = parse_json(text).value();
  ServiceView view = read_view(json);
  const Timestamp now{Milliseconds(json.value("now", std::int64_t{0}))};
  const ServiceDecision decision = reconcile(view, now);
  std::string shown = show(decision, view.service, now);
  RandomSource random(1);
  commit(view, decision, now, random);
  const ServiceDecision again = reconcile(view, now);
  if (!again.empty()) shown += "NOT IDEMPOTENT, the second decision is:\n" + show(again, view.service, now);
  return shown;
}

std::string run_scenario(const std::string& text) {
  ScenarioReader reader(text);
  std::string broken;
  const SchedulerOptions options = reader.scenario.scheduler;
  reader.scenario.observe = [&](const ServiceView& view, Timestamp now) {
    const ServiceDecision again = reconcile(view, now, options);
    if (!again.empty() && broken.empty()) broken = "NOT IDEMPOTENT, the second decision is:\n" + show(again, view.service, now);
  };
  const Timeline timeline = simulate(std::move(reader.scenario));
  std::string shown = format_timeline(timeline, reader.with_events);
  shown += fmt::format("lowest healthy {}, peak {}, {}\n", timeline.lowest_healthy, timeline.peak,
                       timeline.steady ? "steady at +" + format_duration(timeline.steady_at) : "not steady");
  shown += fmt::format("service {}\n", name_of(timeline.service.status)) + show_deployments(timeline.service);
  return shown + broken;
}

std::map<std::string, std::string> run_case(const test::CaseFile& file) {
  std::map<std::string, std::string> result;
  if (file.find("view.json") != nullptr) result["decision.txt"] = run_decision(file.text("view.json"));
  if (file.find("scenario") != nullptr) result["timeline.txt"] = run_scenario(file.text("scenario"));
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  return test::golden_main(argc, argv,
                           {.inputs = {"view.json", "scenario"}, .expected = {"decision.txt", "timeline.txt"}, .run = run_case});
}
