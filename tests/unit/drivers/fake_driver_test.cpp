#include <catch2/catch.hpp>

#include "engine/drivers/fake_driver.h"

namespace berth::engine {
namespace {

using Phase = ContainerState::Phase;
using std::chrono::seconds;

ContainerSpec spec(const std::string& container, const std::string& image = "fake/app", const std::string& task = "t1") {
  ContainerSpec made;
  made.name = "ecs-web-1-" + container + "-" + task;
  made.task_id = task;
  made.container = container;
  made.image = image;
  return made;
}

Operation operation(OperationKind kind, const ContainerSpec& of, std::uint64_t id = 1) {
  return {.id = id, .kind = kind, .spec = of, .stop_timeout = seconds(30)};
}

void run(FakeDriver& driver, const ContainerSpec& of) {
  driver.submit(operation(OperationKind::create, of));
  driver.submit(operation(OperationKind::start, of));
}

TEST_CASE("a fake container is created, started, stopped and removed, and every completion tells its state") {
  FakeWorld world;
  FakeDriver driver(world);
  auto web = spec("web");
  web.ports = {{.container_port = 80}};
  std::uint64_t id = 0;
  for (auto kind : {OperationKind::pull, OperationKind::create, OperationKind::start, OperationKind::stop, OperationKind::remove})
    driver.submit(operation(kind, web, ++id));
  auto news = driver.poll();
  REQUIRE(news.completions.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(news.completions[i].id == i + 1);
    CHECK_FALSE(news.completions[i].error);
  }
  CHECK(news.completions[1].state->phase == Phase::created);
  CHECK(news.completions[2].state->phase == Phase::running);
  CHECK(news.completions[2].state->ports == std::vector<PortBinding>{{"127.0.0.1", 80, 32768, "tcp"}});
  CHECK(news.completions[3].state->exit_code == 143);
  CHECK(world.containers().empty());
}

TEST_CASE("operations of one container wait for each other, those of another do not") {
  FakeWorld world;
  FakeDriver driver(world);
  run(driver, spec("slow", "fake/start-5s"));
  driver.submit(operation(OperationKind::stop, spec("slow"), 3));
  run(driver, spec("fast"));
  CHECK(driver.poll().completions.size() == 3);
  CHECK(driver.next_tick() == world.now() + seconds(5));
  driver.tick(world.now() + seconds(5));
  auto news = driver.poll();
  REQUIRE(news.completions.size() == 2);
  CHECK(news.completions[0].kind == OperationKind::start);
  CHECK(news.completions[1].kind == OperationKind::stop);
}

TEST_CASE("a script in the image ends the container by itself") {
  FakeWorld world;
  FakeDriver driver(world);
  run(driver, spec("web", "fake/exit-3-after-5s_says-hello:v1"));
  (void)driver.poll();
  driver.tick(world.now() + seconds(4));
  CHECK(driver.poll().events.empty());
  driver.tick(world.now() + seconds(1));
  auto news = driver.poll();
  REQUIRE(news.events.size() == 1);
  CHECK(news.events[0].state.exit_code == 3);
  auto lines = driver.logs({.name = spec("web").name, .since = {}, .until = {}});
  REQUIRE(lines);
  REQUIRE(lines->size() == 1);
  CHECK(lines->front().text == "hello");
}

TEST_CASE("a container that ignores the stop signal is killed at the time limit") {
  FakeWorld world;
  FakeDriver driver(world);
  run(driver, spec("web", "fake/ignores-stop"));
  driver.submit(operation(OperationKind::stop, spec("web")));
  driver.tick(world.now() + seconds(29));
  CHECK(world.find(spec("web").name)->phase == Phase::running);
  driver.tick(world.now() + seconds(1));
  CHECK(world.find(spec("web").name)->exit_code == 137);
}

TEST_CASE("health follows the script, and without one the check passes after its interval") {
  FakeWorld world;
  FakeDriver driver(world);
  auto scripted = spec("a", "fake/healthy-after-2s_unhealthy-after-10s");
  auto plain = spec("b");
  scripted.health_check = plain.health_check = HealthCheckSpec{.command = {"CMD", "true"}, .interval = seconds(5)};
  run(driver, scripted);
  run(driver, plain);
  std::vector<std::string> seen;
  for (int second = 0; second < 11; ++second) {
    driver.tick(world.now() + seconds(1));
    for (const auto& event : driver.poll().events) seen.push_back(event.state.container + " " + event.state.health);
  }
  CHECK(seen == std::vector<std::string>{"a healthy", "b healthy", "a unhealthy"});
}

TEST_CASE("a directive the fake runtime does not know is an error, not ignored") {
  FakeWorld world;
  FakeDriver driver(world);
  driver.submit(operation(OperationKind::create, spec("web", "fake/explode")));
  auto news = driver.poll();
  REQUIRE(news.completions.size() == 1);
  REQUIRE(news.completions[0].error);
  CHECK(news.completions[0].error->code == "CannotCreateContainerError");
}

TEST_CASE("injected failures hit the named container as often as asked") {
  FakeWorld world;
  FakeDriver driver(world);
  world.fail_next(OperationKind::start, {"DockerTimeoutError", "too slow"}, 1, "web");
  run(driver, spec("log"));
  run(driver, spec("web"));
  driver.submit(operation(OperationKind::start, spec("web")));
  std::vector<bool> failed;
  for (const auto& completion : driver.poll().completions) failed.push_back(completion.error.has_value());
  CHECK(failed == std::vector<bool>{false, false, false, true, false});
}

TEST_CASE("a host port in use refuses the second container") {
  FakeWorld world;
  FakeDriver driver(world);
  for (const char* name : {"a", "b"}) {
    auto made = spec(name);
    made.ports = {{.container_port = 80, .host_port = 8080}};
    run(driver, made);
  }
  auto news = driver.poll();
  REQUIRE(news.completions.size() == 4);
  REQUIRE(news.completions[3].error);
  CHECK(news.completions[3].error->code == "CannotStartContainerError");
}

TEST_CASE("the world outlives a driver: what was begun goes on, what was queued is forgotten") {
  FakeWorld world;
  auto finish = GENERATE(true, false);
  world.at_crash(finish ? FakeWorld::AtCrash::finish : FakeWorld::AtCrash::forget);
  {
    FakeDriver driver(world);
    driver.submit(operation(OperationKind::create, spec("web", "fake/start-5s")));
    driver.submit(operation(OperationKind::start, spec("web", "fake/start-5s")));
    driver.submit(operation(OperationKind::stop, spec("web", "fake/start-5s")));
  }
  FakeDriver next(world);
  world.advance(world.now() + seconds(5));
  CHECK(next.poll().completions.empty());
  auto listed = next.list();
  REQUIRE(listed);
  REQUIRE(listed->size() == 1);
  CHECK(listed->front().phase == (finish ? Phase::running : Phase::created));
}

TEST_CASE("the containers of a task with its own network share one address") {
  FakeWorld world;
  FakeDriver driver(world);
  for (const char* name : {"a", "b"}) {
    auto made = spec(name);
    made.network_mode = NetworkMode::awsvpc;
    run(driver, made);
  }
  auto states = world.containers();
  CHECK(states[0].private_ip == states[1].private_ip);
  CHECK_FALSE(states[0].private_ip.empty());
}

TEST_CASE("lost events are followed by a resync") {
  FakeWorld world;
  FakeDriver driver(world);
  run(driver, spec("web"));
  (void)driver.poll();
  world.lose_events();
  world.kill(spec("web").name);
  CHECK(driver.poll().events.empty());
  world.restore_events();
  CHECK(driver.poll().resync);
}

}  // namespace
}  // namespace berth::engine
