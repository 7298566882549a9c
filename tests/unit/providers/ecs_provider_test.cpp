#include "providers/ecs/ecs_provider.h"

#include <catch2/catch.hpp>

#include "ir/ecs_form.h"
#include "ir/schema.h"
#include "providers/ecs/execute.h"
#include "providers/ecs/read.h"
#include "providers/ecs/requests.h"
#include "providers/ecs/status.h"
#include "tests/unit/providers/fakes.h"

namespace berth::provider {
namespace {

const std::string kArn = "arn:aws:ecs:us-east-1:000000000000:";

Json tags(const std::string& stack, const std::string& address) {
  return Json::array({{{"key", "berth:stack"}, {"value", stack}}, {{"key", "berth:address"}, {"value", address}}, {{"key", "berth:hash"}, {"value", "h"}},
                      {{"key", "team"}, {"value", "web"}}});
}

Json cluster(const std::string& name, Json its_tags = Json::array()) {
  return {{"clusterArn", kArn + "cluster/" + name}, {"clusterName", name}, {"status", "ACTIVE"}, {"tags", its_tags}};
}

Json service(const std::string& cluster_name, const std::string& name, const std::string& revision, Json its_tags = Json::array()) {
  return {{"serviceArn", kArn + "service/" + cluster_name + "/" + name},
          {"serviceName", name},
          {"clusterArn", kArn + "cluster/" + cluster_name},
          {"status", "ACTIVE"},
          {"desiredCount", 2},
          {"runningCount", 2},
          {"pendingCount", 0},
          {"taskDefinition", kArn + "task-definition/" + revision},
          {"schedulingStrategy", "REPLICA"},
          {"deploymentConfiguration", {{"maximumPercent", 200}, {"minimumHealthyPercent", 100}}},
          {"deployments", Json::array({{{"id", "ecs-svc/1"}, {"status", "PRIMARY"}, {"rolloutState", "COMPLETED"}}})},
          {"tags", its_tags}};
}

/// An ECS that only stores: enough of it to read from.
struct FakeEcs {
  std::vector<Json> clusters;
  std::vector<Json> providers;
  std::vector<Json> services;
  std::vector<Json> draining;                               ///< described by name, in no list
  std::map<std::string, std::pair<Json, Json>> definitions;  ///< arn -> definition, tags
  std::size_t largest_batch = 0;

  void define(const std::string& name, Json its_tags = Json::array(), const std::string& status = "ACTIVE") {
    const std::size_t colon = name.find(':');
    const std::string arn = kArn + "task-definition/" + name;
    const Json container{{"name", "app"}, {"image", "shop/web:1"}, {"essential", true}, {"cpu", 0}};
    definitions[arn] = {{{"taskDefinitionArn", arn},
                         {"family", name.substr(0, colon)},
                         {"revision", std::stoi(name.substr(colon + 1))},
                         {"status", status},
                         {"containerDefinitions", Json::array({container})}},
                        std::move(its_tags)};
  }

  Result<HttpResponse> handle(const std::string& operation, const Json& request) {
    if (operation == "ListClusters") return list(clusters, "clusterArns", "clusterArn", request, "");
    if (operation == "ListServices") return list(services, "serviceArns", "serviceArn", request, request.at("cluster"));
    if (operation == "ListTaskDefinitions") {
      Json arns = Json::array();
      for (const auto& [arn, definition] : definitions) {
        if (definition.first["status"] == "ACTIVE") arns.push_back(arn);
      }
      return answer({{"taskDefinitionArns", arns}});
    }
    if (operation == "DescribeClusters") {
      Json found = Json::array();
      for (const Json& arn : request.at("clusters")) {
        for (const Json& item : clusters) {
          if (item["clusterArn"] == arn) found.push_back(item);
        }
      }
      return answer({{"clusters", found}});
    }
    if (operation == "DescribeServices") return describe_services(request);
    if (operation == "DescribeCapacityProviders") {
      Json found = Json::array();
      for (const Json& provider : providers) {
        // Those of managed instances are known in their cluster only.
        const bool asked = !request.contains("capacityProviders") || std::find(request["capacityProviders"].begin(), request["capacityProviders"].end(), provider["name"]) != request["capacityProviders"].end();
        if (asked && (request.contains("cluster") || !provider.contains("managedInstancesProvider"))) found.push_back(provider);
      }
      return answer({{"capacityProviders", found}});
    }
    if (operation == "DescribeTaskDefinition") {
      const auto found = definitions.find(request.at("taskDefinition"));
      if (found == definitions.end()) return refusal("ClientException", "Unable to describe task definition.");
      return answer({{"taskDefinition", found->second.first}, {"tags", found->second.second}});
    }
    return refusal("UnknownOperationException", operation);
  }

 private:
  static Result<HttpResponse> list(const std::vector<Json>& items, const char* member, const char* arn, const Json& request, const std::string& in) {
    const std::size_t begin = std::stoul(request.value("nextToken", "0"));
    const std::size_t page = request.value("maxResults", 10);
    Json arns = Json::array();
    std::size_t at = 0;
    bool more = false;
    for (const Json& item : items) {
      if (!in.empty() && item["clusterArn"] != in) continue;
      if (at >= begin && arns.size() < page) arns.push_back(item[arn]);
      more = ++at > begin + page;
      if (more) break;
    }
    Json body{{member, arns}};
    if (more) body["nextToken"] = std::to_string(begin + page);
    return answer(body);
  }

  Result<HttpResponse> describe_services(const Json& request) {
    const Json& names = request.at("services");
    largest_batch = std::max(largest_batch, names.size());
    if (names.size() > 10) return refusal("InvalidParameterException", "Services cannot have more than 10 elements.");
    Json found = Json::array();
    Json failures = Json::array();
    for (const Json& name : names) {
      const std::size_t before = found.size();
      for (const std::vector<Json>* all : {&services, &draining}) {
        for (const Json& item : *all) {
          if (item["serviceName"] == name && item["clusterArn"] == kArn + "cluster/" + request.at("cluster").get<std::string>()) found.push_back(item);
        }
      }
      if (found.size() == before) failures.push_back({{"arn", name}, {"reason", "MISSING"}});
    }
    return answer({{"services", found}, {"failures", failures}});
  }
};

struct Fixture {
  FakeEcs ecs;
  FakeHttp http{[this](const std::string& operation, const Json& request) { return ecs.handle(operation, request); }};
  FakeClock clock;
  EcsClient client{http, clock};

  ir::Snapshot read(std::vector<plan::Wanted> wanted = {}, std::size_t width = 4) {
    const plan::ReadScope scope{.stack = "shop/prod", .region = "", .wanted = std::move(wanted)};
    auto snapshot = read_snapshot(client, scope, width);
    REQUIRE(snapshot);
    return std::move(*snapshot);
  }
};

std::vector<std::string> addresses(const ir::Snapshot& snapshot) {
  std::vector<std::string> all;
  for (const ir::LiveResource& resource : snapshot.resources) {
    all.push_back(resource.resource.address.text() + (resource.revision > 0 ? ":" + std::to_string(resource.revision) : ""));
  }
  return all;
}

const plan::Wanted kWantedCluster{{"cluster", "main"}, "main", ""};
const plan::Wanted kWantedService{{"service", "web"}, "web", "main"};
const plan::Wanted kWantedTask{{"task", "web"}, "web", ""};

TEST_CASE("nothing runs: the snapshot is empty") {
  Fixture f;
  CHECK(f.read({kWantedCluster, kWantedService, kWantedTask}).resources.empty());
}

TEST_CASE("what is ours is found by its tags, in clusters of ours, whatever the program wants now") {
  Fixture f;
  f.ecs.clusters = {cluster("main", tags("shop/prod", "cluster.main")), cluster("other")};
  f.ecs.services = {service("main", "web", "web:2", tags("shop/prod", "service.web")), service("main", "foreign", "foreign:1"),
                    service("other", "hidden", "web:2")};
  f.ecs.define("web:1", tags("shop/prod", "task.web"), "INACTIVE");
  f.ecs.define("web:2", tags("shop/prod", "task.web"));
  f.ecs.define("old:7", tags("shop/prod", "task.old"));
  f.ecs.define("foreign:1", tags("else/prod", "task.foreign"));
  const ir::Snapshot snapshot = f.read();
  CHECK(addresses(snapshot) == std::vector<std::string>{"cluster.main", "service.web", "task.old:7", "task.web:2"});

  const ir::LiveResource& web = snapshot.resources[1];
  CHECK(web.stack == "shop/prod");
  CHECK(web.hash == "h");
  CHECK_FALSE(web.protect);
  CHECK(web.arn == kArn + "service/main/web");
  CHECK(web.runtime["taskDefinition"] == kArn + "task-definition/web:2");
  const ir::Map& body = *web.resource.body.as_map();
  CHECK(body.find("cluster")->as_reference()->target == ir::Address{"cluster", "main"});
  CHECK(body.find("task")->as_reference()->target == ir::Address{"task", "web"});
  CHECK(body.find("replicas")->as_quantity()->amount == 2);
  REQUIRE(body.find("tags") != nullptr);
  CHECK(body.find("tags")->as_map()->size() == 1);
  CHECK(*body.find("tags")->as_map()->find("team")->as_string() == "web");
}

Json group_provider(const std::string& name, Json its_tags = Json::array()) {
  return {{"name", name},
          {"status", "ACTIVE"},
          {"updateStatus", "CREATE_COMPLETE"},
          {"autoScalingGroupProvider",
           {{"autoScalingGroupArn", "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/g"},
            {"managedScaling", {{"status", "ENABLED"}, {"targetCapacity", 80}, {"minimumScalingStepSize", 1}, {"maximumScalingStepSize", 10000}, {"instanceWarmupPeriod", 300}}},
            {"managedTerminationProtection", "DISABLED"},
            {"managedDraining", "ENABLED"}}},
          {"tags", its_tags}};
}

TEST_CASE("the capacity of a cluster is read as it was written, that of services as parts of it") {
  Fixture f;
  Json main = cluster("main", tags("shop/prod", "cluster.main"));
  main["capacityProviders"] = {"FARGATE_SPOT", "main-batch", "main-big", "by-hand"};
  main["defaultCapacityProviderStrategy"] = Json::array({{{"capacityProvider", "FARGATE_SPOT"}, {"weight", 3}, {"base", 1}}});
  f.ecs.clusters = {main};
  Json big{{"name", "main-big"}, {"status", "ACTIVE"}, {"tags", tags("shop/prod", "capacity.main.big")}};
  big["managedInstancesProvider"] = {{"infrastructureRoleArn", "arn:aws:iam::000000000000:role/ecs"}, {"propagateTags", "NONE"}};
  f.ecs.providers = {group_provider("main-batch", tags("shop/prod", "capacity.main.batch")), group_provider("by-hand"),
                     group_provider("main-lost", tags("shop/prod", "capacity.main.lost")), group_provider("else", tags("else/prod", "capacity.main.batch")), big};
  Json web = service("main", "web", "web:2", tags("shop/prod", "service.web"));
  web["capacityProviderStrategy"] = Json::array({{{"capacityProvider", "main-batch"}, {"weight", 1}, {"base", 0}}, {{"capacityProvider", "FARGATE_SPOT"}, {"weight", 2}}});
  f.ecs.services = {web};
  f.ecs.define("web:2", tags("shop/prod", "task.web"));
  const ir::Snapshot snapshot = f.read();
  CHECK(ir::to_json(*ir::at(snapshot.resources[0].resource.body, {"capacity"})) ==
        Json::parse(R"({"fargate_spot": {"base": 1, "weight": 3},
                        "asg": {"batch": {"name": "main-batch", "group": "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/g", "target": "80%"},
                                "by-hand": {"name": "by-hand", "group": "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/g", "target": "80%"},
                                "lost": {"name": "main-lost"}},
                        "managed": {"big": {"name": "main-big", "role": "arn:aws:iam::000000000000:role/ecs"}}})"));
  CHECK(ir::to_json(*ir::at(snapshot.resources[1].resource.body, {"capacity"})) ==
        Json::parse(R"([{"provider": {"$ref": "capacity.main.batch"}, "weight": 1, "base": 0}, {"provider": {"$ref": "capacity.main.fargate_spot"}, "weight": 2, "base": 0}])"));
  CHECK(snapshot.resources[0].unmapped.empty());
}

TEST_CASE("a wanted name that belongs to somebody else is in the snapshot, without our stack") {
  Fixture f;
  f.ecs.clusters = {cluster("main")};
  f.ecs.services = {service("main", "web", "web:3", tags("else/prod", "service.their-web"))};
  f.ecs.define("web:2");
  f.ecs.define("web:3");
  const ir::Snapshot snapshot = f.read({kWantedCluster, kWantedService, kWantedTask});
  CHECK(addresses(snapshot) == std::vector<std::string>{"cluster.main", "service.web", "task.web:3"});
  CHECK(snapshot.resources[0].stack.empty());
  CHECK(snapshot.resources[1].stack == "else/prod");
}

TEST_CASE("a service that drains is in no list and is found by its name") {
  Fixture f;
  f.ecs.clusters = {cluster("main", tags("shop/prod", "cluster.main"))};
  Json draining = service("main", "web", "web:1", tags("shop/prod", "service.web"));
  draining["status"] = "DRAINING";
  f.ecs.draining = {draining};
  const ir::Snapshot snapshot = f.read({kWantedCluster, kWantedService});
  REQUIRE(snapshot.resources.size() == 2);
  CHECK(snapshot.resources[1].status == "DRAINING");
}

TEST_CASE("a revision that a service of ours was made to run by somebody else is read, though INACTIVE") {
  Fixture f;
  f.ecs.clusters = {cluster("main", tags("shop/prod", "cluster.main"))};
  f.ecs.services = {service("main", "web", "strange:4", tags("shop/prod", "service.web"))};
  f.ecs.define("strange:4", Json::array(), "INACTIVE");
  const ir::Snapshot snapshot = f.read();
  CHECK(addresses(snapshot) == std::vector<std::string>{"cluster.main", "service.web", "task.strange:4"});
  CHECK(snapshot.resources[2].status == "INACTIVE");
}

TEST_CASE("a definition that disappears between list and description is left out") {
  Fixture f;
  f.ecs.clusters = {cluster("main", tags("shop/prod", "cluster.main"))};
  f.ecs.services = {service("main", "web", "web:1", tags("shop/prod", "service.web"))};
  CHECK(addresses(f.read()) == std::vector<std::string>{"cluster.main", "service.web"});
}

TEST_CASE("many services are read in batches of ten, with one description for each task definition") {
  Fixture f;
  f.ecs.clusters = {cluster("main", tags("shop/prod", "cluster.main"))};
  for (int i = 0; i < 1003; ++i) {
    const std::string name = "s" + std::to_string(i);
    f.ecs.services.push_back(service("main", name, name + ":1", tags("shop/prod", "service." + name)));
    f.ecs.define(name + ":1", tags("shop/prod", "task." + name));
  }
  const ir::Snapshot snapshot = f.read({}, 8);
  CHECK(snapshot.resources.size() == 1 + 1003 + 1003);
  CHECK(f.ecs.largest_batch == 10);
  CHECK(f.http.count("DescribeServices") == 101);
  CHECK(f.http.count("ListServices") == 11);
  CHECK(f.http.count("DescribeTaskDefinition") == 1003);
  CHECK(f.http.count("ListClusters") + f.http.count("DescribeClusters") + f.http.count("ListTaskDefinitions") == 3);
}

TEST_CASE("an error while reading is the read's error") {
  FakeHttp http([](const std::string& operation, const Json&) -> Result<HttpResponse> {
    return operation == "ListClusters" ? Result<HttpResponse>(answer({{"clusterArns", {"a"}}})) : refusal("AccessDeniedException", "not you");
  });
  FakeClock clock;
  EcsClient client(http, clock);
  const plan::ReadScope scope{.stack = "shop/prod", .region = "", .wanted = {}};
  const auto snapshot = read_snapshot(client, scope, 4);
  REQUIRE_FALSE(snapshot);
  CHECK(snapshot.error().code == "AccessDeniedException");
}

// ---- actions -------------------------------------------------------------------------------------------------------------------------

/// Desired things, as the compiler would give them.
struct Desired {
  static ir::Value string(const std::string& text) { return ir::Value::string(text); }
  static ir::Resource resource(const std::string& kind, const std::string& name, ir::Map body) {
    body.set("name", string(name));
    ir::Value value = ir::Value::map(std::move(body));
    ir::canonicalize(*ir::schema::resource_kind(kind), value);
    return {{kind, name}, std::move(value), {}, ""};
  }
  static ir::Resource service(int replicas) {
    ir::Map body;
    body.set("cluster", ir::Value::reference({"cluster", "main"}));
    body.set("task", ir::Value::reference({"task", "web"}));
    body.set("replicas", ir::Value::integer(replicas));
    return resource("service", "web", std::move(body));
  }
};

/// What exists already.
struct Bound : plan::Bindings {
  Bound() {
    set({"cluster", "main"}, {kArn + "cluster/main", "main", ""});
    set({"task", "web"}, {kArn + "task-definition/web:2", "web", ""});
  }
};

ir::LiveResource live_service(const std::string& revision) {
  ir::LiveResource live;
  live.resource = Desired::service(2);
  live.runtime = service("main", "web", revision);
  live.arn = live.runtime["serviceArn"];
  live.status = "ACTIVE";
  return live;
}

TEST_CASE("creating a service sends its references as ARNs, our tags, and a client token that a retry repeats") {
  int calls = 0;
  FakeHttp http([&](const std::string&, const Json&) -> Result<HttpResponse> {
    if (++calls == 1) return Error{"connection-lost", "reset", true};
    return answer({{"service", {{"serviceArn", kArn + "service/main/web"}, {"serviceName", "web"},
                                {"deployments", Json::array({{{"id", "ecs-svc/9"}, {"status", "PRIMARY"}}})}}}});
  });
  FakeClock clock;
  EcsClient client(http, clock);
  const ir::Resource desired = Desired::service(3);
  plan::Action action{.id = 0, .verb = plan::Verb::create, .address = {"service", "web"}, .desired = &desired};
  action.tags = {{"berth:stack", "shop/prod"}, {"berth:address", "service.web"}};
  const Bound bindings;
  Recorder progress;
  const auto result = execute_action(client, clock, {}, action, bindings, progress);
  REQUIRE(result);
  CHECK(result->deployment == "ecs-svc/9");
  CHECK(result->arn == kArn + "service/main/web");
  const auto all = http.calls();
  REQUIRE(all.size() == 2);
  CHECK(all[0].operation == "CreateService");
  CHECK(all[0].request == all[1].request);
  CHECK(all[0].request["clientToken"].get<std::string>().size() == 32);
  CHECK(all[0].request["cluster"] == kArn + "cluster/main");
  CHECK(all[0].request["taskDefinition"] == kArn + "task-definition/web:2");
  CHECK(all[0].request["desiredCount"] == 3);
  CHECK(all[0].request["tags"][0] == Json{{"key", "berth:stack"}, {"value", "shop/prod"}});
}

TEST_CASE("what refers to something that does not exist is an error before any call") {
  const ir::Resource desired = Desired::service(3);
  const plan::Action action{.id = 0, .verb = plan::Verb::create, .address = {"service", "web"}, .desired = &desired};
  const auto request = create_request(action, plan::Bindings());
  REQUIRE_FALSE(request);
  CHECK(request.error().code == "unbound");
}

TEST_CASE("an update sends only the members behind the settings that differ") {
  const ir::Resource desired = Desired::service(5);
  const ir::LiveResource live = live_service("web:2");
  plan::Action action{.id = 0, .verb = plan::Verb::update, .address = {"service", "web"}, .desired = &desired, .live = &live};
  const Bound bindings;
  const auto request = [&] { return *update_service_request(action, bindings); };

  SECTION("tags alone change nothing of the service") { CHECK_FALSE(changes_anything(request())); }
  SECTION("replicas") {
    action.fields = {"replicas"};
    CHECK(request() == Json{{"cluster", kArn + "cluster/main"}, {"service", live.arn}, {"desiredCount", 5}});
  }
  SECTION("deploy.max sends the whole structure, as the API replaces it whole") {
    action.fields = {"deploy.max"};
    CHECK(request()["deploymentConfiguration"].contains("minimumHealthyPercent"));
    CHECK_FALSE(request().contains("desiredCount"));
  }
  SECTION("a new revision is a new deployment by itself") {
    const ir::LiveResource old = live_service("web:1");
    action.live = &old;
    action.new_deployment = true;
    CHECK(request()["taskDefinition"] == kArn + "task-definition/web:2");
    CHECK_FALSE(request().contains("forceNewDeployment"));
  }
  SECTION("the same revision again needs force") {
    action.new_deployment = true;
    CHECK(request()["forceNewDeployment"] == true);
  }
  SECTION("a setting that is taken back is sent as its default") {
    action.fields = {"grace", "propagate_tags", "managed_tags"};
    CHECK(request()["healthCheckGracePeriodSeconds"] == 0);
    CHECK(request()["propagateTags"] == "NONE");
    CHECK(request()["enableECSManagedTags"] == false);
  }
  SECTION("one in a structure goes along with the rest of it") {
    action.fields = {"deploy.bake"};
    CHECK(request()["deploymentConfiguration"]["bakeTimeInMinutes"] == 0);
    CHECK(request()["deploymentConfiguration"]["maximumPercent"] == 200);
    CHECK_FALSE(request()["deploymentConfiguration"].contains("linearConfiguration"));
  }
  SECTION("lists that are taken back are sent empty") {
    action.fields = {"placement.constraint", "placement.strategy", "registries", "expose.http.port"};
    CHECK(request()["placementConstraints"] == Json::array());
    CHECK(request()["placementStrategy"] == Json::array());
    CHECK(request()["serviceRegistries"] == Json::array());
    CHECK(request()["loadBalancers"] == Json::array());
  }
  SECTION("other capacity comes with new tasks") {
    action.fields = {"capacity"};
    CHECK(request()["capacityProviderStrategy"] == Json::array());
    CHECK(request()["forceNewDeployment"] == true);
  }
  SECTION("what a member switches on is switched off") {
    ir::LiveResource guarded = live;
    guarded.runtime["deploymentConfiguration"]["deploymentCircuitBreaker"] = {{"enable", true}, {"rollback", true}};
    guarded.runtime["serviceConnectConfiguration"] = {{"enabled", true}, {"namespace", "inner"}};
    action.live = &guarded;
    action.fields = {"deploy.circuit_breaker.rollback", "connect.namespace"};
    CHECK(request()["deploymentConfiguration"]["deploymentCircuitBreaker"] == Json{{"enable", false}, {"rollback", true}});
    CHECK(request()["serviceConnectConfiguration"]["enabled"] == false);
  }
  SECTION("a setting that the API cannot change is refused") {
    action.fields = {"nonsense"};
    CHECK(update_service_request(action, bindings).error().code == "unsupported");
  }
}

TEST_CASE("an update of a cluster sends what differs, and what is taken back in the API's own way") {
  ir::Map body;
  body.set("insights", ir::Value::string("on"));
  const ir::Resource with = Desired::resource("cluster", "main", std::move(body));
  const ir::Resource without = Desired::resource("cluster", "main", {});
  ir::LiveResource live;
  live.arn = kArn + "cluster/main";
  plan::Action action{.id = 0, .verb = plan::Verb::update, .address = {"cluster", "main"}, .desired = &with, .live = &live};
  const Bound bindings;
  const auto request = [&] { return *update_cluster_request(action, bindings); };
  action.fields = {"insights"};
  CHECK(request() == Json{{"cluster", live.arn}, {"settings", {{{"name", "containerInsights"}, {"value", "enabled"}}}}});
  action.desired = &without;
  action.fields = {"insights", "namespace", "exec.log"};
  CHECK(request()["settings"][0]["value"] == "disabled");
  CHECK(request()["serviceConnectDefaults"]["namespace"] == "");
  CHECK(request()["configuration"]["executeCommandConfiguration"]["logging"] == "DEFAULT");
  action.fields = {"capacity.fargate.weight"};
  CHECK(update_cluster_request(action, bindings).error().code == "unsupported");
}

TEST_CASE("a service without launch type and capacity says that it runs on instances") {
  const ir::Resource desired = Desired::service(1);
  const plan::Action action{.id = 0, .verb = plan::Verb::create, .address = {"service", "web"}, .desired = &desired};
  CHECK((*create_request(action, Bound()))["launchType"] == "EC2");
}

TEST_CASE("tags of a service are changed after the service, by tag calls") {
  FakeHttp http(in_turn({answer({{"service", {{"serviceArn", "a"}}}}), answer(Json::object())}));
  FakeClock clock;
  EcsClient client(http, clock);
  const ir::Resource desired = Desired::service(5);
  const ir::LiveResource live = live_service("web:2");
  plan::Action action{.id = 0, .verb = plan::Verb::update, .address = {"service", "web"}, .desired = &desired, .live = &live};
  action.fields = {"replicas"};
  action.tags = {{"berth:hash", "new"}};
  action.untag = {"team"};
  Recorder progress;
  REQUIRE(execute_action(client, clock, {}, action, Bound(), progress));
  const auto calls = http.calls();
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].operation == "UpdateService");
  CHECK(calls[1].operation == "TagResource");
  CHECK(calls[1].request["tags"][0]["value"] == "new");
  CHECK(calls[2].operation == "UntagResource");
  CHECK(calls[2].request["tagKeys"] == Json{"team"});
}

TEST_CASE("a cluster is deleted once its last tasks are gone; what is gone already is no error") {
  ir::LiveResource live;
  live.arn = kArn + "cluster/main";
  const plan::Action action{.id = 0, .verb = plan::Verb::destroy, .address = {"cluster", "main"}, .desired = nullptr, .live = &live};
  FakeClock clock;
  Recorder progress;
  const auto destroy = [&](std::vector<Result<HttpResponse>> answers, std::size_t& calls) {
    FakeHttp http(in_turn(std::move(answers)));
    EcsClient client(http, clock);
    auto result = execute_action(client, clock, {}, action, plan::Bindings(), progress);
    calls = http.calls().size();
    return result;
  };
  std::size_t calls = 0;
  CHECK(destroy({refusal("ClusterContainsTasksException"), refusal("ClusterContainsTasksException"), answer(Json::object())}, calls));
  CHECK(calls == 3);
  CHECK(destroy({refusal("ClusterNotFoundException")}, calls));
  CHECK(destroy({refusal("ClusterContainsContainerInstancesException")}, calls).error().code == "ClusterContainsContainerInstancesException");
  CHECK(calls == 1);
  CHECK(destroy({refusal("ClusterContainsTasksException")}, calls).error().code == plan::kTimedOut);
}

TEST_CASE("a service is deleted by force, a revision is deregistered") {
  FakeHttp http(in_turn({answer(Json::object())}));
  FakeClock clock;
  EcsClient client(http, clock);
  Recorder progress;
  const ir::LiveResource live = live_service("web:2");
  ir::LiveResource revision;
  revision.arn = kArn + "task-definition/web:2";
  revision.revision = 2;
  REQUIRE(execute_action(client, clock, {}, {.id = 0, .verb = plan::Verb::destroy, .address = {"service", "web"}, .live = &live}, {}, progress));
  const auto result =
      execute_action(client, clock, {}, {.id = 1, .verb = plan::Verb::deregister, .address = {"task", "web"}, .live = &revision}, {}, progress);
  REQUIRE(result);
  CHECK(result->name == "web");
  CHECK(http.calls()[0].request == Json{{"cluster", kArn + "cluster/main"}, {"service", live.arn}, {"force", true}});
  CHECK(http.calls()[1].request == Json{{"taskDefinition", revision.arn}});
}

TEST_CASE("status knows where a task answers") {
  const Json task{{"taskArn", kArn + "task/main/abc"}, {"lastStatus", "RUNNING"}, {"healthStatus", "UNKNOWN"}, {"startedAt", 1.7e9},
                  {"taskDefinitionArn", kArn + "task-definition/web:2"},
                  {"containers", Json::array({{{"name", "app"}, {"networkBindings", Json::array({{{"bindIP", "0.0.0.0"}, {"hostPort", 32768}, {"protocol", "tcp"}},
                                                                                                {{"bindIP", "127.0.0.1"}, {"hostPort", 53}, {"protocol", "udp"}}})}}})}};
  const TaskStatus status = task_status(task);
  CHECK(status.id == "abc");
  CHECK(status.definition == "web:2");
  CHECK(status.health.empty());
  CHECK(status.urls == std::vector<std::string>{"http://127.0.0.1:32768"});
}

}  // namespace
}  // namespace berth::provider
