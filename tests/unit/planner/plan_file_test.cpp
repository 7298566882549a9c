#include "planner/plan_file.h"

#include <catch2/catch.hpp>

#include "planner/render.h"
#include "tests/support/world.h"

namespace berth::plan {
namespace {

using test::program_of;
using test::small_stack;
using test::World;

TEST_CASE("a saved plan makes the same plan again") {
  World world;
  REQUIRE(world.apply(program_of(small_stack())).ok());
  Json bodies = small_stack();
  bodies["service.web"]["replicas"] = 3;
  bodies["task.web"]["container"]["app"]["image"] = "web:2";
  bodies.erase("cluster.none");
  ir::Program program = program_of(bodies);
  program.outputs.push_back({"url", ir::Value::string("http://x")});
  const Options options{.target = Target::local, .destroy = false, .places = {{"service.web", {{"", {.place = "shop.ecs:1"}}, {"replicas", {.place = "shop.ecs:9", .via = "count"}}}}}};
  const Plan plan = world.plan(program, options);

  const MadeWith made_with{.tool = "0.1.0", .locks = {{"berth.lock", "00"}}};
  const auto saved = load_plan(save_plan(plan, options, made_with));
  REQUIRE(saved);
  CHECK(saved->made_with == made_with);
  const ir::Snapshot now = world.read(program);
  CHECK(what_moved(*saved, now).empty());
  const Plan again = make_plan(saved->program, now, saved->options, world.sink);
  CHECK(render_text(again) == render_text(plan));
  CHECK(render_json(again) == render_json(plan));
  CHECK(render_text(again).find("shop.ecs:9  (via count)") != std::string::npos);
  CHECK(render_json(plan_again(*saved)) == render_json(plan));
}

TEST_CASE("a saved plan names what moved since") {
  World world;
  const ir::Program program = program_of(small_stack());
  REQUIRE(world.apply(program).ok());
  const auto saved = load_plan(save_plan(world.plan(program), {}, {.tool = "0.1.0", .locks = {}}));
  REQUIRE(saved);
  Json bodies = small_stack();
  bodies["service.web"]["replicas"] = 5;
  bodies["cluster.second"] = Json::object();
  REQUIRE(world.apply(program_of(bodies)).ok());
  const auto moved = what_moved(*saved, world.read(program));
  REQUIRE(moved.size() == 2);
  CHECK(moved[0].find("cluster.second") == 0);
  CHECK(moved[0].find("is new") != std::string::npos);
  CHECK(moved[1].find("service.web") == 0);
  CHECK(moved[1].find("changed") != std::string::npos);
  REQUIRE(world.apply(program, {.destroy = true}).ok());
  CHECK(what_moved(*saved, world.read(program)).size() == 3);
}

TEST_CASE("running tasks that come and go make no plan stale") {
  World world;
  const ir::Program program = program_of(small_stack());
  REQUIRE(world.apply(program).ok());
  ir::Snapshot before = world.read(program);
  ir::Snapshot after = before;
  for (ir::LiveResource& live : after.resources) {
    if (live.runtime.is_object()) live.runtime["runningCount"] = 0;
  }
  CHECK(live_digest(before) == live_digest(after));
  after.resources.front().status = "DRAINING";
  CHECK(live_digest(before) != live_digest(after));
}

TEST_CASE("a plan file that was changed or is none is refused") {
  World world;
  const std::string text = save_plan(world.plan(program_of(small_stack())), {}, {.tool = "0.1.0", .locks = {}});
  std::string changed = text;
  changed.replace(changed.find("web:1"), 5, "web:9");
  REQUIRE_FALSE(load_plan(changed));
  CHECK(load_plan(changed).error().message == "it was changed since it was written");
  CHECK(load_plan("{}").error().code == "plan-file");
  CHECK(load_plan("[1]").error().code == "plan-file");
  CHECK(load_plan("not json").error().code == "plan-file");
  CHECK(load_plan(text.substr(0, text.size() / 2)).error().code == "plan-file");
  CHECK(load_plan(R"({"berth_plan": 99, "digest": "", "content": {}})").error().message.find("99") != std::string::npos);
}

TEST_CASE("the destruction of a stack can be saved too") {
  World world;
  const ir::Program program = program_of(small_stack());
  REQUIRE(world.apply(program).ok());
  const Options options{.target = Target::local, .destroy = true, .places = {}};
  const auto saved = load_plan(save_plan(world.plan(program, options), options, {.tool = "0.1.0", .locks = {}}));
  REQUIRE(saved);
  const ir::Snapshot now = world.read(saved->program);
  CHECK(what_moved(*saved, now).empty());
  CHECK(make_plan(saved->program, now, saved->options, world.sink).counts().to_destroy() == 3);
}

}  // namespace
}  // namespace berth::plan
