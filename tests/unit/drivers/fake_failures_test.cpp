#include <catch2/catch.hpp>

#include "engine/drivers/fake_driver.h"

namespace berth::engine {
namespace {

Operation operation(OperationKind kind, std::uint64_t id) {
  Operation made{.id = id, .kind = kind, .spec = {}};
  made.spec.name = "one";
  made.spec.task_id = "task";
  made.spec.container = "app";
  made.spec.image = "fake/app";
  return made;
}

TEST_CASE("an operation that timed out may have taken place") {
  FakeWorld world;
  FakeDriver driver(world);
  world.fail_next(OperationKind::create, {"DockerTimeoutError", "no answer"}, 1, "", FakeWorld::Effect::takes_place);
  driver.submit(operation(OperationKind::create, 1));
  auto news = driver.poll();
  REQUIRE(news.completions.size() == 1);
  CHECK(news.completions[0].error->code == "DockerTimeoutError");
  CHECK(world.find("one").has_value());
  driver.submit(operation(OperationKind::create, 2));
  CHECK_FALSE(driver.poll().completions.at(0).error);
}

TEST_CASE("lists fail as often as told, and everything injected can be taken back") {
  FakeWorld world;
  FakeDriver driver(world);
  world.fail_lists(1);
  CHECK_FALSE(driver.list());
  CHECK(driver.list());
  world.fail_lists(5);
  world.fail_next(OperationKind::create, {"x", "y"}, 5);
  world.stop_failing();
  CHECK(driver.list());
  driver.submit(operation(OperationKind::create, 1));
  CHECK_FALSE(driver.poll().completions.at(0).error);
}

TEST_CASE("what is due stays as far away when the clock is set") {
  FakeWorld world;
  FakeDriver driver(world);
  const Timestamp before = world.now();
  world.script("app", {.create_time = std::chrono::seconds(10)});
  driver.submit(operation(OperationKind::create, 1));
  world.set_clock(before - std::chrono::hours(1));
  CHECK(world.next_due() == before - std::chrono::hours(1) + std::chrono::seconds(10));
  driver.tick(before - std::chrono::hours(1) + std::chrono::seconds(9));
  CHECK(driver.poll().completions.empty());
  driver.tick(before - std::chrono::hours(1) + std::chrono::seconds(10));
  CHECK(driver.poll().completions.size() == 1);
}

}  // namespace
}  // namespace berth::engine
