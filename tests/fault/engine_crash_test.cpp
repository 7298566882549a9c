// libs: berth_engine
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <set>

#include "api/operations.h"
#include "tests/support/engine_harness.h"

// The engine's process dies at every write of the store, just before and just after it became durable, while a client creates a service, rolls
// out a new revision, scales it and deletes it. The machine and the file stay; a new engine must bring everything to what was asked for, with
// no container doubled, orphaned or missing.
namespace berth::test {
namespace {

using std::chrono::seconds;

/// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_((std::filesystem::temp_directory_path() / ("berth-fault-" + RandomSource().hex(12))).string()) {
    std::filesystem::create_directory(path_);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

api::RegisterTaskDefinitionRequest definition(const std::string& marker) {
  api::ContainerDefinition app;
  app.name = "app";
  app.image = "fake/app:" + marker;
  app.memory = 64;
  app.stop_timeout = 5;
  api::ContainerDefinition helper = app;
  helper.name = "helper";
  helper.depends_on = std::vector<api::ContainerDependency>{{.container_name = "app", .condition = "START", .other_members = {}}};
  api::RegisterTaskDefinitionRequest request;
  request.family = "web";
  request.container_definitions = std::vector<api::ContainerDefinition>{app, helper};
  return request;
}

/// A client that asks again when the engine died before it answered.
class Scenario {
 public:
  explicit Scenario(const std::string& database) : harness(database) {}

  /// Everything a client does, and what must be true in between. `crashes` counts the deaths of the engine on the way.
  void run() {
    must<api::op::CreateCluster>({.cluster_name = "prod"});
    const std::string first = register_definition("one");
    api::CreateServiceRequest create{.cluster = "prod", .service_name = "web", .task_definition = first, .desired_count = 4};
    must<api::op::CreateService>(create);
    settle_at(4, first);
    const std::string second = register_definition("two");
    must<api::op::UpdateService>({.cluster = "prod", .service = "web", .task_definition = second});
    settle_at(4, second);
    must<api::op::UpdateService>({.cluster = "prod", .service = "web", .desired_count = 2});
    settle_at(2, second);
    must<api::op::DeleteService>({.cluster = "prod", .service = "web", .force = true}, "ServiceNotFoundException");
    settle_at(0, second);
  }

  EngineHarness harness;
  int crashes = 0;

 private:
  void attempt(const std::function<void()>& step) {
    while (true) {
      try {
        return step();
      } catch (const engine::CrashPoint&) {
        ++crashes;
        harness.start();
      }
    }
  }

  template <class Op>
  typename Op::Response must(const typename Op::Request& request, const std::string& or_error = "") {
    std::optional<Result<typename Op::Response>> answer;
    attempt([&] { answer.emplace(harness.call<Op>(request)); });
    if (!*answer) {
      INFO(answer->error().message);
      REQUIRE(answer->error().code == or_error);
      return {};
    }
    return **answer;
  }

  std::string register_definition(const std::string& marker) {
    return *must<api::op::RegisterTaskDefinition>(definition(marker)).task_definition->task_definition_arn;
  }

  void settle_at(std::size_t tasks, const std::string& task_definition) {
    // An interrupted advance starts over: more time than needed may pass, never less.
    attempt([this] { harness.advance(seconds(300)); });
    std::set<std::pair<std::string, std::string>> running;
    for (const engine::ContainerState& container : harness.world.containers()) {
      CHECK(container.phase == engine::ContainerState::Phase::running);
      CHECK(running.insert({container.task_id, container.container}).second);
      const auto task = harness.store().task(container.task_id);
      REQUIRE(task);
      CHECK(task->desired_status == scheduler::DesiredStatus::Running);
      CHECK(task->task_definition_arn == task_definition);
    }
    CHECK(running.size() == 2 * tasks);
    const auto counts = harness.store().service_task_counts({"prod", "web"});
    CHECK(counts == engine::TaskCounts{.running = static_cast<std::int64_t>(tasks), .pending = 0});
    CHECK(harness.store().live_tasks().size() == tasks);
    const auto service = harness.store().service({"prod", "web"});
    REQUIRE(service);
    CHECK(service->status == (tasks == 0 ? scheduler::ServiceStatus::Inactive : scheduler::ServiceStatus::Active));
    if (tasks > 0) CHECK(service->deployments.size() == 1);
  }
};

void crash_everywhere(engine::Store::When when, engine::FakeWorld::AtCrash at_crash) {
  const TemporaryDirectory directory;
  std::int64_t commit = 0;
  while (true) {
    ++commit;
    Scenario scenario(directory.file(std::to_string(commit) + ".db"));
    scenario.harness.world.at_crash(at_crash);
    scenario.harness.store().fail_at(commit, when);
    INFO("crash at commit " << commit);
    scenario.run();
    // Beyond the last commit nothing crashed: every write has been tried.
    if (scenario.crashes == 0) break;
    CHECK(scenario.crashes == 1);
  }
  CHECK(commit > 20);
}

}  // namespace

TEST_CASE("the engine survives a crash before every commit, and begun container operations finish") {
  crash_everywhere(engine::Store::When::before, engine::FakeWorld::AtCrash::finish);
}
TEST_CASE("the engine survives a crash after every commit, and begun container operations finish") {
  crash_everywhere(engine::Store::When::after, engine::FakeWorld::AtCrash::finish);
}
TEST_CASE("the engine survives a crash before every commit, and begun container operations are lost") {
  crash_everywhere(engine::Store::When::before, engine::FakeWorld::AtCrash::forget);
}
TEST_CASE("the engine survives a crash after every commit, and begun container operations are lost") {
  crash_everywhere(engine::Store::When::after, engine::FakeWorld::AtCrash::forget);
}

}  // namespace berth::test
