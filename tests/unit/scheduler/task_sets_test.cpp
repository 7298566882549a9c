#include <catch2/catch.hpp>

#include "scheduler/deployment.h"
#include "scheduler/model/json.h"
#include "scheduler/reconcile_service.h"

// Task sets: the share of the desired count that each has, and that a decision about them decides everything.
namespace berth::scheduler {
namespace {

Service service_with(std::int64_t desired, const std::vector<double>& scales) {
  Service service;
  service.name = "web";
  service.cluster_arn = "arn:aws:ecs:us-east-1:000000000000:cluster/prod";
  service.controller = DeploymentController::External;
  service.desired_count = desired;
  for (std::size_t i = 0; i < scales.size(); ++i) {
    Deployment set;
    set.id = "ecs-svc/" + std::to_string(i + 1);
    set.task_definition_arn = "web:" + std::to_string(i + 1);
    set.task_set = TaskSetPart{.scale = scales[i]};
    begin_task_set(service, std::move(set), Timestamp(std::chrono::hours(1)));
  }
  return service;
}

void start_all(ServiceView& view, Timestamp now) {
  for (Task& task : view.tasks) {
    if (task.desired_status == DesiredStatus::Stopped) {
      task.last_status = TaskStatus::Stopped;
    } else if (task.last_status != TaskStatus::Running) {
      task.last_status = TaskStatus::Running;
      task.started_at = now;
    }
  }
}

std::int64_t running(const ServiceView& view, const std::string& id) {
  return std::count_if(view.tasks.begin(), view.tasks.end(),
                       [&](const Task& task) { return task.deployment_id == id && task.last_status == TaskStatus::Running; });
}

/// Decides until nothing is left to decide, tasks starting and stopping at once. Every decision is whole: straight after it there is nothing more.
void settle(ServiceView& view, RandomSource& random) {
  Timestamp now = Timestamp(std::chrono::hours(2));
  for (int round = 0; round < 20; ++round) {
    (void)commit(view, reconcile(view, now), now, random);
    CHECK(reconcile(view, now).empty());
    start_all(view, now);
    now += std::chrono::minutes(1);
  }
  CHECK(reconcile(view, now).empty());
}

}  // namespace

TEST_CASE("a share of the desired count is rounded up") {
  CHECK(computed_count(3, 40) == 2);
  CHECK(computed_count(10, 12) == 2);
  CHECK(computed_count(10, 10) == 1);
  CHECK(computed_count(1000, 7.7) == 77);
  CHECK(computed_count(5, 100) == 5);
  CHECK(computed_count(5, 0) == 0);
  CHECK(computed_count(0, 100) == 0);
}

TEST_CASE("each task set comes to its own count, and a deleted one goes when its tasks have stopped") {
  RandomSource random(7);
  ServiceView view{.service = service_with(4, {100, 30}), .tasks = {}, .instances = {}, .requirements = {}};
  settle(view, random);
  CHECK(running(view, "ecs-svc/1") == 4);
  CHECK(running(view, "ecs-svc/2") == 2);
  CHECK(view.service.steady);

  scale_task_set(view.service, *find_task_set(view.service, "ecs-svc/2"), 100, Timestamp(std::chrono::hours(3)));
  begin_delete(*find_task_set(view.service, "ecs-svc/1"), Timestamp(std::chrono::hours(3)));
  settle(view, random);
  CHECK(running(view, "ecs-svc/1") == 0);
  CHECK(running(view, "ecs-svc/2") == 4);
  REQUIRE(view.service.deployments.size() == 1);
  CHECK(view.service.deployments.front().id == "ecs-svc/2");

  set_desired_count(view.service, 1, Timestamp(std::chrono::hours(4)));
  settle(view, random);
  CHECK(running(view, "ecs-svc/2") == 1);
}

TEST_CASE("an unhealthy task of a set stands in until its replacement is up") {
  RandomSource random(7);
  ServiceView view{.service = service_with(2, {100}), .tasks = {}, .instances = {}, .requirements = {}};
  settle(view, random);
  Task& sick = view.tasks.front();
  sick.containers.push_back({.name = "app", .essential = true, .has_health_check = true});
  sick.health = HealthStatus::Unhealthy;
  const std::string id = sick.id;
  const Timestamp now(std::chrono::hours(4));
  ServiceDecision first = reconcile(view, now);
  CHECK(first.start.size() == 1);
  CHECK(first.stop.empty());
  (void)commit(view, first, now, random);
  start_all(view, now);
  const ServiceDecision second = reconcile(view, now + std::chrono::minutes(1));
  REQUIRE(second.stop.size() == 1);
  CHECK(second.stop.front().task_id == id);
}

TEST_CASE("one primary at a time, and the service shows what it is made of") {
  Service service = service_with(2, {100, 100});
  make_primary(service, "ecs-svc/1", Timestamp(std::chrono::hours(2)));
  CHECK(service.task_definition_arn == "web:1");
  make_primary(service, "ecs-svc/2", Timestamp(std::chrono::hours(3)));
  CHECK(service.task_definition_arn == "web:2");
  CHECK(find_task_set(service, "ecs-svc/1")->status == DeploymentStatus::Active);
  CHECK(find_task_set(service, "ecs-svc/2")->status == DeploymentStatus::Primary);
  const auto written = parse_json(json_text(service));
  REQUIRE(written);
  const auto again = service_from_json(*written);
  REQUIRE(again);
  CHECK(*again == service);
}

}  // namespace berth::scheduler
