#include "scheduler/dependencies.h"

#include <catch2/catch.hpp>

using namespace berth;
using namespace berth::scheduler;

namespace {

const Timestamp kNow{std::chrono::seconds(1000)};

Container after(const std::string& name, std::vector<ContainerDependency> edges) {
  return {.name = name, .depends_on = std::move(edges)};
}

std::string refusal(const std::vector<Container>& containers) {
  const Result<void> result = check_dependencies(containers);
  return result ? "" : result.error().message;
}

/// A task whose container `app` waits for `dep`, which is as given.
Task waiting(DependencyCondition condition, Container dep) {
  dep.name = "dep";
  return {.containers = {std::move(dep), after("app", {{"dep", condition}})}};
}

DependencyState::Verdict verdict(const Task& task) { return dependency_state(task, task.containers[1], kNow).verdict; }

}  // namespace

TEST_CASE("a dependency graph that can work is accepted") {
  CHECK(refusal({after("a", {{"b", DependencyCondition::Start}}), after("b", {})}).empty());
}

TEST_CASE("a dependency on an unknown container is refused by name") {
  CHECK(refusal({after("a", {{"nope", DependencyCondition::Start}})}).find("'nope'") != std::string::npos);
}

TEST_CASE("a container that depends on itself is refused") {
  CHECK(refusal({after("a", {{"a", DependencyCondition::Start}})}) == "container 'a' depends on itself");
}

TEST_CASE("a cycle is refused with its path") {
  CHECK(refusal({after("x", {{"a", DependencyCondition::Start}}), after("a", {{"b", DependencyCondition::Start}}),
                 after("b", {{"a", DependencyCondition::Start}})}) == "the container dependencies form a cycle: a -> b -> a");
}

TEST_CASE("waiting for the end of an essential container is refused") {
  CHECK(refusal({after("a", {{"b", DependencyCondition::Success}}), after("b", {})}).find("cannot be essential") !=
        std::string::npos);
  CHECK(refusal({after("a", {{"b", DependencyCondition::Success}}), {.name = "b", .essential = false}}).empty());
}

TEST_CASE("HEALTHY needs a health check, and a dependency is named once") {
  CHECK(refusal({after("a", {{"b", DependencyCondition::Healthy}}), after("b", {})}).find("has no health check") !=
        std::string::npos);
  CHECK(refusal({after("a", {{"b", DependencyCondition::Start}, {"b", DependencyCondition::Start}}), after("b", {})})
            .find("more than once") != std::string::npos);
}

TEST_CASE("the start order puts dependencies first and keeps the definition's order otherwise") {
  CHECK(start_order({after("web", {{"db", DependencyCondition::Start}}), after("log", {}), after("db", {})}) ==
        std::vector<std::string>{"db", "web", "log"});
}

TEST_CASE("START is met by a running and by a stopped dependency") {
  CHECK(verdict(waiting(DependencyCondition::Start, {.known_status = ContainerStatus::Created})) ==
        DependencyState::Verdict::Waiting);
  CHECK(verdict(waiting(DependencyCondition::Start, {.known_status = ContainerStatus::Running})) ==
        DependencyState::Verdict::Ready);
  CHECK(verdict(waiting(DependencyCondition::Start, {.known_status = ContainerStatus::Stopped})) ==
        DependencyState::Verdict::Ready);
}

TEST_CASE("COMPLETE wants any exit code, SUCCESS wants 0") {
  const Container failed{.known_status = ContainerStatus::Stopped, .exit_code = 3};
  const Container never_ran{.known_status = ContainerStatus::Stopped};
  CHECK(verdict(waiting(DependencyCondition::Complete, failed)) == DependencyState::Verdict::Ready);
  CHECK(verdict(waiting(DependencyCondition::Complete, never_ran)) == DependencyState::Verdict::Never);
  CHECK(verdict(waiting(DependencyCondition::Success, failed)) == DependencyState::Verdict::Never);
  CHECK(verdict(waiting(DependencyCondition::Success, {.known_status = ContainerStatus::Stopped, .exit_code = 0})) ==
        DependencyState::Verdict::Ready);
}

TEST_CASE("HEALTHY waits for the verdict and can't come after the end") {
  Container dep{.has_health_check = true, .known_status = ContainerStatus::Running};
  CHECK(verdict(waiting(DependencyCondition::Healthy, dep)) == DependencyState::Verdict::Waiting);
  dep.health = HealthStatus::Healthy;
  CHECK(verdict(waiting(DependencyCondition::Healthy, dep)) == DependencyState::Verdict::Ready);
  dep.known_status = ContainerStatus::Stopped;
  CHECK(verdict(waiting(DependencyCondition::Healthy, dep)) == DependencyState::Verdict::Never);
}

TEST_CASE("the dependency's start timeout ends the wait of containers that are not created yet") {
  Container dep{.essential = false, .start_timeout = std::chrono::seconds(10), .known_status = ContainerStatus::Running};
  dep.started_at = kNow - std::chrono::seconds(9);
  Task task = waiting(DependencyCondition::Complete, dep);
  CHECK(dependency_state(task, task.containers[1], kNow).until == kNow + std::chrono::seconds(1));
  CHECK(dependency_state(task, task.containers[1], kNow + std::chrono::seconds(1)).verdict == DependencyState::Verdict::Never);
  task.containers[1].known_status = ContainerStatus::Created;
  CHECK(dependency_state(task, task.containers[1], kNow + std::chrono::seconds(1)).verdict == DependencyState::Verdict::Waiting);
}

TEST_CASE("a container is stopped after those that depend on it") {
  Task task = waiting(DependencyCondition::Start, {.known_status = ContainerStatus::Running});
  task.containers[1].known_status = ContainerStatus::Running;
  CHECK(may_stop(task, task.containers[1]));
  CHECK_FALSE(may_stop(task, task.containers[0]));
  task.containers[1].known_status = ContainerStatus::Stopped;
  CHECK(may_stop(task, task.containers[0]));
}
