// libs: berth_memory_provider
#include "planner/field_diff.h"

#include <catch2/catch.hpp>

#include "tests/support/program_fixture.h"

namespace berth::plan {
namespace {

using ir::schema::UpdateClass;
using test::resource_of;

const Places kNoPlaces(nullptr, nullptr);

std::vector<FieldChange> diff(const std::string& address, const Json& before, const Json& after) {
  const ir::Resource live = resource_of(address, before);
  const ir::Resource wanted = resource_of(address, after);
  return diff_fields(*ir::schema::resource_kind(wanted.address.kind), &live.body, wanted, kNoPlaces);
}

std::vector<std::string> paths(const std::vector<FieldChange>& fields) {
  std::vector<std::string> result;
  for (const FieldChange& field : fields) result.push_back(field.path);
  return result;
}

Json task(const Json& container) { return {{"container", {{"app", container}}}}; }

TEST_CASE("equal bodies have no differences, however they are written") {
  CHECK(diff("task.web", task({{"image", "web:1"}}), task({{"image", "web:1"}, {"essential", true}, {"cpu", "0 vCPU"}})).empty());
}

TEST_CASE("a map is compared by its keys") {
  const auto fields = diff("task.web", task({{"image", "web:1"}, {"env", {{"A", "1"}, {"B", "2"}, {"C", "3"}}}}),
                           task({{"image", "web:1"}, {"env", {{"A", "1"}, {"B", "two"}, {"D", "4"}}}}));
  REQUIRE(paths(fields) == std::vector<std::string>{"container.app.env.B", "container.app.env.C", "container.app.env.D"});
  CHECK(ir::spell(fields[0].before) == "\"2\"");
  CHECK(ir::spell(fields[0].after) == "\"two\"");
  CHECK(fields[1].after.empty());
  CHECK(fields[2].before.empty());
  CHECK(fields[0].update == UpdateClass::new_revision);
}

TEST_CASE("a block that comes or goes shows what it sets beyond the defaults") {
  const Json one = {{"container", {{"app", {{"image", "web:1"}}}}}};
  const Json two = {{"container", {{"app", {{"image", "web:1"}}}, {"log", {{"image", "log:2"}, {"user", "root"}}}}}};
  CHECK(paths(diff("task.web", one, two)) == std::vector<std::string>{"container.log.image", "container.log.user"});
  CHECK(paths(diff("task.web", two, one)) == std::vector<std::string>{"container.log.image", "container.log.user"});
}

TEST_CASE("a block that says nothing beyond its defaults is still a difference") {
  const Json reference = {{"cluster", {{"$ref", "cluster.main"}}}, {"task", {{"$ref", "task.web"}}}};
  Json with_breaker = reference;
  with_breaker["deploy"]["circuit_breaker"] = Json::object();
  const auto fields = diff("service.web", reference, with_breaker);
  REQUIRE(paths(fields) == std::vector<std::string>{"deploy.circuit_breaker"});
  CHECK(fields[0].before.empty());
}

TEST_CASE("a derived name is not compared, a written one is") {
  CHECK(diff("cluster.main", {{"name", "old"}}, Json::object()).empty());
  const auto fields = diff("cluster.main", {{"name", "old"}}, {{"name", "new"}});
  REQUIRE(paths(fields) == std::vector<std::string>{"name"});
  CHECK(fields[0].update == UpdateClass::replacement);
}

TEST_CASE("what is new shows only what was written") {
  const ir::Resource wanted = resource_of("cluster.main", {{"tags", {{"team", "shop"}}}});
  const auto fields = diff_fields(*ir::schema::resource_kind("cluster"), nullptr, wanted, kNoPlaces);
  REQUIRE(paths(fields) == std::vector<std::string>{"tags.team"});
  CHECK(is_tag(fields[0]));
}

TEST_CASE("a value names the file and line it came from and the parameter it came through") {
  SourceSet sources;
  const SourceId id = sources.add("shop.ecs", "service web {\n  replicas = 3\n}\n");
  ir::Resource wanted = resource_of("service.web", {{"cluster", {{"$ref", "cluster.main"}}}, {"task", {{"$ref", "task.web"}}}});
  const ir::Resource live = wanted;
  wanted.origin = {id, 0, 11};
  const std::string count = "count";
  wanted.body.as_map()->set("replicas", ir::Value::integer(3, {.span = {id, 27, 28}, .via = &count}));
  ir::Resource without = wanted;
  without.body.as_map()->erase("replicas");

  const Places places(&sources, nullptr);
  const ir::schema::Block& kind = *ir::schema::resource_kind("service");
  const auto fields = diff_fields(kind, &live.body, wanted, places);
  REQUIRE(fields.size() == 1);
  CHECK(fields[0].place == "shop.ecs:2");
  CHECK(fields[0].via == "count");
  CHECK(diff_fields(kind, &live.body, without, places).at(0).place == "shop.ecs:1");
}

TEST_CASE("places of a saved program are looked up from the path outwards") {
  const WrittenTable table = {{"", {.place = "shop.ecs:1"}}, {"container.app", {.place = "shop.ecs:4"}}};
  const Places places(nullptr, &table);
  CHECK(places.of({}, "container.app.image") == "shop.ecs:4");
  CHECK(places.of({}, "tags.owner") == "shop.ecs:1");
  CHECK(places.of({}, "") == "shop.ecs:1");
}

}  // namespace
}  // namespace berth::plan
