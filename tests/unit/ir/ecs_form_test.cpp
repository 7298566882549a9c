#include "ir/ecs_form.h"

#include <catch2/catch.hpp>

#include "base/random.h"

namespace berth::ir {
namespace {

using schema::Block;
using schema::Field;
using schema::LabelKind;
using schema::Type;
using schema::TypeKind;

Value random_value(const Type& type, RandomSource& random);

std::int64_t random_amount(const Type& type, RandomSource& random) {
  const std::int64_t low = type.minimum.value_or(0);
  const std::int64_t high = type.maximum.value_or(low + type.multiple_of * 4000);
  const std::int64_t steps = (high - low) / type.multiple_of + 1;
  return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(steps))) * type.multiple_of;
}

Value random_collection(const Type& type, RandomSource& random) {
  if (type.kind == TypeKind::health_command) return Value::list({Value::string("CMD"), Value::string(random.hex(4))});
  List items;
  Map map;
  for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
    items.push_back(random_value(*type.element, random));
    map.set("k" + random.hex(3), random_value(*type.element, random));
  }
  return type.kind == TypeKind::list ? Value::list(std::move(items)) : Value::map(std::move(map));
}

Value random_value(const Type& type, RandomSource& random) {
  switch (type.kind) {
    case TypeKind::boolean: return Value::boolean(random.below(2) == 0);
    case TypeKind::integer: return Value::integer(random_amount(type, random));
    case TypeKind::size: return Value::quantity(random_amount(type, random), Unit::bytes);
    case TypeKind::cpu: return Value::quantity(random_amount(type, random), Unit::cpu);
    case TypeKind::duration: return Value::quantity(random_amount(type, random), Unit::milliseconds);
    case TypeKind::percent: return Value::quantity(random_amount(type, random), Unit::basis_points);
    case TypeKind::literal: return Value::string(std::string(type.literals[random.below(type.literals.size())]));
    case TypeKind::reference: return Value::reference({std::string(type.target), "r" + random.hex(2)});
    case TypeKind::string:
    case TypeKind::image: return Value::string("t" + random.hex(6));
    case TypeKind::list:
    case TypeKind::health_command:
    case TypeKind::map: return random_collection(type, random);
    default: return {};
  }
  return {};
}

Value random_body(const Block& block, RandomSource& random) {
  Map body;
  for (const Field& field : block.fields) {
    const bool sent = !field.path.empty();
    if (sent && (field.required || field.name == "name" || random.below(3) > 0)) body.set(std::string(field.name), random_value(field.type, random));
  }
  for (const Block& child : block.blocks) {
    if (child.label != LabelKind::name) {
      if (random.below(3) > 0) body.set(std::string(child.kind), random_body(child, random));
      continue;
    }
    Map named;
    for (std::uint64_t n = 1 + random.below(3); n > 0; --n) named.set("n" + random.hex(3), random_body(child, random));
    body.set(std::string(child.kind), Value::map(std::move(named)));
  }
  return Value::map(std::move(body));
}

Value refer(std::string_view kind, const std::string& text) { return Value::reference({std::string(kind), text}); }
std::string resolve(const Address& address) { return address.name; }

TEST_CASE("every body comes back from its ECS form unchanged") {
  RandomSource random(11);
  for (const Block& kind : schema::resource_kinds()) {
    for (int i = 0; i < 300; ++i) {
      Value body = random_body(kind, random);
      canonicalize(kind, body);
      const Json ecs = to_ecs(kind, body, resolve);
      CAPTURE(ecs.dump(2));
      const FromEcs back = from_ecs(kind, ecs, refer);
      CHECK(back.unmapped.empty());
      CHECK(spell(back.body) == spell(body));
      CHECK(back.body == body);
    }
  }
}

TEST_CASE("canonicalize is idempotent and JSON keeps a body whole") {
  RandomSource random(12);
  for (const Block& kind : schema::resource_kinds()) {
    for (int i = 0; i < 100; ++i) {
      Value body = random_body(kind, random);
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
      "linuxParameters": {"initProcessEnabled": true}, "mountPoints": [], "volumesFrom": []}]})");
  const FromEcs result = from_ecs(*schema::resource_kind("task"), described, refer);
  CHECK(result.unmapped == std::vector<std::string>{"containerDefinitions[app].linuxParameters", "requiresCompatibilities"});
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

TEST_CASE("the content hash sees every field but tags and derived names") {
  const Block& kind = *schema::resource_kind("task");
  RandomSource random(13);
  Resource task{.address = {"task", "web"}, .body = random_body(kind, random)};
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
