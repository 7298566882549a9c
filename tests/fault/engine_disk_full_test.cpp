// libs: berth_engine
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "api/operations.h"
#include "tests/support/engine_harness.h"

// The disk is full: the store's file cannot grow. What was confirmed stays, requests are refused with ServerException, containers go on, and when
// there is space again the engine goes on from what it sees.
namespace berth::test {
namespace {

using std::chrono::seconds;

/// While it lives no file can be written beyond its first bytes; with SIGXFSZ ignored a write fails as on a full disk.
class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    rlimit none = before_;
    none.rlim_cur = 1;
    REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
  }
  ~FullDisk() { (void)setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

class TemporaryFile {
 public:
  TemporaryFile() : directory_(std::filesystem::temp_directory_path() / ("berth-full-" + RandomSource().hex(12))) {
    std::filesystem::create_directory(directory_);
  }
  ~TemporaryFile() { std::filesystem::remove_all(directory_); }
  [[nodiscard]] std::string path() const { return (directory_ / "engine.db").string(); }

 private:
  std::filesystem::path directory_;
};

void make_service(EngineHarness& harness) {
  REQUIRE(harness.call("CreateCluster", R"({"clusterName": "prod"})").status == 200);
  const auto definition = R"({"family": "web", "containerDefinitions": [{"name": "app", "image": "fake/app", "memory": 64}]})";
  REQUIRE(harness.call("RegisterTaskDefinition", definition).status == 200);
  REQUIRE(harness.call("CreateService", R"({"cluster": "prod", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2})").status == 200);
  harness.advance(seconds(60));
}

std::int64_t running(EngineHarness& harness) {
  return harness.store().service_task_counts({"prod", "web"}).running;
}

TEST_CASE("a full disk refuses changes, loses nothing and ends nothing") {
  const TemporaryFile file;
  EngineHarness harness(file.path());
  make_service(harness);
  REQUIRE(running(harness) == 2);
  const auto victim = harness.world.containers().front().name;
  {
    const FullDisk full;
    const auto refused = harness.call("CreateCluster", R"({"clusterName": "more"})");
    CHECK(refused.status == 500);
    CHECK(refused.body.find("ServerException") != std::string::npos);
    CHECK_FALSE(harness.store().cluster("more"));
    const auto described = harness.call("DescribeServices", R"({"cluster": "prod", "services": ["web"]})");
    CHECK(described.status == 200);
    CHECK(described.body.find("\"runningCount\":2") != std::string::npos);
    // What is seen meanwhile can't be written down; it is not forgotten either.
    harness.world.kill(victim);
    harness.advance(seconds(30));
    CHECK(harness.call("ListClusters", "{}").status == 200);
    CHECK(running(harness) == 2);
  }
  harness.advance(seconds(10));
  CHECK(running(harness) == 2);
  CHECK_FALSE(harness.world.find(victim));
  CHECK(harness.world.containers().size() == 2);
  CHECK(harness.call("CreateCluster", R"({"clusterName": "more"})").status == 200);
  harness.start();
  harness.settle();
  CHECK(harness.store().cluster("more"));
  CHECK(running(harness) == 2);
}

TEST_CASE("an engine that dies on a full disk finds everything that was confirmed") {
  const TemporaryFile file;
  EngineHarness harness(file.path());
  make_service(harness);
  {
    const FullDisk full;
    CHECK(harness.call("UpdateService", R"({"cluster": "prod", "service": "web", "desiredCount": 5})").status == 500);
    harness.crash();
  }
  harness.start();
  harness.advance(seconds(60));
  CHECK(harness.store().service({"prod", "web"})->desired_count == 2);
  CHECK(running(harness) == 2);
  CHECK(harness.world.containers().size() == 2);
}

}  // namespace
}  // namespace berth::test
