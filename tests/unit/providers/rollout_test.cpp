#include "providers/ecs/rollout.h"

#include <catch2/catch.hpp>

#include "providers/ecs/await.h"
#include "providers/ecs/failure_report.h"
#include "tests/unit/providers/fakes.h"

namespace berth::provider {
namespace {

const std::string kNew = "arn:aws:ecs:us-east-1:000000000000:task-definition/web:2";
const std::string kOld = "arn:aws:ecs:us-east-1:000000000000:task-definition/web:1";

Json deployment(const std::string& id, const std::string& status, const std::string& revision, const std::string& state, int desired, int running,
                int pending = 0) {
  return {{"id", id}, {"status", status}, {"taskDefinition", revision}, {"rolloutState", state}, {"desiredCount", desired}, {"runningCount", running},
          {"pendingCount", pending}};
}

Json service(int desired, int running, int pending, Json deployments) {
  return {{"serviceName", "web"}, {"clusterArn", "arn:aws:ecs:us-east-1:000000000000:cluster/main"}, {"status", "ACTIVE"}, {"desiredCount", desired},
          {"runningCount", running}, {"pendingCount", pending}, {"deployments", std::move(deployments)}};
}

const Expected kOurs{"d2", kNew};

TEST_CASE("stable means: ours, completed, alone, and running equals desired") {
  const Json good = service(2, 2, 0, {deployment("d2", "PRIMARY", kNew, "COMPLETED", 2, 2)});
  CHECK(judge_rollout(good, kOurs).state == RolloutState::stable);

  SECTION("not while it is in progress") {
    CHECK(judge_rollout(service(2, 2, 0, {deployment("d2", "PRIMARY", kNew, "IN_PROGRESS", 2, 2)}), kOurs).state == RolloutState::waiting);
  }
  SECTION("not while too few run") {
    const Rollout rollout = judge_rollout(service(2, 1, 1, {deployment("d2", "PRIMARY", kNew, "COMPLETED", 2, 1)}), kOurs);
    CHECK(rollout.state == RolloutState::waiting);
    CHECK(rollout.progress.awaiting == "1 task to start");
  }
  SECTION("not while an old deployment has tasks") {
    const Rollout rollout = judge_rollout(
        service(2, 2, 0, {deployment("d2", "PRIMARY", kNew, "COMPLETED", 2, 2), deployment("d1", "ACTIVE", kOld, "COMPLETED", 0, 2)}), kOurs);
    CHECK(rollout.state == RolloutState::waiting);
    CHECK(rollout.progress.awaiting == "2 old tasks to stop");
  }
  SECTION("not while too many run") {
    const Rollout rollout = judge_rollout(service(1, 2, 0, {deployment("d2", "PRIMARY", kNew, "COMPLETED", 1, 1)}), kOurs);
    CHECK(rollout.state == RolloutState::waiting);
    CHECK(rollout.progress.awaiting == "1 task to stop");
  }
  SECTION("zero tasks are stable too") {
    CHECK(judge_rollout(service(0, 0, 0, {deployment("d2", "PRIMARY", kNew, "COMPLETED", 0, 0)}), kOurs).state == RolloutState::stable);
  }
  SECTION("without a rollout state the counts decide") {
    Json plain = good;
    plain["deployments"][0].erase("rolloutState");
    CHECK(judge_rollout(plain, kOurs).state == RolloutState::stable);
  }
  SECTION("without an id the primary deployment is meant") { CHECK(judge_rollout(good, {"", ""}).state == RolloutState::stable); }
}

TEST_CASE("a deployment of somebody else is not success") {
  const Rollout other = judge_rollout(service(2, 2, 0, {deployment("d9", "PRIMARY", kOld, "COMPLETED", 2, 2)}), kOurs);
  CHECK(other.state == RolloutState::superseded);
  CHECK(other.reason.find("web:1") != std::string::npos);
  const Rollout both =
      judge_rollout(service(2, 2, 0, {deployment("d9", "PRIMARY", kOld, "IN_PROGRESS", 2, 0), deployment("d2", "ACTIVE", kNew, "IN_PROGRESS", 0, 2)}), kOurs);
  CHECK(both.state == RolloutState::superseded);
}

TEST_CASE("a failed deployment is rolled back when another one is primary, else failed") {
  Json failed = deployment("d2", "PRIMARY", kNew, "FAILED", 2, 0);
  failed["rolloutStateReason"] = "ECS deployment circuit breaker: tasks failed to start.";
  const Rollout alone = judge_rollout(service(2, 0, 0, {failed}), kOurs);
  CHECK(alone.state == RolloutState::failed);
  CHECK(alone.reason == "ECS deployment circuit breaker: tasks failed to start.");

  failed["status"] = "ACTIVE";
  const Rollout back = judge_rollout(service(2, 2, 0, {deployment("d3", "PRIMARY", kOld, "IN_PROGRESS", 2, 2), failed}), kOurs);
  CHECK(back.state == RolloutState::rolled_back);
  CHECK(back.reason.find("back to web:1") != std::string::npos);

  Json rolling = deployment("d3", "PRIMARY", kOld, "IN_PROGRESS", 2, 2);
  rolling["rolloutStateReason"] = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.";
  CHECK(judge_rollout(service(2, 2, 0, {rolling}), kOurs).state == RolloutState::rolled_back);
}

TEST_CASE("a rollback that is over already is known by the service's events") {
  Json back = service(2, 2, 0, {deployment("d1", "PRIMARY", kOld, "COMPLETED", 2, 2)});
  back["events"] = Json::array({{{"message", "(service web) rolling back to (deployment d1)."}},
                                {{"message", "(service web) (deployment d2) deployment failed: tasks failed to start."}}});
  const Rollout rollout = judge_rollout(back, kOurs);
  CHECK(rollout.state == RolloutState::rolled_back);
  CHECK(rollout.reason == "deployment failed: tasks failed to start. (back to web:1)");
  back["events"][1]["message"] = "(service web) (deployment d0) deployment failed: tasks failed to start.";
  CHECK(judge_rollout(back, kOurs).state == RolloutState::superseded);
}

TEST_CASE("progress counts the tasks of our deployment, not the old ones") {
  const Rollout rollout = judge_rollout(
      service(2, 3, 0, {deployment("d2", "PRIMARY", kNew, "IN_PROGRESS", 2, 1), deployment("d1", "ACTIVE", kOld, "COMPLETED", 0, 2)}), kOurs);
  CHECK(rollout.progress.running == 1);
  CHECK(rollout.progress.awaiting == "1 task to start");
}

TEST_CASE("a service that is deleted meanwhile is gone") {
  Json draining = service(2, 2, 0, Json::array());
  draining["status"] = "DRAINING";
  CHECK(judge_rollout(draining, kOurs).state == RolloutState::gone);
}

/// A server whose service goes through `states`; each look shows the next one.
FakeHttp::Handler going_through(std::vector<Json> states, Json stopped_tasks = Json::array()) {
  auto next = std::make_shared<std::size_t>(0);
  return [states = std::move(states), next, stopped_tasks](const std::string& operation, const Json&) -> Result<HttpResponse> {
    if (operation == "DescribeServices") return answer({{"services", Json::array({states[std::min((*next)++, states.size() - 1)]})}});
    if (operation == "ListTasks") return answer({{"taskArns", stopped_tasks.empty() ? Json::array() : Json::array({"arn:x/1"})}});
    if (operation == "DescribeTasks") return answer({{"tasks", stopped_tasks}});
    if (operation == "TaskLogs") {
      return answer({{"containers", Json::array({{{"name", "app"}, {"lines", Json::array({{{"timestamp", 1.5}, {"text", "cannot bind port 80"}}})}}})}});
    }
    return refusal("UnknownOperationException");
  };
}

struct Waiting {
  explicit Waiting(FakeHttp::Handler handler) : http(std::move(handler)), client(http, clock) {}
  Result<void> stable(AwaitOptions options = {}) {
    return await_stable(client, clock, {"main", "web"}, kOurs, options, action, progress);
  }
  FakeHttp http;
  FakeClock clock;
  EcsClient client;
  plan::Action action;
  Recorder progress;
};

TEST_CASE("waiting ends when the service is stable, and reports each change once") {
  const Json starting = service(2, 0, 2, {deployment("d2", "PRIMARY", kNew, "IN_PROGRESS", 2, 0, 2)});
  const Json half = service(2, 1, 1, {deployment("d2", "PRIMARY", kNew, "IN_PROGRESS", 2, 1, 1)});
  const Json good = service(2, 2, 0, {deployment("d2", "PRIMARY", kNew, "COMPLETED", 2, 2)});
  Waiting w(going_through({starting, starting, half, good}));
  REQUIRE(w.stable());
  REQUIRE(w.progress.seen.size() == 3);
  CHECK(w.progress.seen[0].running == 0);
  CHECK(w.progress.seen[1].running == 1);
  CHECK(w.progress.seen[2].running == 2);
  CHECK(w.http.count("DescribeServices") == 4);
}

TEST_CASE("the service that gets nowhere times out, with what its containers said") {
  const Json stuck = service(2, 0, 1, {deployment("d2", "PRIMARY", kNew, "IN_PROGRESS", 2, 0, 1)});
  const Json task{{"taskArn", "arn:aws:ecs:r:a:task/main/0123456789abcdef"}, {"taskDefinitionArn", kNew}, {"lastStatus", "STOPPED"},
                  {"stopCode", "EssentialContainerExited"}, {"stoppedReason", "Essential container in task exited"}, {"stoppedAt", 5.0},
                  {"containers", Json::array({{{"name", "app"}, {"exitCode", 137}}})}};
  Waiting w(going_through({stuck}, Json::array({task})));
  const Timestamp begin = w.clock.now();
  const auto result = w.stable({.timeout = std::chrono::minutes(2)});
  REQUIRE_FALSE(result);
  CHECK(result.error().code == plan::kTimedOut);
  CHECK(w.clock.now() - begin >= std::chrono::minutes(2));
  CHECK(w.clock.now() - begin < std::chrono::minutes(3));
  for (const char* part : {"0 of 2 tasks of the deployment run", "Essential container in task exited", "exited with code 137 (killed by SIGKILL", "| cannot bind port 80"}) {
    INFO(result.error().message);
    CHECK(result.error().message.find(part) != std::string::npos);
  }
}

TEST_CASE("progress extends the time there is") {
  std::vector<Json> states;
  for (int running = 0; running < 10; ++running) {
    for (int i = 0; i < 60; ++i) states.push_back(service(10, running, 1, {deployment("d2", "PRIMARY", kNew, "IN_PROGRESS", 10, running, 1)}));
  }
  states.push_back(service(10, 10, 0, {deployment("d2", "PRIMARY", kNew, "COMPLETED", 10, 10)}));
  Waiting w(going_through(std::move(states)));
  CHECK(w.stable({.timeout = std::chrono::minutes(2)}));
}

TEST_CASE("an engine that is restarted meanwhile is waited for, one that stays away is not") {
  const Json good = service(2, 2, 0, {deployment("d2", "PRIMARY", kNew, "COMPLETED", 2, 2)});
  const Error refused{"connect", "cannot connect", true};
  int lost = 0;
  const auto away_for = [&](int looks) {
    return [&, looks](const std::string&, const Json&) -> Result<HttpResponse> {
      if (lost++ < looks) return refused;
      return answer({{"services", Json::array({good})}});
    };
  };
  SECTION("restarted") {
    Waiting w(away_for(8));
    CHECK(w.stable());
    CHECK(lost == 9);
  }
  SECTION("gone") {
    Waiting w(away_for(1'000'000));
    const Timestamp begin = w.clock.now();
    const auto result = w.stable();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "connect");
    CHECK(w.clock.now() - begin < std::chrono::minutes(2));
  }
}

TEST_CASE("a rollback has a code of its own") {
  Json failed = deployment("d2", "ACTIVE", kNew, "FAILED", 0, 0);
  Waiting w(going_through({service(2, 2, 0, {deployment("d3", "PRIMARY", kOld, "IN_PROGRESS", 2, 2), failed})}));
  const auto result = w.stable();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == plan::kRolledBack);
}

TEST_CASE("Ctrl-C ends the wait") {
  const Json stuck = service(2, 0, 1, {deployment("d2", "PRIMARY", kNew, "IN_PROGRESS", 2, 0, 1)});
  Waiting w(going_through({stuck}));
  SECTION("asked through the progress") { w.progress.stop = true; }
  SECTION("in the middle of a pause") { w.clock.interrupt(); }
  const auto result = w.stable();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == plan::kInterrupted);
}

TEST_CASE("a service is gone when it is INACTIVE, missing, or its cluster is") {
  Json draining = service(0, 1, 0, Json::array());
  draining["status"] = "DRAINING";
  Json inactive = draining;
  inactive["status"] = "INACTIVE";
  const auto gone = [](FakeHttp::Handler handler) {
    Waiting w(std::move(handler));
    return await_gone(w.client, w.clock, {"main", "web"}, {}, w.action, w.progress).has_value();
  };
  CHECK(gone(going_through({draining, draining, inactive})));
  CHECK(gone(in_turn({answer({{"services", Json::array()}, {"failures", Json::array({{{"reason", "MISSING"}}})}})})));
  CHECK(gone(in_turn({refusal("ClusterNotFoundException")})));
  CHECK_FALSE(gone(in_turn({refusal("AccessDeniedException")})));
  CHECK_FALSE(gone(going_through({draining})));
}

TEST_CASE("exit codes are put into words") {
  CHECK(exit_code_meaning(0).empty());
  CHECK(exit_code_meaning(1).empty());
  CHECK(exit_code_meaning(127) == "the command was not found");
  CHECK(exit_code_meaning(137).find("SIGKILL") != std::string::npos);
  CHECK(exit_code_meaning(134) == "ended by SIGABRT");
}

TEST_CASE("the newest stopped tasks of the revision are described, not those the scheduler stopped") {
  const auto task = [](const std::string& id, const std::string& revision, const std::string& code, double at) {
    return Json{{"taskArn", "a/" + id}, {"taskDefinitionArn", revision}, {"lastStatus", "STOPPED"}, {"stopCode", code}, {"stoppedReason", "why " + id},
                {"stoppedAt", at}, {"containers", Json::array()}};
  };
  const Json tasks = Json::array({task("1", kNew, "EssentialContainerExited", 1), task("2", kNew, "EssentialContainerExited", 3),
                                  task("3", kOld, "EssentialContainerExited", 9), task("4", kNew, "ServiceSchedulerInitiated", 8)});
  CHECK(describe_stopped_tasks(tasks, kNew, 5) == "task 2: why 2\ntask 1: why 1\n");
  CHECK(describe_stopped_tasks(tasks, kNew, 1) == "task 2: why 2\n");
}

}  // namespace
}  // namespace berth::provider
