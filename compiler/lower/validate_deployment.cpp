// How services replace their tasks, and where tasks are placed.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/cluster_query.h"
#include "compiler/lower/look.h"
#include "compiler/lower/validate.h"

namespace berth::lower {
namespace {

constexpr std::int64_t kFull = 10'000;  // basis points
constexpr std::size_t kMostConstraints = 10;
constexpr std::int64_t kTasksOfService = 5'000;
constexpr std::int64_t kTasksInCloudMap = 1'000;
constexpr std::string_view kZone = "attribute:ecs.availability-zone";

class DeploymentRules {
 public:
  DeploymentRules(const ir::Resource& service, std::optional<Span> fargate, sema::Reporter& reporter)
      : service_(service), fargate_(fargate), reporter_(reporter), daemon_(is_on(service.body, {"daemon"})), strategy_(text_of(service.body, {"deploy", "strategy"})), controller_(text_of(service.body, {"controller"})) {}

  void check() {
    if (daemon_) daemon();
    if (controller_ != nullptr) controller();
    circuit_breaker();
    hooks();
    if (is_rolling()) only_where_traffic_shifts();
  }

 private:
  [[nodiscard]] Span place(const ir::Value* value) const { return place_of(value, service_.origin); }
  [[nodiscard]] const ir::Value* deploy(std::string_view setting) const { return ir::at(service_.body, {"deploy", setting}); }
  [[nodiscard]] bool is_rolling() const { return strategy_ == nullptr || *strategy_ == "rolling"; }

  void refuse(Span at, std::string message, std::string label, Span other, std::string why, std::string help) {
    Diagnostic& diagnostic = reporter_.report_each("E0343", at, std::move(message), std::move(label));
    if (other.valid() && other != at && other != service_.origin) diagnostic.label(other, std::move(why));
    diagnostic.help(std::move(help));
  }

  /// Of a daemon, an instance stops its task before it starts the next one.
  void daemon() {
    const Span at_daemon = place(ir::at(service_.body, {"daemon"}));
    const ir::Value* most = deploy("max");
    if (const auto percent = number_of(service_.body, {"deploy", "max"}); percent && *percent != kFull) {
      refuse(place(most), fmt::format("a daemon cannot have `max = {}`", ir::spell(*most)), "more than one task on an instance", at_daemon, "a daemon", "remove `max`: of a daemon it is 100%");
    }
    const ir::Value* least = deploy("min_healthy");
    if (const auto percent = number_of(service_.body, {"deploy", "min_healthy"}); percent && *percent >= kFull) {
      reporter_.report_each("E0309", place(least), "a daemon with `min_healthy = 100%` can never deploy", "no old task may stop")
          .label(at_daemon, "one task on each instance, never two")
          .note("of N instances all N tasks must stay (N × 100% = N), and no more than N may run")
          .help("remove it, or `min_healthy = 50%`: half of the instances at a time");
    }
    if (fargate_) refuse(at_daemon, "a daemon runs on each instance, and Fargate has none", "not there", *fargate_, "this puts the tasks on Fargate", "`replicas = 1`, or instances");
    if (!is_rolling()) refuse(place(deploy("strategy")), fmt::format("a daemon cannot be deployed as `{}`", *strategy_), "only `rolling`", at_daemon, "a daemon", "`deploy rolling { }`");
    if (const ir::Value* scale = ir::at(service_.body, {"scale"})) refuse(place(scale), "a daemon does not scale", "one task runs on each instance", at_daemon, "a daemon", "remove `scale`");
  }

  /// Somebody else replaces the tasks: what ECS does by itself it does not do then.
  void controller() {
    const Span at = place(ir::at(service_.body, {"controller"}));
    if (*controller_ == "ecs") return;
    const auto none = [&](const ir::Value* value, std::string_view what) {
      if (value == nullptr || value->origin().is_default) return;
      refuse(place(value), fmt::format("{} needs deployments by ECS itself, not by `{}`", what, *controller_), "ECS does not deploy", at, "who deploys", "remove it, or `controller`");
    };
    none(deploy("circuit_breaker"), "`circuit_breaker`");
    none(deploy("alarms"), "`alarms`");
    none(deploy("hooks"), "`hooks`");
    if (!is_rolling()) none(deploy("strategy"), fmt::format("`deploy {}`", *strategy_));
    if (daemon_) none(ir::at(service_.body, {"daemon"}), "a daemon");
    none(ir::at(service_.body, {"connect"}), "Service Connect");
    const ir::Map& volumes = entries_of(service_.body, {"volume"});
    if (!volumes.empty()) none(&volumes.begin()->second, "a volume for each task");
    if (*controller_ == "external") task_sets(at);
    const std::size_t groups = entries_of(service_.body, {"expose"}).size();
    for (const auto& [name, entry] : entries_of(service_.body, {"expose"})) {
      const ir::Value* classic = ir::at(entry, {"load_balancer"});
      if (*controller_ == "code_deploy" && classic != nullptr) refuse(place_of(classic, place(&entry)), "CodeDeploy does not shift the traffic of a Classic Load Balancer", "not shifted", at, "who deploys", "use a target group");
    }
    if (*controller_ == "code_deploy" && groups != 1) {
      refuse(at, fmt::format("deployments by `code_deploy` need one `expose`, not {}", groups), "CodeDeploy shifts its traffic", {}, "", "`expose PORT { target_group = … }`, once");
    }
  }

  /// Whoever deploys makes task sets, and says for each of them what runs where.
  void task_sets(Span at) {
    constexpr std::array<std::string_view, 7> kOfTaskSets = {"task", "launch", "capacity", "platform", "network", "registries", "expose"};
    for (const std::string_view setting : kOfTaskSets) {
      const ir::Value* value = ir::at(service_.body, {setting});
      if (value == nullptr || (value->origin().is_default && setting != "task")) continue;
      const ir::Map* entries = setting == "expose" ? value->as_map() : nullptr;
      const Span place = place_of(entries != nullptr && !entries->empty() ? &entries->begin()->second : value, service_.origin);
      refuse(place, fmt::format("`{}` is no setting of a service that somebody else deploys", setting), "said for each task set", at, "who deploys", "remove it, or `controller`");
    }
  }

  /// Stages that a rolling deployment does not have.
  void only_where_traffic_shifts() {
    const ir::Value* hooks = deploy("hooks");
    if (items_of(service_.body, {"deploy", "hooks"}).empty() || hooks->origin().is_default) return;
    reporter_.report_each("W0510", place(hooks), "`hooks` have no effect in a rolling deployment", "it has no such stages").help("remove them, or `deploy blue_green { }`");
  }

  void circuit_breaker() {
    const ir::Value* breaker = deploy("circuit_breaker");
    if (breaker == nullptr) return;
    const ir::Value* threshold = ir::at(*breaker, {"threshold"});
    const ir::Value* kind = ir::at(*breaker, {"threshold_kind"});
    if (!is_rolling() && !daemon_) {
      reporter_.report_each("W0510", place(breaker), fmt::format("`circuit_breaker` may have no effect in a deployment that is `{}`", *strategy_), "ECS describes it for rolling ones")
          .help("an alarm ends any deployment: `alarms { names = [\"…\"] }`");
    }
    const auto limit = number_of(*breaker, {"threshold"});
    if (!limit || *limit <= 100 || (kind != nullptr && has_text(*breaker, {"threshold_kind"}, "count"))) return;
    refuse(place(threshold), fmt::format("a threshold of {}% of the tasks is never reached", *limit), "more than all", place(kind), "percent", "at most `100`, or `threshold_kind = \"count\"`");
  }

  void hooks() {
    for (const ir::Value& hook : items_of(service_.body, {"deploy", "hooks"})) {
      const Span at = place_of(&hook, place(deploy("hooks")));
      const bool pauses = has_text(hook, {"kind"}, "pause");
      const ir::Value* function = ir::at(hook, {"function"});
      if (!pauses && function == nullptr) refuse(at, "a hook calls a function, and this one names none", "`function` is missing", {}, "", "`function = NAME`, or `kind = \"pause\"`");
      if (pauses && function != nullptr) refuse(place_of(function, at), "a hook that pauses calls no function", "not called", {}, "", "remove it, or `kind = \"pause\"`");
      if (items_of(hook, {"stages"}).empty()) refuse(at, "a hook without stages is never called", "`stages` is empty", {}, "", "as in `stages = [\"pre_scale_up\"]`");
      if (ir::at(hook, {"on_timeout"}) != nullptr && ir::at(hook, {"timeout"}) == nullptr) refuse(place_of(ir::at(hook, {"on_timeout"}), at), "`on_timeout` needs a `timeout`", "after which time", {}, "", "add `timeout = 1h`");
    }
  }

  const ir::Resource& service_;
  std::optional<Span> fargate_;
  sema::Reporter& reporter_;
  bool daemon_;
  const std::string* strategy_;
  const std::string* controller_;
};

bool is_zone_spread(const ir::Value& strategy) {
  return has_text(strategy, {"kind"}, "spread") && (has_text(strategy, {"field"}, "az") || has_text(strategy, {"field"}, kZone));
}

class PlacementRules {
 public:
  PlacementRules(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter)
      : service_(service), task_(referred(program, service.body, "task")), fargate_(puts_on_fargate(program, service)), reporter_(reporter) {}

  void check() {
    const ir::List& strategies = items_of(service_.body, {"placement", "strategy"});
    const ir::List& constraints = items_of(service_.body, {"placement", "constraint"});
    const Span at_strategy = place(ir::at(service_.body, {"placement", "strategy"}));
    const Span at_constraint = place(ir::at(service_.body, {"placement", "constraint"}));
    if (fargate_ && (!strategies.empty() || !constraints.empty())) {
      Diagnostic& diagnostic = reporter_.report_each("E0329", strategies.empty() ? at_constraint : at_strategy, "Fargate has no placement", "not possible there");
      if (*fargate_ != service_.origin) diagnostic.label(*fargate_, "this puts the tasks on Fargate");
      diagnostic.help("remove `placement`: Fargate spreads tasks over zones by itself");
    }
    if (is_on(service_.body, {"daemon"}) && !strategies.empty()) {
      report(at_strategy, "a daemon has no strategy of placement", "one task runs on each instance", "remove `strategy`; a `constraint` can choose the instances");
    }
    for (const ir::Value& strategy : strategies) check_strategy(strategy, at_strategy);
    for (const ir::Value& constraint : constraints) check_constraint(constraint, at_constraint, false);
    if (task_ == nullptr) return;
    const std::size_t all = constraints.size() + items_of(task_->body, {"placement", "constraint"}).size();
    if (constraints.empty() || all <= kMostConstraints) return;
    report(at_constraint, fmt::format("{} constraints are too many", all), "with those of the task", fmt::format("ECS takes {} in all", kMostConstraints));
  }

  void check_task(const ir::Resource& task) {
    const Span at = place_of(ir::at(task.body, {"placement", "constraint"}), task.origin);
    for (const ir::Value& constraint : items_of(task.body, {"placement", "constraint"})) check_constraint(constraint, at, true);
  }

 private:
  [[nodiscard]] Span place(const ir::Value* value) const { return place_of(value, service_.origin); }

  void report(Span at, std::string message, std::string label, std::string help) { reporter_.report_each("E0347", at, std::move(message), std::move(label)).help(std::move(help)); }

  void check_strategy(const ir::Value& strategy, Span around) {
    const Span at = place_of(&strategy, around);
    const std::string* kind = text_of(strategy, {"kind"});
    const std::string* field = text_of(strategy, {"field"});
    if (kind == nullptr) return;
    if (*kind == "random" && field != nullptr) report(at, "`random` is by nothing", "it has a field", "`random()`");
    if (*kind == "binpack" && (field == nullptr || (*field != "cpu" && *field != "memory"))) report(at, "instances are filled by CPU or memory", "by something else", "`binpack(\"memory\")`");
    if (*kind == "spread" && (field == nullptr || (*field != "az" && *field != "instance" && !field->starts_with("attribute:")))) {
      report(at, "tasks are spread by zone, instance or attribute", "by something else", "`spread(\"az\")`");
    }
  }

  void check_constraint(const ir::Value& constraint, Span around, bool of_task) {
    const Span at = place_of(&constraint, around);
    const bool distinct = has_text(constraint, {"kind"}, "distinct_instance");
    const bool has_expression = ir::at(constraint, {"expression"}) != nullptr;
    if (distinct && of_task) report(at, "a task definition cannot ask for distinct instances", "only a service or job can", "`distinct_instance()` in the service's `placement`");
    else if (distinct && has_expression) report(at, "`distinct_instance` takes no expression", "it has one", "`distinct_instance()`, and `member_of(\"…\")` besides");
    if (!distinct && !has_expression) report(at, "`member_of` needs an expression", "there is none", "as in `member_of(\"attribute:ecs.instance-type =~ m7g.*\")`");
    if (!distinct && has_expression) check_expression(*ir::at(constraint, {"expression"}), at);
  }

  void check_expression(const ir::Value& expression, Span around) {
    const std::string* text = expression.as_string();
    QueryMistake mistake;
    if (text == nullptr || ClusterQuery::parse(*text, &mistake) || mistake.kind == QueryMistake::Kind::Dialect) return;
    const std::string word = text->substr(std::min(mistake.at, text->size()), mistake.length);
    reporter_.report_each("E0351", place_within(expression, mistake.at, mistake.length, around, reporter_), fmt::format("the expression of `member_of` cannot be read: {}", mistake.what), "here")
        .help(help_with(mistake, word));
  }

  static std::string help_with(const QueryMistake& mistake, const std::string& word) {
    switch (mistake.kind) {
      case QueryMistake::Kind::Subject:
        if (word.find('.') != std::string::npos) return fmt::format("an attribute is written with its prefix: `attribute:{}`", word);
        return "compare `attribute:NAME`, `task:group`, `runningTasksCount`, `agentConnected`, `agentVersion`, `ec2InstanceId` or `registeredAt`";
      case QueryMistake::Kind::Operator: return "after a subject stands `==`, `!=`, `>`, `>=`, `<`, `<=`, `exists`, `!exists`, `in [a, b]`, `!in [a, b]`, `=~` or `!~`";
      case QueryMistake::Kind::Pattern: return "what stands after `=~` is a regular expression, as in `m7g.*`";
      default: return "as in `attribute:ecs.instance-type =~ m7g.* and not (task:group == service:db)`";
    }
  }

  const ir::Resource& service_;
  const ir::Resource* task_;
  std::optional<Span> fargate_;
  sema::Reporter& reporter_;
};

/// ECS moves tasks between zones only where nothing else says where they run.
void zone_rebalance(const ir::Resource& service, sema::Reporter& reporter) {
  if (!is_on(service.body, {"zone_rebalance"})) return;
  const Span at = place_of(ir::at(service.body, {"zone_rebalance"}), service.origin);
  const auto refuse = [&](const ir::Value* value, std::string_view why, std::string help) {
    Diagnostic& diagnostic = reporter.report_each("E0350", at, fmt::format("tasks cannot be balanced over zones: {}", why), "not possible");
    const Span other = place_of(value, service.origin);
    if (other != at && other != service.origin) diagnostic.label(other, "by this");
    diagnostic.help(std::move(help));
  };
  if (is_on(service.body, {"daemon"})) refuse(ir::at(service.body, {"daemon"}), "a daemon runs on every instance", "remove `zone_rebalance`");
  if (has_text(service.body, {"launch"}, "external")) refuse(ir::at(service.body, {"launch"}), "machines of your own have no zones", "remove `zone_rebalance`");
  if (const auto most = number_of(service.body, {"deploy", "max"}); most && *most <= kFull && !is_on(service.body, {"daemon"})) {
    refuse(ir::at(service.body, {"deploy", "max"}), "with `max = 100%` no task may start before one has stopped", "`max = 200%`");
  }
  const ir::List& strategies = items_of(service.body, {"placement", "strategy"});
  if (!strategies.empty() && !is_zone_spread(strategies.front())) refuse(ir::at(service.body, {"placement", "strategy"}), "the first strategy is not `spread(\"az\")`", "put `spread(\"az\")` first");
  for (const ir::Value& constraint : items_of(service.body, {"placement", "constraint"})) {
    const std::string* expression = text_of(constraint, {"expression"});
    if (expression != nullptr && expression->find(kZone) != std::string::npos) refuse(&constraint, "a constraint names the zone", "remove the constraint, or `zone_rebalance`");
  }
  for (const auto& [name, entry] : entries_of(service.body, {"expose"})) {
    if (ir::at(entry, {"load_balancer"}) != nullptr) refuse(ir::at(entry, {"load_balancer"}), "a Classic Load Balancer does not follow them", "use a target group");
  }
}

}  // namespace

void validate_deployment(const ir::Program& program, const ir::Resource& service, sema::Reporter& reporter) {
  DeploymentRules(service, puts_on_fargate(program, service), reporter).check();
  PlacementRules(program, service, reporter).check();
  zone_rebalance(service, reporter);
}

void validate_job_placement(const ir::Program& program, const ir::Resource& job, sema::Reporter& reporter) { PlacementRules(program, job, reporter).check(); }

void validate_task_placement(const ir::Program& program, const ir::Resource& task, sema::Reporter& reporter) { PlacementRules(program, task, reporter).check_task(task); }

void validate_quota(const ir::Program& program, sema::Reporter& reporter) {
  std::map<ir::Address, std::int64_t> services;
  for (const auto& [address, resource] : program.resources) {
    if (address.kind != "service") continue;
    const ir::Value* replicas = ir::at(resource.body, {"replicas"});
    if (const auto count = number_of(resource.body, {"replicas"}); count && *count > kTasksOfService) {
      reporter.report_each("W0509", place_of(replicas, resource.origin), fmt::format("{} tasks are more than a service has at first ({})", *count, kTasksOfService), "above the quota").help("have the quota raised before this is applied");
    }
    const bool in_cloud_map = ir::at(resource.body, {"connect"}) != nullptr || !items_of(resource.body, {"registries"}).empty();
    if (const auto count = number_of(resource.body, {"replicas"}); in_cloud_map && count && *count > kTasksInCloudMap) {
      reporter.report_each("W0509", place_of(replicas, resource.origin), fmt::format("{} tasks are more than Cloud Map registers for a service ({})", *count, kTasksInCloudMap), "above the quota")
          .help("two services, or a target group in place of Cloud Map");
    }
    const ir::Value* cluster = ir::at(resource.body, {"cluster"});
    if (cluster == nullptr || cluster->as_reference() == nullptr) continue;
    if (++services[cluster->as_reference()->target] != kTasksOfService + 1) continue;
    reporter.report_each("W0509", place_of(cluster, resource.origin), fmt::format("the cluster has more than {} services", kTasksOfService), "above the quota").help("have the quota raised before this is applied, or use a second cluster");
  }
}

}  // namespace berth::lower
