#include <catch2/catch.hpp>

#include "planner/plan.h"
#include "scheduler/deployment.h"

namespace berth::plan {
namespace {

ir::Value percent(std::int64_t number) { return ir::Value::quantity(number * 100, ir::Unit::basis_points); }

/// A service of `replicas` tasks that rolls to another revision, with these percentages.
std::optional<Rollout> rolled(std::int64_t replicas, std::int64_t minimum, std::int64_t maximum, const std::optional<RehearsedFailure>& failure = {}) {
  ir::Map health;
  health.set("interval", ir::Value::quantity(5000, ir::Unit::milliseconds));
  ir::Map app;
  app.set("health", ir::Value::map(health));
  ir::Map containers;
  containers.set("app", ir::Value::map(app));
  ir::Map task;
  task.set("container", ir::Value::map(containers));
  ir::Map deploy;
  deploy.set("min_healthy", percent(minimum));
  deploy.set("max", percent(maximum));
  deploy.set("circuit_breaker", ir::Value::map({}));
  ir::Map body;
  body.set("task", ir::Value::reference({"task", "web"}));
  body.set("replicas", ir::Value::integer(replicas));
  body.set("deploy", ir::Value::map(deploy));

  ir::Program program;
  program.resources[{"task", "web"}] = {.address = {"task", "web"}, .body = ir::Value::map(task)};
  const ir::Resource wanted{.address = {"service", "web"}, .body = ir::Value::map(body)};
  ir::LiveResource live;
  live.resource = wanted;
  Change change{.address = wanted.address, .kind = ChangeKind::update};
  change.before = &live;
  change.after = &wanted;
  change.deployment = Deployment{.from = "web:1", .to = "web:(new)"};
  return rehearse(change, {.program = program, .failure = failure});
}

}  // namespace

TEST_CASE("a rehearsal stays within the bounds, and ends unless they leave no room") {
  for (std::int64_t replicas = 1; replicas <= 12; ++replicas) {
    for (const std::int64_t minimum : {0, 34, 50, 100}) {
      for (const std::int64_t maximum : {100, 125, 200}) {
        INFO(replicas << " tasks, " << minimum << " % to " << maximum << " %");
        const auto rollout = rolled(replicas, minimum, maximum);
        if (scheduler::can_never_progress(replicas, minimum, maximum)) {
          CHECK((!rollout || rollout->end == RolloutEnd::never));
          continue;
        }
        REQUIRE(rollout);
        CHECK(rollout->end == RolloutEnd::completed);
        CHECK(rollout->lowest_healthy >= rollout->least_healthy);
        CHECK(rollout->peak_tasks <= rollout->most_tasks);
        std::int64_t started = 0;
        std::int64_t stopped = 0;
        for (const RolloutStep& step : rollout->steps) {
          started += step.started;
          stopped += step.stopped;
        }
        CHECK(started == replicas);
        CHECK(stopped == replicas);
      }
    }
  }
}

TEST_CASE("a rehearsed failure ends as the circuit breaker says") {
  for (const char* how : {"app=unhealthy", "app=exit:1"}) {
    const auto rollout = rolled(4, 50, 200, parse_failure(how).value());
    REQUIRE(rollout);
    CHECK(rollout->fails);
    CHECK(rollout->end == RolloutEnd::rolled_back);
    CHECK(rollout->lowest_healthy >= rollout->least_healthy);
    CHECK(rollout->failures == scheduler::breaker_threshold(4));
  }
  const auto other = rolled(4, 50, 200, parse_failure("web=unhealthy").value());
  REQUIRE(other);
  CHECK_FALSE(other->fails);
  CHECK(other->end == RolloutEnd::completed);
}

TEST_CASE("a failure to rehearse is a container and how it fails") {
  CHECK(parse_failure("app=exit:137")->exit_code == 137);
  CHECK(parse_failure("app=unhealthy")->container == "app");
  for (const char* wrong : {"", "app", "=exit:1", "app=", "app=exit", "app=exit:", "app=exit:x", "app=exit:256", "app=exit:-1", "app=exit:1 "}) {
    INFO(wrong);
    CHECK_FALSE(parse_failure(wrong));
  }
}

}  // namespace berth::plan
