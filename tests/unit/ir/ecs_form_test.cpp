#include "ir/ecs_form.h"

#include <catch2/catch.hpp>

#include "ir/relabel.h"
#include "ir/secret_text.h"
#include "tests/support/random_body.h"

namespace berth::ir {
namespace {

using schema::Block;

/// What stands for a reference in the API, so that it can be turned back.
std::string resolve(const Address& address) {
  if (address.kind == "network") return R"({"assignPublicIp":"DISABLED","subnets":[")" + address.name + R"("]})";
  if (address.kind == "secret") return "arn:aws:secretsmanager:eu-west-1:111111111111:secret:" + address.name;
  return address.name;
}

Value refer(std::string_view kind, const std::string& text) {
  if (kind == "network") return Value::reference({"network", Json::parse(text)["subnets"][0].get<std::string>()});
  if (kind == "secret") return Value::reference({"secret", text.substr(text.rfind(':') + 1)});
  return Value::reference({std::string(kind), text});
}

TEST_CASE("every body comes back from its ECS form unchanged") {
  test::RandomBody random(11);
  for (const Block& kind : schema::resource_kinds()) {
    for (int i = 0; i < 300; ++i) {
      Value body = random.block(kind, 60, true);
      canonicalize(kind, body);
      const Json ecs = to_ecs(kind, body, resolve);
      CAPTURE(ecs.dump(2));
      FromEcs back = from_ecs(kind, ecs, refer);
      relabel(kind, back.body, body);
      CHECK(back.unmapped.empty());
      CHECK(spell(back.body) == spell(body));
      CHECK(back.body == body);
    }
  }
}

TEST_CASE("canonicalize is idempotent and JSON keeps a body whole") {
  test::RandomBody random(12);
  for (const Block& kind : schema::resource_kinds()) {
    for (int i = 0; i < 100; ++i) {
      Value body = random.block(kind, 60);
      canonicalize(kind, body);
      Value again = body;
      canonicalize(kind, again);
      CHECK(again == body);
      const auto back = body_from_json(kind.kind, to_json(body));
      REQUIRE(back);
      CHECK(*back == body);
    }
  }
}

TEST_CASE("what the service adds is no part of the body, what nobody knows is named") {
  const Json described = Json::parse(R"({
    "taskDefinitionArn": "arn:aws:ecs:us-east-1:000000000000:task-definition/web:3", "family": "web", "revision": 3, "status": "ACTIVE",
    "networkMode": "bridge", "volumes": [], "placementConstraints": [], "requiresCompatibilities": ["EC2"],
    "containerDefinitions": [{"name": "app", "image": "nginx:1", "memory": 64, "essential": true, "cpu": 0, "environment": [],
      "portMappings": [{"name": "http", "containerPort": 80, "hostPort": 0, "protocol": "tcp"}],
      "linuxParameters": {"initProcessEnabled": true}, "pseudoTerminal": true, "newMember": {"a": 1}, "mountPoints": [], "volumesFrom": []}]})");
  const FromEcs result = from_ecs(*schema::resource_kind("task"), described, refer);
  CHECK(result.unmapped == std::vector<std::string>{"containerDefinitions[app].newMember"});
  CHECK(spell(*at(result.body, {"compatible"})) == "[\"ec2\"]");
  CHECK(spell(*at(result.body, {"container", "app", "linux", "init"})) == "true");
  CHECK(spell(*at(result.body, {"container", "app", "raw"})) == "{ newMember = { a = 1 }, pseudoTerminal = true }");
  CHECK(spell(*at(result.body, {"container", "app", "memory"})) == "64 MiB");
  CHECK(spell(*at(result.body, {"container", "app", "port", "http", "number"})) == "80");
}

TEST_CASE("a circuit breaker that is off is no circuit breaker") {
  const Json off = Json::parse(R"({"serviceName": "w", "cluster": "c", "taskDefinition": "t", "desiredCount": 1, "launchType": "EC2",
    "deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200, "deploymentCircuitBreaker": {"enable": false, "rollback": false}}})");
  const FromEcs result = from_ecs(*schema::resource_kind("service"), off, refer);
  CHECK(result.unmapped.empty());
  CHECK(at(result.body, {"deploy", "circuit_breaker"}) == nullptr);
  CHECK(spell(*at(result.body, {"deploy", "strategy"})) == "\"rolling\"");
}

TEST_CASE("ports without a name keep the label of the source") {
  const Block& kind = *schema::resource_kind("task");
  const Json described = Json::parse(R"({"family": "web", "networkMode": "bridge", "containerDefinitions": [{"name": "app", "image": "nginx:1", "memory": 64,
    "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}, {"containerPort": 53, "hostPort": 0, "protocol": "udp"}]}]})");
  FromEcs live = from_ecs(kind, described, refer);
  CHECK(at(live.body, {"container", "app", "port", "p80"}) != nullptr);
  CHECK(at(live.body, {"container", "app", "port", "p53_udp"}) != nullptr);
  Value desired = live.body;
  Map& ports = *desired.as_map()->find("container")->as_map()->find("app")->as_map()->find("port")->as_map();
  ports.set("web", *ports.find("p80"));
  ports.erase("p80");
  relabel(kind, live.body, desired);
  CHECK(live.body == desired);
  CHECK(to_ecs(kind, desired, resolve)["containerDefinitions"][0]["portMappings"][1].contains("name") == false);
}

TEST_CASE("capacity as a block and as a list is one form") {
  const Block& kind = *schema::resource_kind("service");
  const auto reference = [](const char* name) { return Value::reference({"capacity", name}); };
  Map spot;
  spot.set("weight", Value::integer(3));
  Map block;
  block.set("fargate_spot", Value::map(spot));
  Map body;
  body.set("cluster", Value::reference({"cluster", "main"}));
  body.set("capacity", Value::map(block));
  Map share;
  share.set("provider", reference("main.fargate_spot"));
  share.set("weight", Value::integer(3));
  Map same = body;
  same.set("capacity", Value::list({Value::map(share)}));
  Value a = Value::map(body);
  Value b = Value::map(same);
  canonicalize(kind, a);
  canonicalize(kind, b);
  CHECK(spell(a) == spell(b));
  CHECK(spell(*at(a, {"capacity"})) == "[{ base = 0, provider = capacity.main.fargate_spot, weight = 3 }]");
}

TEST_CASE("a secret's parts follow its ARN") {
  const std::string arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db-AbCdEf";
  const auto as_text = [](std::string_view, const std::string& text) { return Value::string(text); };
  for (const std::string& text : {arn, arn + ":url::", arn + "::AWSPREVIOUS:", arn + ":url:AWSPREVIOUS:", arn + ":url::1234", std::string("/shop/key"),
                                  std::string("arn:aws:ssm:eu-west-1:111111111111:parameter/shop/key")}) {
    CHECK(secret_text(secret_from_text(text, as_text), resolve) == text);
  }
}

TEST_CASE("the content hash sees every field but tags and derived names") {
  const Block& kind = *schema::resource_kind("task");
  test::RandomBody random(13);
  Resource task{.address = {"task", "web"}, .body = random.block(kind, 60)};
  canonicalize(kind, task.body);
  const std::string before = content_hash(task);
  Resource tagged = task;
  tagged.body.as_map()->set("tags", Value::map({}));
  CHECK(content_hash(tagged) == before);
  Resource changed = task;
  changed.body.as_map()->set("memory", Value::quantity(77LL << 20, Unit::bytes));
  CHECK(content_hash(changed) != before);
}

}  // namespace
}  // namespace berth::ir
