// libs: berth_engine
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/engine_harness.h"

// What is remembered of tasks that have stopped, and for how long.
namespace berth::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST_CASE("stopped tasks, their output and their checks are remembered for seven days, through restarts") {
  const auto file = std::filesystem::temp_directory_path() / ("berth-memory-" + RandomSource().hex(12));
  EngineHarness harness(file.string());
  REQUIRE(harness.call("CreateCluster", R"({"clusterName": "prod"})").status == 200);
  const auto definition = R"({"family": "job", "containerDefinitions": [{"name": "app", "image": "fake/says-hello_exit-3-after-5s", "memory": 64}]})";
  REQUIRE(harness.call("RegisterTaskDefinition", definition).status == 200);
  REQUIRE(harness.call("RunTask", R"({"cluster": "prod", "taskDefinition": "job"})").status == 200);
  harness.advance(seconds(60));
  const auto ids = harness.store().list_tasks({.cluster = "prod", .desired_status = "STOPPED"});
  REQUIRE(ids.size() == 1);
  const auto logs = R"({"cluster": "prod", "task": ")" + ids[0] + "\"}";
  harness.advance(hours(7 * 24 - 1));
  harness.start();
  harness.settle();
  const auto told = harness.call("TaskLogs", logs);
  CHECK(told.status == 200);
  CHECK(told.body.find("hello") != std::string::npos);
  CHECK(told.body.find("\"exitCode\":3") != std::string::npos);
  CHECK(told.body.find("finishedAt") != std::string::npos);
  harness.advance(hours(2));
  CHECK_FALSE(harness.store().task(ids[0]));
  CHECK(harness.call("TaskLogs", logs).status == 400);
  CHECK(harness.store().log_tail_bytes() == 0);
  harness.crash();
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + part);
}

}  // namespace
}  // namespace berth::test
