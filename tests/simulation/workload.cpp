#include "tests/simulation/workload.h"

#include <algorithm>

#include <fmt/format.h>

namespace berth::simulation {
namespace {

using engine::OperationKind;

constexpr std::size_t kMostServices = 5;
constexpr std::size_t kMostTasks = 12;

const char* const kGood[] = {"fake/app", "fake/start-2s", "fake/pull-5s_create-1s_start-1s", "fake/stop-3s", "fake/ignores-stop", "fake/remove-2s"};
// What ends as soon as it runs takes a second to start, as on a real machine: otherwise it would be replaced without end in one moment.
const char* const kBad[] = {"fake/start-1s_exit-1", "fake/start-1s_exit-1-after-5s", "fake/pull-fails",         "fake/create-fails",       "fake/start-fails",
                            "fake/oom-after-60s", "fake/exit-0-after-90s", "fake/unhealthy-after-20s", "fake/healthy-after-3s_unhealthy-after-50s"};
constexpr const char* kBadInit = "fake/exit-3-after-1s";

/// A state in which a service may be: what a client asked for.
Json state_of(const std::string& status, const Json& desired, const Json& configuration) {
  return {{"status", status}, {"desiredCount", desired}, {"configuration", configuration}};
}

Json shown_state(const Json& service) {
  const Json& configuration = service.at("deploymentConfiguration");
  Json state = state_of(service.at("status"), service.at("desiredCount"),
                        {{"minimumHealthyPercent", configuration.at("minimumHealthyPercent")}, {"maximumPercent", configuration.at("maximumPercent")}});
  // How many daemons there are is the engine's business.
  if (service.at("schedulingStrategy") == "DAEMON") state["desiredCount"] = 0;
  return state;
}

/// The deployments of a service, or the task sets of one with the controller EXTERNAL.
const Json& parts_of(const Json& service) {
  return service.at("deploymentController").at("type") == "EXTERNAL" ? service.at("taskSets") : service.at("deployments");
}

}  // namespace

std::optional<Answer> Workload::request(const std::string& operation, const Json& body) {
  Tally& tally = tallies_[operation];
  ++tally.made;
  auto answer = plant_.call(operation, body);
  if (answer && answer->ok()) ++tally.succeeded;
  return answer;
}

Answer Workload::insist(const std::string& operation, const Json& body) {
  while (true) {
    if (const auto answer = request(operation, body)) return *answer;
  }
}

void Workload::begin() {
  for (const char* name : {"c0", "c1"}) {
    insist("CreateCluster", {{"clusterName", name}, {"capacityProviders", {"FARGATE", "FARGATE_SPOT"}}});
  }
  for (int i = 0; i < 4; ++i) register_definition();
}

void Workload::act() {
  using Act = void (Workload::*)();
  static const std::pair<std::uint64_t, Act> kActs[] = {
      {190, &Workload::accident},      {25, &Workload::register_definition}, {40, &Workload::create_service}, {70, &Workload::update_service},
      {8, &Workload::delete_service},  {25, &Workload::run_task},            {20, &Workload::stop_task},      {12, &Workload::protect_task},
      {60, &Workload::change_task_sets},
      {8, &Workload::add_instance},    {12, &Workload::change_instance},     {8, &Workload::stop_deployment}, {12, &Workload::read_something},
      {6, &Workload::delete_cluster},  {6, &Workload::send_nonsense},        {6, &Workload::audit}};
  std::uint64_t what = random_.below(1000);
  for (const auto& [share, act] : kActs) {
    if (what < share) return (this->*act)();
    what -= share;
  }
  plant_.wait(std::chrono::seconds(1 + random_.below(40)));
}

// What clients ask for.

std::string Workload::any_image() { return chance(70) ? *any_of(std::vector<std::string>(std::begin(kGood), std::end(kGood))) : *any_of(std::vector<std::string>(std::begin(kBad), std::end(kBad))); }

Json Workload::any_definition() {
  const bool fargate = chance(15);
  Json app{{"name", "app"}, {"image", any_image()}, {"memory", 32 * (1 + random_.below(6))}, {"cpu", 64 * random_.below(4)}};
  app["stopTimeout"] = 2 + random_.below(9);
  if (chance(40)) app["healthCheck"] = {{"command", {"CMD-SHELL", "true"}}, {"interval", 5}, {"retries", 2}};
  if (chance(10)) app["restartPolicy"] = {{"enabled", true}, {"restartAttemptPeriod", 60}};
  if (!fargate && chance(25)) {
    app["portMappings"] = Json::array({{{"containerPort", 80}, {"hostPort", chance(30) ? 8000 + random_.below(3) : 0}}});
  }
  Json containers = Json::array();
  app["dependsOn"] = Json::array();
  if (chance(20)) {
    const std::string image = chance(80) ? "fake/exit-0-after-2s" : kBadInit;
    containers.push_back({{"name", "init"}, {"image", image}, {"memory", 32}, {"essential", false}});
    app["dependsOn"].push_back({{"containerName", "init"}, {"condition", pick<const char*>({"SUCCESS", "COMPLETE"})}});
  }
  if (chance(30)) {
    Json side{{"name", "side"}, {"image", any_image()}, {"memory", 32}, {"essential", chance(50)}, {"stopTimeout", 2}};
    if (chance(40)) side["healthCheck"] = {{"command", {"CMD-SHELL", "true"}}, {"interval", 5}};
    app["dependsOn"].push_back({{"containerName", "side"}, {"condition", side.contains("healthCheck") ? "HEALTHY" : "START"}});
    if (chance(50)) app["startTimeout"] = 30;
    containers.push_back(std::move(side));
  }
  containers.push_back(std::move(app));
  Json body{{"family", fmt::format("f{}", random_.below(5))}, {"containerDefinitions", std::move(containers)}};
  if (fargate) body.update({{"requiresCompatibilities", {"FARGATE"}}, {"cpu", "256"}, {"memory", "512"}, {"networkMode", "awsvpc"}});
  return body;
}

Json Workload::any_configuration() {
  return {{"minimumHealthyPercent", pick<int>({0, 50, 100})}, {"maximumPercent", pick<int>({100, 150, 200})}};
}

void Workload::register_definition() {
  const Json body = any_definition();
  const auto answer = request("RegisterTaskDefinition", body);
  if (!answer || !answer->ok()) return;
  Definition made{.arn = answer->body().at("taskDefinition").at("taskDefinitionArn"), .fargate = body.contains("requiresCompatibilities")};
  const std::string text = body.dump();
  made.fixed_port = text.find("\"hostPort\":80") != std::string::npos;
  made.has_check = text.find("healthCheck") != std::string::npos;
  definitions_.push_back(std::move(made));
  if (definitions_.size() > 12) definitions_.erase(definitions_.begin());
}

void Workload::change(const engine::ServiceKey& key, const std::string& operation, const Json& body, const Json& state) {
  const auto answer = request(operation, body);
  auto& states = services_.at(key).states;
  if (!answer) {
    states.push_back(state);
  } else if (answer->ok()) {
    states = {state};
  }
}

void Workload::create_service() {
  const engine::ServiceKey key{any_cluster(), fmt::format("s{}", random_.below(4))};
  if (services_.size() >= kMostServices || services_.count(key) > 0 || definitions_.empty()) return update_service();
  if (chance(25)) return create_external_service(key);
  const Definition& definition = *any_of(definitions_);
  const bool daemon = !definition.fargate && chance(15);
  Json configuration = any_configuration();
  if (daemon) configuration["maximumPercent"] = 100;
  KnownService known{.fargate = definition.fargate, .daemon = daemon, .cramped = definition.fixed_port};
  Json body{{"cluster", key.cluster}, {"serviceName", key.service}, {"taskDefinition", definition.arn}, {"clientToken", fmt::format("t{}", ++tokens_)}};
  const std::uint64_t desired = daemon ? 0 : random_.below(7);
  const Json state = state_of("ACTIVE", desired, configuration);
  if (daemon) {
    body["schedulingStrategy"] = "DAEMON";
  } else {
    body["desiredCount"] = desired;
  }
  configuration["deploymentCircuitBreaker"] = {{"enable", chance(60)}, {"rollback", chance(70)}};
  body["deploymentConfiguration"] = std::move(configuration);
  if (chance(20)) body["healthCheckGracePeriodSeconds"] = 30;
  if (definition.fargate) {
    body["networkConfiguration"] = {{"awsvpcConfiguration", {{"subnets", {"subnet-1"}}}}};
    if (chance(50)) {
      body["launchType"] = "FARGATE";
    } else {
      body["capacityProviderStrategy"] = {{{"capacityProvider", "FARGATE"}, {"weight", 1}}, {{"capacityProvider", "FARGATE_SPOT"}, {"weight", 2}}};
    }
  } else if (!daemon && chance(40)) {
    body["placementStrategy"] = Json::array({chance(50) ? Json{{"type", "spread"}, {"field", "instanceId"}} : Json{{"type", "binpack"}, {"field", "memory"}}});
  }
  if (!definition.fargate && chance(8)) {
    body["placementConstraints"] = Json::array({{{"type", "distinctInstance"}}});
    known.cramped = !daemon;
  }
  known.states = {state_of("gone", 0, Json())};
  services_[key] = known;
  change(key, "CreateService", body, state);
}

void Workload::update_service() {
  if (services_.empty()) return;
  const auto& [key, known] = *any_of(services_);
  Json body{{"cluster", key.cluster}, {"service", key.service}};
  Json state = known.states.back();
  if (state.at("status") == "gone" || known.states.size() > 1) return audit_services(key.cluster);
  if (known.external) return update_external_service(engine::ServiceKey(key));
  bool cramped = known.cramped;
  if (chance(50)) {
    const Definition& definition = *any_of(definitions_);
    if (definition.fargate == known.fargate) body["taskDefinition"] = definition.arn, cramped = cramped || definition.fixed_port;
  }
  if (!known.daemon && chance(50)) state["desiredCount"] = body["desiredCount"] = random_.below(7);
  if (chance(15)) body["forceNewDeployment"] = true;
  if (chance(20)) {
    Json configuration = any_configuration();
    if (known.daemon) configuration["maximumPercent"] = 100;
    state["configuration"] = configuration;
    if (chance(50)) configuration["deploymentCircuitBreaker"] = {{"enable", chance(60)}, {"rollback", chance(70)}};
    body["deploymentConfiguration"] = std::move(configuration);
  }
  const engine::ServiceKey copy = key;
  services_.at(copy).cramped = cramped;
  change(copy, "UpdateService", body, state);
}

void Workload::delete_service() {
  if (services_.empty()) return;
  const engine::ServiceKey key = any_of(services_)->first;
  change(key, "DeleteService", {{"cluster", key.cluster}, {"service", key.service}, {"force", chance(80)}}, state_of("gone", 0, Json()));
  const auto& states = services_.at(key).states;
  if (states.size() == 1 && states.front().at("status") == "gone") services_.erase(key);
}

void Workload::run_task() {
  if (definitions_.empty()) return;
  const Definition& definition = *any_of(definitions_);
  const std::string cluster = any_cluster();
  Json body{{"cluster", cluster}, {"taskDefinition", definition.arn}, {"count", 1 + random_.below(2)}, {"clientToken", fmt::format("t{}", ++tokens_)}};
  if (definition.fargate) {
    body["launchType"] = "FARGATE";
    body["networkConfiguration"] = {{"awsvpcConfiguration", {{"subnets", {"subnet-1"}}}}};
  }
  // The token makes it safe to ask again when no answer came, and the tasks are made once.
  const Answer first = insist("RunTask", body);
  if (!first.ok()) return;
  for (const Json& task : first.body().at("tasks")) tasks_[{cluster, task.at("taskArn")}] = false;
  if (chance(30)) {
    const Answer again = insist("RunTask", body);
    const auto arns = [](const Answer& answer) {
      std::set<std::string> set;
      for (const Json& task : answer.body().at("tasks")) set.insert(task.at("taskArn").get<std::string>());
      return set;
    };
    if (!again.ok() || arns(again) != arns(first)) throw Violation("RunTask with the same token answered other tasks");
  }
  while (tasks_.size() > kMostTasks) {
    const auto& [owner, arn] = tasks_.begin()->first;
    (void)insist("StopTask", {{"cluster", owner}, {"task", arn}});
    tasks_.erase(tasks_.begin());
  }
}

std::string Workload::a_task() {
  const auto tasks = plant_.store().live_tasks();
  return tasks.empty() ? "" : (*any_of(tasks))->arn;
}

void Workload::stop_task() {
  const std::string arn = a_task();
  if (arn.empty()) return;
  const auto name = api::parse_arn(arn);
  const std::string cluster = name->parts.front();
  const auto answer = request("StopTask", {{"cluster", cluster}, {"task", arn}, {"reason", "because"}});
  const auto known = tasks_.find({cluster, arn});
  if (known != tasks_.end() && answer && answer->ok()) known->second = true;
}

void Workload::protect_task() {
  const std::string arn = a_task();
  if (arn.empty()) return;
  const bool on = chance(70);
  Json body{{"cluster", api::parse_arn(arn)->parts.front()}, {"tasks", {arn}}, {"protectionEnabled", on}};
  if (on) body["expiresInMinutes"] = 1 + random_.below(30);
  const auto answer = request("UpdateTaskProtection", body);
  if (!answer || !answer->ok() || answer->body().at("protectedTasks").empty()) return;
  body.erase("protectionEnabled");
  body.erase("expiresInMinutes");
  const auto seen = request("GetTaskProtection", body);
  if (!seen || seen->body().at("protectedTasks").empty()) return;
  if (seen->body().at("protectedTasks").front().at("protectionEnabled") != on) throw Violation("a confirmed protection is not there");
}

void Workload::add_instance() {
  if (instances_.size() > 5) return change_instance();
  const std::string cluster = any_cluster();
  const auto answer = request("Berth_20261122.AddContainerInstance",
                              {{"cluster", cluster}, {"cpu", 512 + 256 * random_.below(4)}, {"memory", 256 + 256 * random_.below(4)}});
  if (answer && answer->ok()) instances_[{cluster, answer->body().at("containerInstance").at("containerInstanceArn")}] = {"ACTIVE"};
}

void Workload::change_instance() {
  if (instances_.empty()) return add_instance();
  const auto& [id, states] = *any_of(instances_);
  const auto [cluster, arn] = id;
  if (chance(25)) {
    const auto answer = request("DeregisterContainerInstance", {{"cluster", cluster}, {"containerInstance", arn}, {"force", chance(60)}});
    if (!answer) instances_[{cluster, arn}].insert("INACTIVE");
    if (answer && answer->ok()) instances_.erase({cluster, arn});
    return;
  }
  const std::string status = pick<const char*>({"ACTIVE", "DRAINING"});
  const auto answer = request("UpdateContainerInstancesState", {{"cluster", cluster}, {"containerInstances", {arn}}, {"status", status}});
  if (!answer) {
    instances_[{cluster, arn}].insert(status);
  } else if (answer->ok() && !answer->body().at("containerInstances").empty()) {
    instances_[{cluster, arn}] = {status};
  }
}

void Workload::stop_deployment() {
  if (services_.empty()) return;
  const engine::ServiceKey key = any_of(services_)->first;
  const auto answer = request("ListServiceDeployments", {{"cluster", key.cluster}, {"service", key.service}});
  if (!answer || !answer->ok() || answer->body().at("serviceDeployments").empty()) return;
  const Json newest = answer->body().at("serviceDeployments").front();
  (void)request("DescribeServiceDeployments", {{"serviceDeploymentArns", {newest.at("serviceDeploymentArn")}}});
  (void)request("DescribeServiceRevisions", {{"serviceRevisionArns", {newest.at("targetServiceRevisionArn")}}});
  (void)request("StopServiceDeployment", {{"serviceDeploymentArn", newest.at("serviceDeploymentArn")}});
}

void Workload::read_something() {
  const std::string cluster = any_cluster();
  // Between two calls tasks begin and end: what is listed before the pages and after them is on one of them, and nothing is on two.
  const auto before = request("ListTasks", {{"cluster", cluster}});
  if (!before || !before->ok()) return;
  std::set<std::string> paged;
  Json token;
  for (int pages = 0;; ++pages) {
    if (pages > 200) throw Violation("pages without end");
    Json body{{"cluster", cluster}, {"maxResults", 2}};
    if (!token.is_null()) body["nextToken"] = token;
    const auto page = request("ListTasks", body);
    if (!page || !page->ok()) return;
    for (const std::string arn : page->body().at("taskArns")) {
      if (!paged.insert(arn).second) throw Violation("two pages show " + arn);
    }
    if (!page->body().contains("nextToken")) break;
    token = page->body().at("nextToken");
  }
  const auto after = request("ListTasks", {{"cluster", cluster}});
  if (!after || !after->ok() || before->body().contains("nextToken") || after->body().contains("nextToken")) return;
  const std::set<std::string> whole = after->body().at("taskArns");
  for (const std::string arn : before->body().at("taskArns")) {
    if (whole.count(arn) != 0 && paged.count(arn) == 0) throw Violation("no page shows " + arn);
  }
  if (!whole.empty()) (void)request("DescribeTasks", {{"cluster", cluster}, {"tasks", whole}, {"include", {"TAGS"}}});
  (void)request("DescribeClusters", {{"clusters", {cluster}}, {"include", {"STATISTICS"}}});
}

void Workload::send_nonsense() {
  const char* const operation = pick<const char*>({"CreateService", "UpdateService", "RunTask", "RegisterTaskDefinition", "DescribeServices"});
  const Json body = pick<Json>({Json::object(), Json{{"cluster", 1}}, Json{{"cluster", "c0"}, {"service", "no"}, {"serviceName", ""}, {"count", -1}},
                                Json{{"cluster", "c0"}, {"services", Json::array()}, {"taskDefinition", "nobody:9"}, {"service", "no/such"}}});
  const auto answer = plant_.call(operation, body);
  if (answer && answer->ok()) throw Violation(fmt::format("{} accepts {}", operation, body.dump()));
}

void Workload::delete_cluster() {
  const std::string cluster = any_cluster();
  const auto answer = request("DeleteCluster", {{"cluster", cluster}});
  if (answer && !answer->ok()) return;
  if (answer) {
    for (auto one = instances_.begin(); one != instances_.end();) one = one->first.first == cluster ? instances_.erase(one) : std::next(one);
  }
  insist("CreateCluster", {{"clusterName", cluster}, {"capacityProviders", {"FARGATE", "FARGATE_SPOT"}}});
  for (auto& [id, states] : instances_) {
    if (id.first == cluster && !answer) states.insert("INACTIVE");
  }
}

// What happens to the machine.

void Workload::accident() {
  const std::uint64_t what = random_.below(100);
  if (what < 45) return harm_container();
  if (what < 65) return fail_operations();
  if (what < 73) {
    const auto when = chance(50) ? engine::Store::When::before : engine::Store::When::after;
    plant_.world().at_crash(chance(50) ? engine::FakeWorld::AtCrash::finish : engine::FakeWorld::AtCrash::forget);
    plant_.store().fail_at(static_cast<std::int64_t>(1 + random_.below(6)), when);
    plant_.note("a crash is due");
    return plant_.wait(std::chrono::seconds(1 + random_.below(20)));
  }
  if (what < 77) return plant_.crash();
  if (what < 79) {
    plant_.world().reboot();
    plant_.note("the machine goes down and up");
    return plant_.crash();
  }
  if (what < 89) {
    const Milliseconds by = chance(70) ? std::chrono::seconds(1 + random_.below(600)) : std::chrono::minutes(random_.below(24 * 60));
    return plant_.jump(chance(50) ? by : -by);
  }
  if (what < 92) {
    inspector_.blind_for_good(true);
    return plant_.happen("events are lost", [this] { plant_.world().lose_events(); });
  }
  if (what < 96) {
    inspector_.blind_for_good(false);
    inspector_.blinded();
    return plant_.happen("events come again", [this] { plant_.world().restore_events(); });
  }
  inspector_.blinded();
  plant_.happen("lists fail", [this] { plant_.world().fail_lists(static_cast<int>(1 + random_.below(4))); });
}

void Workload::harm_container() {
  const auto containers = plant_.world().containers();
  if (containers.empty()) return plant_.wait(std::chrono::seconds(5));
  const engine::ContainerState& state = *any_of(containers);
  const bool runs = state.phase == engine::ContainerState::Phase::running;
  const std::uint64_t what = random_.below(10);
  if (what < 2) return plant_.happen("vanishes: " + state.name, [&] { plant_.world().vanish(state.name); });
  if (what < 3) {
    engine::ContainerSpec spec{.name = fmt::format("stranger-{}", random_.below(100)), .task_id = "0123", .container = "x", .image = "fake/app"};
    if (!plant_.world().find(spec.name)) {
      plant_.happen("a stranger: " + spec.name, [&] { plant_.world().put(spec, engine::ContainerState::Phase::running); });
    }
    return;
  }
  if (!runs) return plant_.wait(std::chrono::seconds(2));
  if (what < 6) {
    const int code = pick<int>({0, 1, 137, 139});
    return plant_.happen(fmt::format("ends with {}: {}", code, state.name), [&] { plant_.world().kill(state.name, code, code == 137 && chance(30)); });
  }
  if (state.health.empty()) return plant_.wait(std::chrono::seconds(2));
  const std::string health = pick<const char*>({"healthy", "unhealthy"});
  plant_.happen(fmt::format("turns {}: {}", health, state.name), [&] { plant_.world().set_health(state.name, health); });
}

void Workload::fail_operations() {
  const auto kind = pick<OperationKind>({OperationKind::pull, OperationKind::create, OperationKind::start, OperationKind::stop, OperationKind::remove});
  Error error{"DockerTimeoutError", "the runtime did not answer in time"};
  error.retryable = chance(60);
  const auto effect = chance(50) ? engine::FakeWorld::Effect::none : engine::FakeWorld::Effect::takes_place;
  const int times = static_cast<int>(1 + random_.below(4));
  plant_.happen(fmt::format("{} fails {} times{}", to_string(kind), times, effect == engine::FakeWorld::Effect::none ? "" : ", and takes place"),
                [&] { plant_.world().fail_next(kind, error, times, "", effect); });
}

// What must be true.

void Workload::audit() {
  for (const char* cluster : {"c0", "c1"}) audit_services(cluster);
  audit_tasks();
  audit_instances();
}

void Workload::audit_services(const std::string& cluster) {
  std::vector<engine::ServiceKey> keys;
  Json names = Json::array();
  for (const auto& [key, known] : services_) {
    if (key.cluster == cluster) keys.push_back(key), names.push_back(key.service);
  }
  if (keys.empty()) return;
  const Answer answer = insist("DescribeServices", {{"cluster", cluster}, {"services", names}});
  for (const engine::ServiceKey& key : keys) {
    Json seen = state_of("gone", 0, Json());
    for (const Json& service : answer.body().at("services")) {
      if (service.at("serviceName") != key.service || service.at("status") != "ACTIVE") continue;
      seen = shown_state(service);
      std::int64_t running = 0;
      for (const Json& part : parts_of(service)) running += part.at("runningCount").get<std::int64_t>();
      if (running != service.at("runningCount")) throw Violation("the deployments' runningCount is not the service's: " + service.dump());
    }
    auto& states = services_.at(key).states;
    if (std::find(states.begin(), states.end(), seen) == states.end()) {
      throw Violation(fmt::format("service {}: confirmed was {}, and it is {}", key.service, Json(states).dump(), seen.dump()));
    }
    states = {seen};
    if (seen.at("status") == "gone") {
      services_.erase(key);
    } else if (services_.at(key).external) {
      audit_task_sets(key);
    }
  }
}

void Workload::audit_tasks() {
  for (const auto& [id, stopped] : tasks_) {
    const auto& [cluster, arn] = id;
    const Answer answer = insist("DescribeTasks", {{"cluster", cluster}, {"tasks", {arn}}});
    if (!answer.body().at("failures").empty()) throw Violation("a task that RunTask confirmed is not known: " + arn);
    const Json& task = answer.body().at("tasks").front();
    if (stopped && task.at("desiredStatus") != "STOPPED") throw Violation("a task that StopTask confirmed is wanted: " + arn);
    const bool over = task.at("lastStatus") == "STOPPED";
    if (over && (!task.contains("stoppedReason") || !task.contains("stopCode"))) throw Violation("a task stopped without a reason: " + task.dump());
  }
}

void Workload::audit_instances() {
  for (auto one = instances_.begin(); one != instances_.end();) {
    const auto& [cluster, arn] = one->first;
    const Answer answer = insist("DescribeContainerInstances", {{"cluster", cluster}, {"containerInstances", {arn}}});
    std::string status = "INACTIVE";
    if (answer.ok() && !answer.body().at("containerInstances").empty()) status = answer.body().at("containerInstances").front().at("status");
    if (one->second.count(status) == 0) throw Violation(fmt::format("instance {} is {}, which nobody confirmed", arn, status));
    one->second = {status};
    one = status == "INACTIVE" ? instances_.erase(one) : std::next(one);
  }
}

// The end.

void Workload::heal() {
  audit();
  engine::FakeWorld& world = plant_.world();
  plant_.store().fail_at(0, engine::Store::When::before);
  world.stop_failing();
  for (const char* image : kBad) world.script(image, {});
  engine::FakeScript init;
  init.exits_after = std::chrono::seconds(1);
  world.script(kBadInit, init);
  world.set_capacity({.cpu_units = 1 << 20, .memory_mib = 1 << 20});
  inspector_.blind_for_good(false);
  inspector_.blinded();
  plant_.happen("all is well", [&] { world.restore_events(); });
  for (auto& [id, states] : instances_) {
    (void)insist("UpdateContainerInstancesState", {{"cluster", id.first}, {"containerInstances", {id.second}}, {"status", "ACTIVE"}});
    states = {"ACTIVE"};
  }
  // The engine asks what the machine has when it starts.
  plant_.crash();
  audit();
}

void Workload::tear_down() {
  for (const auto& [key, known] : services_) (void)insist("DeleteService", {{"cluster", key.cluster}, {"service", key.service}, {"force", true}});
  services_.clear();
  for (const auto& task : plant_.store().live_tasks()) {
    (void)insist("StopTask", {{"cluster", api::parse_arn(task->arn)->parts.front()}, {"task", task->arn}});
  }
  tasks_.clear();
  instances_.clear();
}

}  // namespace berth::simulation
