#include "planner/actions.h"

#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace berth::plan {
namespace {

using test::program_of;
using test::small_stack;
using test::World;

std::vector<std::string> texts(const std::vector<Action>& actions) {
  std::vector<std::string> result;
  for (const Action& action : actions) result.push_back(action.text());
  return result;
}

/// Whether the action with text `later` comes after the one with text `earlier` by its dependencies, not only by its place in the list.
bool depends(const std::vector<Action>& actions, const std::string& later, const std::string& earlier) {
  const auto found = std::find_if(actions.begin(), actions.end(), [&](const Action& action) { return action.text() == later; });
  REQUIRE(found != actions.end());
  std::vector<std::size_t> open = {found->id};
  while (!open.empty()) {
    const Action& action = actions[open.back()];
    open.pop_back();
    if (action.text() == earlier) return true;
    open.insert(open.end(), action.after.begin(), action.after.end());
  }
  return false;
}

TEST_CASE("what a resource refers to is made first") {
  World world;
  const Plan plan = world.plan(program_of(small_stack()));
  const auto actions = schedule(plan);
  CHECK(texts(actions) ==
        std::vector<std::string>{"create cluster.main", "register task.web", "create service.web", "await-stable service.web"});
  CHECK(actions[0].after.empty());
  CHECK(actions[1].after.empty());
  CHECK(actions[2].after == std::vector<std::size_t>{0, 1});
  CHECK(actions[3].after == std::vector<std::size_t>{2});
}

TEST_CASE("destruction goes the other way, and a cluster waits until its services are gone") {
  World world;
  const ir::Program program = program_of(small_stack());
  REQUIRE(world.apply(program).ok());
  const Plan plan = world.plan(program, {.destroy = true});
  const auto actions = schedule(plan);
  CHECK(depends(actions, "destroy cluster.main", "await-gone service.web"));
  CHECK(depends(actions, "deregister task.web", "await-gone service.web"));
  CHECK_FALSE(depends(actions, "destroy service.web", "deregister task.web"));
  CHECK(world.apply(plan).ok());
  CHECK(world.read(program).resources.empty());
}

TEST_CASE("services that swap their names are both ended before either is made") {
  Json bodies = small_stack();
  bodies["service.a"] = bodies["service.b"] = bodies["service.web"];
  bodies.erase("service.web");
  bodies["service.a"]["name"] = "one";
  bodies["service.b"]["name"] = "two";
  World world;
  REQUIRE(world.apply(program_of(bodies)).ok());
  std::swap(bodies["service.a"]["name"], bodies["service.b"]["name"]);
  const Plan plan = world.plan(program_of(bodies));
  const auto actions = schedule(plan);
  CHECK(depends(actions, "create service.a", "await-gone service.b"));
  CHECK(depends(actions, "create service.b", "await-gone service.a"));
  CHECK(world.apply(plan).ok());
  CHECK(world.plan(program_of(bodies)).empty());
}

TEST_CASE("replacing a cluster replaces its services around it") {
  Json bodies = small_stack();
  bodies["cluster.main"]["name"] = "one";
  World world;
  REQUIRE(world.apply(program_of(bodies)).ok());
  bodies["cluster.main"]["name"] = "two";
  const Plan plan = world.plan(program_of(bodies));
  REQUIRE(plan.find({"service", "web"}) != nullptr);
  CHECK(plan.find({"service", "web"})->reason.kind == ReasonKind::parent_replaced);
  const auto actions = schedule(plan);
  CHECK(depends(actions, "destroy cluster.main", "await-gone service.web"));
  CHECK(depends(actions, "create cluster.main", "destroy cluster.main"));
  CHECK(depends(actions, "create service.web", "create cluster.main"));
  CHECK(world.apply(plan).ok());
  CHECK(world.plan(program_of(bodies)).empty());
}

TEST_CASE("an old family is deregistered only when the service is stable on the new one") {
  Json bodies = small_stack();
  bodies["task.web"]["name"] = "one";
  World world;
  REQUIRE(world.apply(program_of(bodies)).ok());
  bodies["task.web"]["name"] = "two";
  const Plan plan = world.plan(program_of(bodies));
  const auto actions = schedule(plan);
  CHECK(depends(actions, "deregister task.web", "await-stable service.web"));
  CHECK(depends(actions, "update service.web", "register task.web"));
  CHECK(world.apply(plan).ok());
  CHECK(world.plan(program_of(bodies)).empty());
}

TEST_CASE("a service that was left in the middle of its deployment is waited for, though nothing changes") {
  World world;
  const ir::Program program = program_of(small_stack());
  world.provider.add_fault({"await-stable service.web", {std::string(kInterrupted), "stopped by the user"}, false});
  CHECK(world.apply(program).exit_code() == 130);
  const Plan plan = world.plan(program);
  CHECK(plan.empty());
  CHECK(texts(schedule(plan)) == std::vector<std::string>{"await-stable service.web"});
  CHECK(world.apply(plan).ok());
  CHECK(schedule(world.plan(program)).empty());
}

TEST_CASE("a service whose name is still draining is made when that is over") {
  World world;
  const ir::Program program = program_of(small_stack());
  REQUIRE(world.apply(program).ok());
  world.provider.add_fault({"await-gone service.web", {"connect", "connection lost"}, false});
  CHECK_FALSE(world.apply(program, {.destroy = true}).ok());
  const Plan plan = world.plan(program);
  CHECK(depends(schedule(plan), "create service.web", "await-gone service.web"));
  CHECK(world.apply(plan).ok());
  CHECK(world.plan(program).empty());
}

TEST_CASE("a cluster is destroyed when the services that drain in it are gone") {
  World world;
  const ir::Program program = program_of(small_stack());
  REQUIRE(world.apply(program).ok());
  world.provider.add_fault({"await-gone service.web", {"connect", "connection lost"}, false});
  CHECK_FALSE(world.apply(program, {.destroy = true}).ok());
  CHECK(world.apply(program, {.destroy = true}).ok());
  CHECK(world.read(program).resources.empty());
}

TEST_CASE("a plan with errors has no actions") {
  World world;
  Plan plan = world.plan(program_of(small_stack()));
  plan.applyable = false;
  CHECK(schedule(plan).empty());
}

TEST_CASE("10,000 services take a number of actions and dependencies that grows with them alone") {
  Json bodies = small_stack();
  const Json service = bodies["service.web"];
  for (int i = 0; i < 10000; ++i) bodies["service.s" + std::to_string(i)] = service;
  World world;
  const ir::Program program = program_of(bodies);
  const Plan plan = make_plan(program, {}, {}, world.sink);
  const auto actions = schedule(plan);
  std::size_t edges = 0;
  for (const Action& action : actions) edges += action.after.size();
  CHECK(actions.size() == 2 + 2 * 10001);
  CHECK(edges == 3 * 10001);
}

}  // namespace
}  // namespace berth::plan
