// libs: berth_engine
#include <catch2/catch.hpp>

#include "api/operations.h"
#include "tests/support/engine_harness.h"

// What accidents and set clocks must not leave behind. Each case was found by tests/simulation.
namespace berth::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string define(EngineHarness& harness, const std::string& image, std::int64_t stop_timeout = 5) {
  api::ContainerDefinition app;
  app.name = "app";
  app.image = image;
  app.memory = 64;
  app.stop_timeout = stop_timeout;
  api::RegisterTaskDefinitionRequest request{.family = "web"};
  request.container_definitions = std::vector<api::ContainerDefinition>{app};
  return *harness.call<api::op::RegisterTaskDefinition>(request)->task_definition->task_definition_arn;
}

void serve(EngineHarness& harness, const std::string& definition, std::int64_t count) {
  REQUIRE(harness.call<api::op::CreateCluster>({.cluster_name = "prod"}));
  REQUIRE(harness.call<api::op::CreateService>({.cluster = "prod", .service_name = "web", .task_definition = definition, .desired_count = count}));
}

/// The machine's clock is set; the engine wakes when its timer, which knows nothing of that, runs out.
void set_clock(EngineHarness& harness, Milliseconds by) {
  harness.clock.advance(by);
  harness.world.set_clock(harness.world.now() + by);
  harness.clock.advance(seconds(1));
  harness.settle();
}

}  // namespace

TEST_CASE("the last tasks of a deleted service are over when they have stopped") {
  EngineHarness harness;
  serve(harness, define(harness, "fake/stop-4s"), 2);
  harness.advance(minutes(1));
  REQUIRE(harness.call<api::op::DeleteService>({.cluster = "prod", .service = "web", .force = true}));
  harness.advance(seconds(30));
  CHECK(harness.store().live_tasks().empty());
  CHECK(harness.world.containers().empty());
}

TEST_CASE("a task whose containers were never made is over when it has stopped") {
  EngineHarness harness;
  serve(harness, define(harness, "fake/pull-5m"), 1);
  harness.advance(seconds(10));
  REQUIRE(harness.store().live_tasks().size() == 1);
  REQUIRE(harness.call<api::op::DeleteService>({.cluster = "prod", .service = "web", .force = true}));
  harness.advance(seconds(10));
  CHECK(harness.store().live_tasks().empty());
}

TEST_CASE("tasks that failed to start and end slowly are not replaced without end") {
  EngineHarness harness;
  api::ContainerDefinition side{.name = "side", .image = "fake/ignores-stop", .memory = 32};
  api::ContainerDefinition app{.name = "app", .image = "fake/pull-fails", .memory = 32};
  app.depends_on = std::vector<api::ContainerDependency>{{.container_name = "side", .condition = "START", .other_members = {}}};
  api::RegisterTaskDefinitionRequest request{.family = "web"};
  request.container_definitions = std::vector<api::ContainerDefinition>{side, app};
  const auto made = harness.call<api::op::RegisterTaskDefinition>(request);
  REQUIRE(made);
  serve(harness, *made->task_definition->task_definition_arn, 2);
  harness.advance(seconds(20));
  CHECK(harness.store().live_tasks().size() == 2);
  harness.advance(minutes(10));
  CHECK(harness.store().live_tasks().size() <= 4);
}

TEST_CASE("a clock that is set back does not stop the engine until the time comes again") {
  EngineHarness harness;
  serve(harness, define(harness, "fake/app"), 2);
  harness.advance(minutes(5));
  set_clock(harness, -std::chrono::hours(5));
  // Nobody says that a container is gone: the next look at the runtime finds it.
  harness.world.lose_events();
  harness.world.vanish(harness.world.containers().front().name);
  harness.advance(minutes(2));
  CHECK(harness.world.containers().size() == 2);
  harness.world.restore_events();
  const std::string next = define(harness, "fake/start-2s");
  REQUIRE(harness.call<api::op::UpdateService>({.cluster = "prod", .service = "web", .task_definition = next}));
  harness.advance(minutes(3));
  const auto service = harness.store().service({"prod", "web"});
  CHECK(service->steady);
  CHECK(service->deployments.size() == 1);
  for (const auto& task : harness.store().live_tasks()) CHECK(*task->started_at <= harness.clock.now());
}

TEST_CASE("a clock that is set back makes no task young again") {
  EngineHarness harness;
  const std::string bad = define(harness, "fake/start-fails");
  serve(harness, bad, 2);
  harness.advance(minutes(1));
  const std::string good = define(harness, "fake/app");
  REQUIRE(harness.call<api::op::UpdateService>({.cluster = "prod", .service = "web", .task_definition = good}));
  harness.advance(seconds(50));
  set_clock(harness, -seconds(45));
  const auto tasks = harness.store().live_tasks();
  REQUIRE(tasks.size() == 2);
  for (const auto& task : tasks) {
    CHECK(harness.clock.now() - *task->started_at >= seconds(50));
    CHECK(*task->created_at <= *task->started_at);
    CHECK(*task->containers.front().started_at <= harness.clock.now());
  }
  // They counted as healthy, and go on protecting the minimum while what cannot start is rolled out.
  REQUIRE(harness.call<api::op::UpdateService>({.cluster = "prod", .service = "web", .task_definition = bad, .deployment_configuration = api::DeploymentConfiguration{
      .maximum_percent = 150, .minimum_healthy_percent = 100}}));
  for (const auto& task : tasks) CHECK(harness.store().task(task->id)->desired_status == scheduler::DesiredStatus::Running);
}

TEST_CASE("a clock that was set back while no engine ran is noticed by the next one") {
  EngineHarness harness;
  const std::string bad = define(harness, "fake/start-fails");
  serve(harness, bad, 1);
  harness.advance(minutes(30));
  REQUIRE(harness.store().service({"prod", "web"})->deployments.front().throttle.retry_at > harness.clock.now());
  const auto wait = *harness.store().service({"prod", "web"})->deployments.front().throttle.retry_at - harness.clock.now();
  harness.crash();
  harness.clock.advance(-std::chrono::hours(24));
  harness.world.set_clock(harness.world.now() - std::chrono::hours(24));
  harness.start();
  harness.settle();
  CHECK(*harness.store().service({"prod", "web"})->deployments.front().throttle.retry_at - harness.clock.now() <= wait + minutes(30));
}

}  // namespace berth::test
