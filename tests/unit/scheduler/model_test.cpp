#include <catch2/catch.hpp>

#include "scheduler/deployment.h"
#include "scheduler/model/json.h"
#include "scheduler/placement.h"

using namespace berth;
using namespace berth::scheduler;

namespace {

const Timestamp kNow{Milliseconds(1'700'000'000'123)};

/// As it is read back.
template <class T>
Json document_of(const T& value) {
  return parse_json(json_text(value)).value();
}

Task full_task() {
  Task task;
  task.id = "0123456789abcdef0123456789abcdef";
  task.deployment_id = "ecs-svc/1";
  task.last_status = TaskStatus::Deactivating;
  task.desired_status = DesiredStatus::Stopped;
  task.health = HealthStatus::Unhealthy;
  task.reserved = {.cpu = 256, .memory = 512, .ports = {{8080, "udp"}}};
  task.created_at = kNow;
  task.stop_code = StopCode::EssentialContainerExited;
  task.accounted = {.running = true, .healthy = false, .stopped = true};
  task.tags = {{"team", "shop"}};
  task.extra = {{"overrides", {{"cpu", "1"}}}};
  task.containers = {{.name = "app",
                      .depends_on = {{"init", DependencyCondition::Success}},
                      .stop_timeout = std::chrono::seconds(7),
                      .known_status = ContainerStatus::Running,
                      .exit_code = -1,
                      .network_bindings = {{"127.0.0.1", 80, 32768, "tcp"}},
                      .in_flight = ContainerActionKind::Stop,
                      .in_flight_since = kNow,
                      .attempts = 2}};
  return task;
}

}  // namespace

TEST_CASE("a task is the same after a round through JSON") {
  const Task task = full_task();
  CHECK(task_from_json(document_of(task)).value() == task);
}

TEST_CASE("a service is the same after a round through JSON") {
  Service service;
  service.name = "web";
  service.status = ServiceStatus::Draining;
  service.deployment_configuration = {50, 150, {.enable = true, .rollback = true}};
  service.health_check_grace_period_seconds = 30;
  begin_deployment(service, {.id = "ecs-svc/1", .task_definition_arn = "v1"}, kNow);
  service.deployments[0].throttle = {.failed_rounds = 3, .retry_at = kNow};
  service.last_completed = service.deployments[0];
  service.events = {{"id", kNow, "message"}};
  CHECK(service_from_json(document_of(service)).value() == service);
}

TEST_CASE("an instance is the same after a round through JSON") {
  const Instance instance{.id = "i",
                          .status = InstanceStatus::Draining,
                          .registered = {.cpu = 1, .memory = 2, .ports = {{22}}},
                          .attributes = {{"ecs.os-type", "linux"}},
                          .registered_at = kNow};
  CHECK(instance_from_json(document_of(instance)).value() == instance);
}

TEST_CASE("stored documents use the names of ECS") {
  const Json json = document_of(full_task());
  CHECK(json["lastStatus"] == "DEACTIVATING");
  CHECK(json["containers"][0]["dependsOn"][0]["condition"] == "SUCCESS");
  CHECK(json["createdAt"] == 1'700'000'000'123);
  CHECK_FALSE(json.contains("startedAt"));
}

TEST_CASE("missing members keep their default and unknown ones are ignored") {
  const Task task = task_from_json(Json{{"taskId", "a"}, {"fromTheFuture", 1}, {"startedAt", nullptr}}).value();
  CHECK(task.id == "a");
  CHECK(task.network_mode == "bridge");
  CHECK_FALSE(task.started_at);
}

TEST_CASE("a member of the wrong kind is an error that names its path") {
  const auto message = [](const Json& json) { return task_from_json(json).error().message; };
  CHECK(message({{"taskId", 1}}) == "taskId: expected a string");
  CHECK(message({{"lastStatus", "FLYING"}}) == "lastStatus: expected a known name, found \"FLYING\"");
  CHECK(message({{"containers", {{{"networkBindings", {{{"hostPort", 70000}}}}}}}}) ==
        "containers[0].networkBindings[0].hostPort: expected an integer from 0 to 65535");
  CHECK(message(Json::array()) == "document: expected an object");
}

TEST_CASE("the table of task moves leads forward only") {
  for (const TaskMove& move : kTaskMoves) CHECK(move.from < move.to);
  CHECK(may_move(TaskStatus::Pending, TaskStatus::Running));
  CHECK_FALSE(may_move(TaskStatus::Stopped, TaskStatus::Running));
}

TEST_CASE("rollout bounds, stuck combinations and breaker thresholds are those of the documentation") {
  CHECK(rollout_bounds(3, {50, 125, {}}) == RolloutBounds{2, 3});
  CHECK(can_never_progress(3, 100, 125));
  CHECK(can_never_progress(2, 75, 100));
  CHECK(can_never_progress(1, 50, 100));
  CHECK_FALSE(can_never_progress(1, 0, 100));
  CHECK_FALSE(can_never_progress(4, 100, 125));
  CHECK_FALSE(can_never_progress(0, 100, 100));
  const std::vector<std::pair<int, int>> thresholds{{1, 3}, {6, 3}, {7, 4}, {25, 13}, {400, 200}, {800, 200}};
  for (const auto& [desired, threshold] : thresholds) CHECK(breaker_threshold(desired) == threshold);
}

TEST_CASE("the launch delay doubles from ten seconds to 27 minutes") {
  CHECK(throttle_delay(1) == Milliseconds(0));
  CHECK(throttle_delay(2) == std::chrono::seconds(10));
  CHECK(throttle_delay(3) == std::chrono::seconds(20));
  CHECK(throttle_delay(9) == std::chrono::seconds(1280));
  CHECK(throttle_delay(10) == std::chrono::minutes(27));
  CHECK(throttle_delay(1000) == std::chrono::minutes(27));
}

TEST_CASE("deployment ids have 19 digits") {
  RandomSource random(1);
  for (int i = 0; i < 100; ++i) {
    const std::string id = new_deployment_id(random);
    CHECK(id.size() == std::string("ecs-svc/").size() + 19);
    CHECK(id.find_first_not_of("0123456789", 8) == std::string::npos);
  }
}

TEST_CASE("each requirement that an instance does not meet has its reason") {
  const InstanceLoad good{
      .instance = {.id = "i", .registered = {.cpu = 100, .memory = 100, .ports = {{22}}}, .attributes = {{"zone", "a"}}}};
  const TaskRequirements fits{.resources = {.cpu = 100, .memory = 100, .ports = {{80}}},
                              .attributes = {{"zone", "a"}, {"zone", ""}}};
  const auto reason = [](const TaskRequirements& task, const InstanceLoad& load) -> std::string {
    const Placement placement = place(task, {}, {load});
    const auto* none = std::get_if<NotPlaced>(&placement);
    return none == nullptr ? "" : none->rejections.at(0).reason;
  };
  CHECK(reason(fits, good).empty());

  TaskRequirements task = fits;
  task.resources.cpu = 101;
  CHECK(reason(task, good) == "RESOURCE:CPU");
  task = fits;
  task.resources.memory = 101;
  CHECK(reason(task, good) == "RESOURCE:MEMORY");
  task = fits;
  task.resources.ports = {{22}};
  CHECK(reason(task, good) == "RESOURCE:PORTS");
  task.resources.ports = {{22, "udp"}};
  CHECK(reason(task, good).empty());
  task = fits;
  task.attributes = {{"zone", "b"}};
  CHECK(reason(task, good) == "ATTRIBUTE");

  InstanceLoad load = good;
  load.instance.agent_connected = false;
  CHECK(reason(fits, load) == "AGENT");
  load = good;
  load.instance.status = InstanceStatus::Draining;
  CHECK(reason(fits, load) == "INACTIVE");
}

TEST_CASE("a task told to stop takes nothing of its instance any more") {
  Task running{.instance_id = "i", .reserved = {.cpu = 10, .memory = 20, .ports = {{80}}}};
  Task stopping = running;
  stopping.desired_status = DesiredStatus::Stopped;
  Task elsewhere = running;
  elsewhere.instance_id = "j";
  CHECK(load_of({.id = "i"}, {running, stopping, elsewhere}).reserved == running.reserved);
}
