#include "scheduler/transitions.h"

#include <catch2/catch.hpp>

using namespace berth;
using namespace berth::scheduler;

namespace {

const Timestamp kNow{std::chrono::seconds(1000)};

/// The actions as "pull app, stop db"; begins them, so that the next call shows what is new.
std::string step(Task& task, Timestamp now = kNow, const TransitionOptions& options = {}) {
  std::string text;
  for (const ContainerAction& action : next_actions(task, now, options).actions) {
    if (!text.empty()) text += ", ";
    std::string kind(name_of(action.kind));
    for (char& c : kind) c = static_cast<char>(std::tolower(c));
    text += kind + " " + action.container;
    begin(task, action, now);
  }
  return text;
}

void report(Task& task, const std::string& container, ContainerReport what, Timestamp now = kNow) {
  apply(task, {.container = container, .report = std::move(what)}, now);
}

void bring_up(Task& task, const std::string& container) {
  report(task, container, Pulled{.image_digest = "sha256:1"});
  report(task, container, Created{.runtime_id = "id-" + container});
  report(task, container, Started{});
}

Task one_container() { return {.id = "t", .containers = {{.name = "app"}}}; }

}  // namespace

TEST_CASE("a container is pulled, created and started, one action at a time") {
  Task task = one_container();
  CHECK(step(task) == "pull app");
  CHECK(step(task).empty());
  CHECK(task.pull_started_at == kNow);
  report(task, "app", Pulled{.image_digest = "sha256:1"});
  CHECK(step(task) == "create app");
  report(task, "app", Created{.runtime_id = "abc"});
  CHECK(step(task) == "start app");
  CHECK(task.last_status == TaskStatus::Pending);
  report(task, "app", Started{.network_bindings = {{.container_port = 80, .host_port = 32768}}, .private_ip = "10.0.0.2"});
  CHECK(task.last_status == TaskStatus::Running);
  CHECK(task.started_at == kNow);
  CHECK(task.private_ip == "10.0.0.2");
  CHECK(task.containers[0].network_bindings[0].host_port == 32768);
  CHECK(step(task).empty());
}

TEST_CASE("what the runtime wrote down before the clock was set back came now at the latest") {
  Task task = one_container();
  report(task, "app", Pulled{.image_digest = "sha256:1"});
  report(task, "app", Created{.runtime_id = "abc"});
  report(task, "app", Started{.at = kNow - std::chrono::seconds(5)});
  CHECK(task.containers[0].started_at == kNow - std::chrono::seconds(5));
  report(task, "app", Exited{.exit_code = 0, .at = kNow + std::chrono::minutes(2)});
  CHECK(task.containers[0].finished_at == kNow);
  Task late = one_container();
  report(late, "app", Pulled{.image_digest = "sha256:1"});
  report(late, "app", Started{.at = kNow + std::chrono::minutes(2)});
  CHECK(late.containers[0].started_at == kNow);
}

TEST_CASE("after a restart the action that was in flight is taken up again") {
  Task task = one_container();
  CHECK(step(task) == "pull app");
  forget_in_flight(task);
  CHECK(step(task) == "pull app");
}

TEST_CASE("the exit of an essential container stops the task with its reason") {
  Task task = one_container();
  bring_up(task, "app");
  const std::int64_t version = task.version;
  report(task, "app", Exited{.exit_code = 3});
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.stop_code == StopCode::EssentialContainerExited);
  CHECK(task.stopped_reason == "Essential container in task exited");
  CHECK(task.containers[0].exit_code == 3);
  CHECK(task.stopped_at == kNow);
  CHECK(task.execution_stopped_at == kNow);
  CHECK(task.version == version + 1);
}

TEST_CASE("the exit of a non-essential container leaves the task running") {
  Task task{.containers = {{.name = "app"}, {.name = "init", .essential = false}}};
  bring_up(task, "app");
  bring_up(task, "init");
  report(task, "init", Exited{.exit_code = 1});
  CHECK(task.last_status == TaskStatus::Running);
  CHECK(step(task).empty());
}

TEST_CASE("a task is RUNNING when its last container is running or has already stopped") {
  Task task{.containers = {{.name = "app", .depends_on = {{"init", DependencyCondition::Success}}},
                           {.name = "init", .essential = false}}};
  CHECK(step(task) == "pull init");
  bring_up(task, "init");
  CHECK(task.last_status == TaskStatus::Pending);
  CHECK(step(task).empty());
  report(task, "init", Exited{.exit_code = 0});
  CHECK(step(task) == "pull app");
  bring_up(task, "app");
  CHECK(task.last_status == TaskStatus::Running);
}

TEST_CASE("images of waiting containers are pulled upfront when that is wanted, but not created") {
  Task task{.containers = {{.name = "app", .depends_on = {{"db", DependencyCondition::Start}}}, {.name = "db"}}};
  const TransitionOptions upfront{.pull_upfront = true};
  CHECK(step(task, kNow, upfront) == "pull app, pull db");
  report(task, "app", Pulled{});
  CHECK(step(task, kNow, upfront).empty());
}

TEST_CASE("an init container that fails stops the task that waits for its success") {
  Task task{.containers = {{.name = "app", .depends_on = {{"init", DependencyCondition::Success}}},
                           {.name = "init", .essential = false}}};
  step(task);
  bring_up(task, "init");
  report(task, "init", Exited{.exit_code = 7});
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.stop_code == StopCode::TaskFailedToStart);
  CHECK(task.stopped_reason == "TaskDependencyError: dependency 'init' exited with code 7 and can't become SUCCESS");
  CHECK_FALSE(task.started_at);
}

TEST_CASE("a start timeout wakes the task and then ends it") {
  Task task{.containers = {{.name = "app", .depends_on = {{"db", DependencyCondition::Healthy}}},
                           {.name = "db", .has_health_check = true, .start_timeout = std::chrono::seconds(20)}}};
  step(task);
  bring_up(task, "db");
  CHECK(next_actions(task, kNow).wake_at == kNow + std::chrono::seconds(20));
  CHECK_FALSE(settle(task, kNow + std::chrono::seconds(19)).any);
  CHECK(settle(task, kNow + std::chrono::seconds(20)).desired_status);
  CHECK(task.stop_code == StopCode::TaskFailedToStart);
  CHECK(step(task, kNow + std::chrono::seconds(20)) == "stop db");
}

TEST_CASE("a failed pull is tried again with a pause when it may succeed, and ends the task when tries are used up") {
  Task task = one_container();
  const TransitionOptions twice{.tries = 2};
  CHECK(step(task) == "pull app");
  const ActionFailed failure{ContainerActionKind::Pull, "CannotPullContainerError", "registry is down", true};
  apply(task, {"app", failure}, kNow, twice);
  CHECK(step(task).empty());
  CHECK(next_actions(task, kNow).wake_at == kNow + std::chrono::seconds(1));
  CHECK(step(task, kNow + std::chrono::seconds(1)) == "pull app");
  apply(task, {"app", failure}, kNow, twice);
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.stop_code == StopCode::TaskFailedToStart);
  CHECK(task.stopped_reason == "CannotPullContainerError: registry is down");
}

TEST_CASE("a container that can not be created ends its task at once; its partner is stopped") {
  Task task{.containers = {{.name = "app"}, {.name = "db"}}};
  step(task);
  bring_up(task, "db");
  report(task, "app", Pulled{});
  CHECK(step(task) == "create app");
  report(task, "app", ActionFailed{ContainerActionKind::Create, "CannotCreateContainerError", "no such user", false});
  CHECK(task.desired_status == DesiredStatus::Stopped);
  CHECK(task.last_status == TaskStatus::Pending);
  CHECK(step(task) == "stop db");
  report(task, "db", Exited{.exit_code = 143});
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.stopped_reason == "CannotCreateContainerError: no such user");
}

TEST_CASE("containers are stopped in reverse of their dependencies, each with its timeout") {
  Task task{.containers = {{.name = "db", .stop_timeout = std::chrono::seconds(5)},
                           {.name = "app", .depends_on = {{"db", DependencyCondition::Start}}}}};
  bring_up(task, "db");
  bring_up(task, "app");
  request_stop(task, StopCode::UserInitiated, "enough", kNow);
  CHECK(task.stopped_reason == "enough");
  const TaskStep first = next_actions(task, kNow);
  REQUIRE(first.actions.size() == 1);
  CHECK(first.actions[0] == ContainerAction{ContainerActionKind::Stop, "app", std::chrono::seconds(30)});
  report(task, "app", Exited{.exit_code = 0});
  CHECK(next_actions(task, kNow).actions.at(0) == ContainerAction{ContainerActionKind::Stop, "db", std::chrono::seconds(5)});
}

TEST_CASE("a stop cancels what was not started, but waits for a start in flight") {
  Task pulling = one_container();
  step(pulling);
  request_stop(pulling, StopCode::UserInitiated, "", kNow);
  CHECK(pulling.last_status == TaskStatus::Stopped);
  CHECK_FALSE(pulling.containers[0].exit_code);

  Task starting = one_container();
  report(starting, "app", Pulled{});
  report(starting, "app", Created{"id"});
  CHECK(step(starting) == "start app");
  request_stop(starting, StopCode::UserInitiated, "", kNow);
  CHECK(starting.last_status == TaskStatus::Pending);
  CHECK(step(starting).empty());
  report(starting, "app", Started{});
  CHECK(starting.last_status == TaskStatus::Pending);
  CHECK(step(starting) == "stop app");
}

TEST_CASE("the first stop's code and reason stay") {
  Task task = one_container();
  bring_up(task, "app");
  request_stop(task, StopCode::ServiceSchedulerInitiated, "scale-in", kNow);
  request_stop(task, StopCode::UserInitiated, "me too", kNow);
  report(task, "app", Exited{.exit_code = 143});
  CHECK(task.stop_code == StopCode::ServiceSchedulerInitiated);
  CHECK(task.stopped_reason == "scale-in");
}

TEST_CASE("a container that does not let itself be stopped is taken for stopped after all tries") {
  Task task = one_container();
  bring_up(task, "app");
  request_stop(task, StopCode::UserInitiated, "", kNow);
  Timestamp now = kNow;
  for (int i = 0; i < 5; ++i) {
    CHECK(step(task, now) == "stop app");
    report(task, "app", ActionFailed{ContainerActionKind::Stop, "CannotStopContainerError", "stuck", true}, now);
    now += std::chrono::seconds(5);
  }
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.containers[0].reason == "CannotStopContainerError: stuck");
}

TEST_CASE("an exit that was seen before the start counts as having run") {
  Task task = one_container();
  report(task, "app", Pulled{});
  report(task, "app", Created{"id"});
  step(task);
  report(task, "app", Exited{.exit_code = 1});
  CHECK(task.stop_code == StopCode::EssentialContainerExited);
  CHECK(task.started_at == kNow);
  // The start's own report comes late.
  report(task, "app", Started{});
  CHECK(task.containers[0].known_status == ContainerStatus::Stopped);
}

TEST_CASE("a container killed for memory says so") {
  Task task = one_container();
  bring_up(task, "app");
  report(task, "app", Exited{.exit_code = 137, .out_of_memory = true});
  CHECK(task.containers[0].reason == "OutOfMemoryError: Container killed due to memory usage");
}

TEST_CASE("a container that somebody else removed has stopped without exit code") {
  Task task = one_container();
  bring_up(task, "app");
  report(task, "app", Removed{});
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.stop_code == StopCode::EssentialContainerExited);
  CHECK_FALSE(task.containers[0].exit_code);
}

TEST_CASE("task health is the worst of the essential containers with a check") {
  Task task{.containers = {{.name = "a", .has_health_check = true},
                           {.name = "b", .has_health_check = true},
                           {.name = "side", .essential = false, .has_health_check = true},
                           {.name = "plain"}}};
  for (const char* name : {"a", "b", "side", "plain"}) bring_up(task, name);
  CHECK(task.health == HealthStatus::Unknown);
  report(task, "a", HealthChanged{HealthStatus::Healthy});
  CHECK(task.health == HealthStatus::Unknown);
  report(task, "b", HealthChanged{HealthStatus::Healthy});
  CHECK(task.health == HealthStatus::Healthy);
  report(task, "side", HealthChanged{HealthStatus::Unhealthy});
  CHECK(task.health == HealthStatus::Healthy);
  report(task, "b", HealthChanged{HealthStatus::Unhealthy});
  CHECK(task.health == HealthStatus::Unhealthy);
  CHECK(task.last_status == TaskStatus::Running);
}

TEST_CASE("a stopped task's containers are removed after a while, once") {
  Task task = one_container();
  bring_up(task, "app");
  report(task, "app", Exited{.exit_code = 0});
  const TransitionOptions options{.remove_after = std::chrono::minutes(1)};
  CHECK(next_actions(task, kNow, options).wake_at == kNow + std::chrono::minutes(1));
  const Timestamp due = kNow + std::chrono::minutes(1);
  CHECK(step(task, due, options) == "remove app");
  report(task, "app", Removed{}, due);
  CHECK(step(task, due, options).empty());
  CHECK(task.containers[0].exit_code == 0);
}

TEST_CASE("reports of unknown containers and repeated reports change nothing") {
  Task task = one_container();
  bring_up(task, "app");
  const Task before = task;
  CHECK_FALSE(apply(task, {"nobody", Started{}}, kNow).any);
  CHECK_FALSE(apply(task, {"app", Pulled{"sha256:2"}}, kNow).any);
  CHECK_FALSE(apply(task, {"app", Started{}}, kNow).any);
  CHECK(task == before);
}

TEST_CASE("a task with its own interface shows STOPPING; others stay RUNNING until they have stopped") {
  for (const char* mode : {"awsvpc", "bridge"}) {
    Task task = one_container();
    task.network_mode = mode;
    bring_up(task, "app");
    request_stop(task, StopCode::UserInitiated, "", kNow);
    CHECK(task.last_status == (task.network_mode == "awsvpc" ? TaskStatus::Stopping : TaskStatus::Running));
    report(task, "app", Exited{.exit_code = 143});
    CHECK(task.last_status == TaskStatus::Stopped);
  }
}

namespace {

/// RUNNING since kNow, with a restart policy.
Task restarting_task(std::vector<int> ignored = {}) {
  Task task = one_container();
  task.containers[0].restart_policy = RestartPolicy{.ignored_exit_codes = std::move(ignored), .attempt_period = std::chrono::seconds(60)};
  bring_up(task, "app");
  return task;
}

const Timestamp kLater = kNow + std::chrono::seconds(60);

}  // namespace

TEST_CASE("a container with a restart policy is started again and its task stays RUNNING") {
  Task task = restarting_task();
  report(task, "app", Exited{.exit_code = 0}, kLater);
  CHECK(task.last_status == TaskStatus::Running);
  CHECK(task.desired_status == DesiredStatus::Running);
  CHECK(task.containers[0].known_status == ContainerStatus::Running);
  CHECK(step(task, kLater) == "start app");
  report(task, "app", Exited{.exit_code = 0}, kLater);
  CHECK(task.containers[0].restarting);
  report(task, "app", Started{}, kLater);
  CHECK_FALSE(task.containers[0].restarting);
  CHECK(task.containers[0].restart_count == 1);
  CHECK(task.containers[0].started_at == kNow);
  CHECK(step(task, kLater).empty());
  // Not again before it has run for the period since its last start.
  report(task, "app", Exited{.exit_code = 1}, kLater + std::chrono::seconds(59));
  CHECK(task.stop_code == StopCode::EssentialContainerExited);
  CHECK(task.containers[0].exit_code == 1);
}

TEST_CASE("exits that the policy ignores, come too early or have no code end the container") {
  Task ignored = restarting_task({0, 3});
  report(ignored, "app", Exited{.exit_code = 3}, kLater);
  CHECK(ignored.last_status == TaskStatus::Stopped);
  Task early = restarting_task();
  report(early, "app", Exited{.exit_code = 1}, kLater - Milliseconds(1));
  CHECK(early.last_status == TaskStatus::Stopped);
  Task lost = restarting_task();
  report(lost, "app", Exited{}, kLater);
  CHECK(lost.last_status == TaskStatus::Stopped);
}

TEST_CASE("a container that waits to be started again can be stopped") {
  Task task = restarting_task();
  report(task, "app", Exited{.exit_code = 1}, kLater);
  request_stop(task, StopCode::UserInitiated, "enough", kLater);
  CHECK(task.last_status == TaskStatus::Stopped);
  Task begun = restarting_task();
  report(begun, "app", Exited{.exit_code = 1}, kLater);
  CHECK(step(begun, kLater) == "start app");
  request_stop(begun, StopCode::UserInitiated, "enough", kLater);
  CHECK(begun.last_status == TaskStatus::Running);
  report(begun, "app", Started{}, kLater);
  CHECK(step(begun, kLater) == "stop app");
}

TEST_CASE("a restart that fails ends the container with the reason") {
  Task task = restarting_task();
  report(task, "app", Exited{.exit_code = 1}, kLater);
  CHECK(step(task, kLater) == "start app");
  report(task, "app", ActionFailed{.action = ContainerActionKind::Start, .error_name = "CannotStartContainerError", .message = "no"}, kLater);
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.containers[0].reason == "CannotStartContainerError: no");
}
