#include <catch2/catch.hpp>

#include "api/codec.h"
#include "engine/agent/agent.h"
#include "engine/agent/container_spec.h"
#include "engine/drivers/fake_driver.h"
#include "scheduler/model/json.h"

namespace berth::engine {
namespace {

using scheduler::ContainerStatus;
using scheduler::DependencyCondition;
using scheduler::Task;
using scheduler::TaskStatus;
using std::chrono::seconds;

/// A container of a task under test: its image says what it does.
struct Part {
  std::string name;
  std::string image = "fake/app";
  bool essential = true;
  std::vector<scheduler::ContainerDependency> depends_on{};
  bool health_check = false;
  std::optional<Milliseconds> stop_timeout{};
};

/// The fake driver, whose list can be one of an earlier moment.
class LateLists final : public ContainerDriver {
 public:
  explicit LateLists(FakeWorld& world) : driver_(world) {}
  void submit(Operation operation) override { driver_.submit(std::move(operation)); }
  [[nodiscard]] News poll() override { return driver_.poll(); }
  [[nodiscard]] Result<std::vector<ContainerState>> list() override { return earlier ? Result(*std::exchange(earlier, std::nullopt)) : driver_.list(); }
  [[nodiscard]] Result<std::vector<LogLine>> logs(const LogQuery& query) override { return driver_.logs(query); }
  [[nodiscard]] Capacity capacity() const override { return driver_.capacity(); }
  void on_news(std::function<void()> wake) override { driver_.on_news(std::move(wake)); }
  void tick(Timestamp now) override { driver_.tick(now); }
  [[nodiscard]] std::optional<Timestamp> next_tick() const override { return driver_.next_tick(); }

  std::optional<std::vector<ContainerState>> earlier;

 private:
  FakeDriver driver_;
};

/// A store and a fake machine, and an agent between them that can crash.
class Bench {
 public:
  Bench() {
    auto opened = Store::open({.path = ":memory:", .durable = false});
    REQUIRE(opened);
    store_ = std::move(*opened);
    start_agent();
  }

  void start_agent() {
    crash();
    driver_.emplace(world);
    agent_.emplace(
        *store_, *driver_, [this](const std::function<void()>& work) { held ? held->push_back(work) : work(); }, AgentOptions{});
  }

  /// The engine dies: what is in its memory is lost, the store and the machine stay.
  void crash() {
    agent_.reset();
    driver_.reset();
  }

  std::string add(const std::string& id, const std::vector<Part>& parts) {
    Json definition = {
        {"family", "web"}, {"revision", next_revision_}, {"status", "ACTIVE"}, {"containerDefinitions", Json::array()}};
    Task task;
    task.id = id;
    task.arn = "arn:aws:ecs:us-east-1:000000000000:task/shop/" + id;
    task.cluster_arn = "arn:aws:ecs:us-east-1:000000000000:cluster/shop";
    task.task_definition_arn = "arn:aws:ecs:us-east-1:000000000000:task-definition/web:" + std::to_string(next_revision_++);
    definition["taskDefinitionArn"] = task.task_definition_arn;
    task.created_at = world.now();
    for (const auto& part : parts) {
      Json container = {{"name", part.name}, {"image", part.image}};
      if (part.health_check) container["healthCheck"] = {{"command", {"CMD", "true"}}, {"interval", 5}};
      definition["containerDefinitions"].push_back(std::move(container));
      scheduler::Container known;
      known.name = part.name;
      known.image = part.image;
      known.essential = part.essential;
      known.depends_on = part.depends_on;
      known.has_health_check = part.health_check;
      known.stop_timeout = part.stop_timeout;
      task.containers.push_back(std::move(known));
    }
    auto decoded = api::decode<api::TaskDefinition>(definition);
    REQUIRE(decoded);
    change([&] {
      store_->put_task_definition({.definition = *decoded});
      store_->put_task(task);
    });
    agent_->add(id, world.now());
    return id;
  }

  void change(const std::function<void()>& write) {
    Store::Transaction transaction(*store_);
    write();
    auto committed = transaction.commit();
    REQUIRE(committed);
  }

  void stop(const std::string& id) {
    auto known = task(id);
    (void)scheduler::request_stop(known, scheduler::StopCode::UserInitiated, "enough", world.now());
    change([&] { store_->put_task(known); });
    agent_->add(id, world.now());
  }

  void step() { (void)agent_->step(world.now()); }

  void pass(Milliseconds time) {
    // As the daemon's timer would.
    step();
    for (auto end = world.now() + time; world.now() < end;) {
      auto next = std::min(end, std::max(agent_->next_wake().value_or(end), world.now() + Milliseconds(1)));
      (void)agent_->step(next);
      world.advance(next);
    }
    step();
  }

  Task task(const std::string& id) const {
    auto found = store_->task(id);
    REQUIRE(found);
    return *found;
  }
  scheduler::Container container(const std::string& id, const std::string& name) const { return *find_container(task(id), name); }
  std::string name(const std::string& id, const std::string& container_name) const {
    return runtime_name(task(id), container_name);
  }
  Store& store() { return *store_; }
  Agent& agent() { return *agent_; }
  LateLists& driver() { return *driver_; }

  /// Set: work that blocks waits here until it is released, as if the runtime did not answer.
  std::optional<std::vector<std::function<void()>>> held;
  void release() {
    const auto works = std::exchange(held, std::nullopt);
    for (const auto& work : *works) work();
  }

  FakeWorld world;

 private:
  std::unique_ptr<Store> store_;
  std::optional<LateLists> driver_;
  std::optional<Agent> agent_;
  int next_revision_ = 1;
};

TEST_CASE("a task is pulled, created, started and runs; told to stop, it stops, leaves its last lines and nothing else") {
  Bench bench;
  bench.add("t1", {{.name = "app", .image = "fake/says-hello"}});
  bench.step();
  CHECK(bench.world.journal() == std::vector<std::string>{"pull app", "create app", "start app"});
  auto running = bench.task("t1");
  CHECK(running.last_status == TaskStatus::Running);
  CHECK(running.started_at);
  CHECK_FALSE(running.containers[0].runtime_id.empty());
  CHECK(running.containers[0].image_digest.rfind("sha256:", 0) == 0);

  bench.stop("t1");
  bench.step();
  auto stopped = bench.task("t1");
  CHECK(stopped.last_status == TaskStatus::Stopped);
  CHECK(stopped.stop_code == scheduler::StopCode::UserInitiated);
  CHECK(stopped.containers[0].exit_code == 143);
  CHECK(bench.world.containers().empty());
  auto tail = bench.store().log_tail("t1", "app");
  REQUIRE(tail);
  REQUIRE(tail->lines.size() == 1);
  CHECK(tail->lines[0].text == "hello");
  CHECK(bench.store().live_tasks().empty());
}

TEST_CASE("containers start in the order of their dependencies and stop in the reverse one") {
  Bench bench;
  bench.add("t1", {{.name = "app", .depends_on = {{"db", DependencyCondition::Healthy}, {"init", DependencyCondition::Success}}},
                   {.name = "db", .health_check = true},
                   {.name = "init", .image = "fake/exit-0-after-2s", .essential = false}});
  bench.step();
  CHECK(bench.task("t1").last_status == TaskStatus::Pending);
  bench.pass(seconds(4));
  CHECK(bench.container("t1", "app").known_status == ContainerStatus::None);
  bench.pass(seconds(1));
  CHECK(bench.task("t1").last_status == TaskStatus::Running);
  CHECK(bench.container("t1", "db").health == scheduler::HealthStatus::Healthy);
  bench.world.clear_journal();
  bench.stop("t1");
  bench.step();
  CHECK(bench.world.journal() ==
        std::vector<std::string>{"stop app", "exit app 143", "stop db", "exit db 143", "remove app", "remove db", "remove init"});
}

TEST_CASE("a dependency that fails ends the task, with the reason") {
  Bench bench;
  bench.add("t1", {{.name = "app", .depends_on = {{"init", DependencyCondition::Success}}},
                   {.name = "init", .image = "fake/exit-4-after-1s", .essential = false}});
  bench.pass(seconds(2));
  auto task = bench.task("t1");
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.stop_code == scheduler::StopCode::TaskFailedToStart);
  CHECK(task.containers[0].reason.find("init") != std::string::npos);
  CHECK(task.containers[1].exit_code == 4);
}

TEST_CASE("the end of an essential container ends the others") {
  Bench bench;
  bench.add("t1", {{.name = "app", .image = "fake/exit-3-after-10s"}, {.name = "log", .essential = false}});
  bench.pass(seconds(9));
  CHECK(bench.task("t1").last_status == TaskStatus::Running);
  bench.pass(seconds(1));
  auto task = bench.task("t1");
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.stop_code == scheduler::StopCode::EssentialContainerExited);
  CHECK(task.containers[0].exit_code == 3);
  CHECK(task.containers[1].exit_code == 143);
}

TEST_CASE("a container that ignores the stop signal is killed at its own time limit") {
  Bench bench;
  bench.add("t1", {{.name = "app", .image = "fake/ignores-stop", .stop_timeout = seconds(7)}});
  bench.step();
  bench.stop("t1");
  bench.pass(seconds(6));
  CHECK(bench.container("t1", "app").known_status == ContainerStatus::Running);
  bench.pass(seconds(1));
  CHECK(bench.container("t1", "app").exit_code == 137);
}

TEST_CASE("health is followed") {
  Bench bench;
  bench.add("t1", {{.name = "app", .image = "fake/healthy-after-2s_unhealthy-after-9s", .health_check = true}});
  bench.pass(seconds(3));
  CHECK(bench.task("t1").health == scheduler::HealthStatus::Healthy);
  bench.pass(seconds(7));
  CHECK(bench.task("t1").health == scheduler::HealthStatus::Unhealthy);
}

TEST_CASE("an image that can't be had ends the task as failed to start") {
  Bench bench;
  bench.add("t1", {{.name = "app", .image = "fake/pull-fails"}});
  bench.pass(seconds(60));
  auto task = bench.task("t1");
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.stop_code == scheduler::StopCode::TaskFailedToStart);
  CHECK(task.stopped_reason.rfind("CannotPullContainerError", 0) == 0);
}

TEST_CASE("a pull that fails for the moment is tried again") {
  Bench bench;
  bench.world.fail_next(OperationKind::pull, {"CannotPullContainerError", "registry is down", true}, 2);
  bench.add("t1", {{.name = "app"}});
  bench.step();
  CHECK(bench.task("t1").last_status == TaskStatus::Pending);
  bench.pass(seconds(10));
  CHECK(bench.task("t1").last_status == TaskStatus::Running);
}

TEST_CASE("a port that is taken ends the task as failed to start, and its container goes") {
  Bench bench;
  bench.world.fail_next(OperationKind::start, {"CannotStartContainerError", "port is already allocated", true});
  bench.add("t1", {{.name = "app"}});
  bench.step();
  auto task = bench.task("t1");
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.stop_code == scheduler::StopCode::TaskFailedToStart);
  CHECK(task.stopped_reason.find("port is already allocated") != std::string::npos);
  CHECK(bench.world.containers().empty());
}

TEST_CASE("a container removed by somebody else has vanished") {
  Bench bench;
  bench.add("t1", {{.name = "app"}});
  bench.step();
  bench.world.vanish(bench.name("t1", "app"));
  bench.step();
  auto task = bench.task("t1");
  CHECK(task.last_status == TaskStatus::Stopped);
  CHECK(task.containers[0].reason.rfind("ContainerVanishedError", 0) == 0);
}

TEST_CASE("a container killed for memory says so") {
  Bench bench;
  bench.add("t1", {{.name = "app", .image = "fake/oom-after-1s"}});
  bench.pass(seconds(2));
  CHECK(bench.container("t1", "app").exit_code == 137);
  CHECK(bench.container("t1", "app").reason.rfind("OutOfMemoryError", 0) == 0);
}

TEST_CASE("a stop that fails is tried again, a removal until it succeeds") {
  Bench bench;
  bench.add("t1", {{.name = "app"}});
  bench.step();
  bench.world.fail_next(OperationKind::stop, {"CannotStopContainerError", "docker is slow", true}, 2);
  bench.world.fail_next(OperationKind::remove, {"CannotRemoveContainerError", "device is busy", true}, 8);
  bench.stop("t1");
  bench.pass(seconds(10));
  CHECK(bench.task("t1").last_status == TaskStatus::Stopped);
  CHECK(bench.container("t1", "app").exit_code == 143);
  CHECK(bench.world.containers().size() == 1);
  bench.pass(seconds(600));
  CHECK(bench.world.containers().empty());
}

TEST_CASE("events that were lost are made up for by comparing") {
  Bench bench;
  bench.add("t1", {{.name = "app"}});
  bench.step();
  bench.world.lose_events();
  bench.world.kill(bench.name("t1", "app"), 9);
  bench.step();
  CHECK(bench.task("t1").last_status == TaskStatus::Running);
  SECTION("when the stream is back") {
    bench.world.restore_events();
    bench.step();
  }
  SECTION("after a minute, when nobody says that they were lost") { bench.pass(seconds(60)); }
  CHECK(bench.container("t1", "app").exit_code == 9);
  CHECK(bench.task("t1").last_status == TaskStatus::Stopped);
}

TEST_CASE("a container of no task is removed") {
  Bench bench;
  ContainerSpec stranger;
  stranger.name = "ecs-web-1-app-gone";
  stranger.task_id = "gone";
  stranger.container = "app";
  stranger.image = "fake/app";
  bench.world.put(stranger, ContainerState::Phase::running);
  bench.step();
  CHECK(bench.world.containers().empty());
}

TEST_CASE("after a crash running containers are adopted: nothing is done to them") {
  Bench bench;
  bench.add("t1", {{.name = "app"}, {.name = "log", .essential = false}});
  bench.step();
  auto before = bench.task("t1");
  bench.world.clear_journal();
  bench.start_agent();
  bench.pass(seconds(5));
  CHECK(bench.world.journal().empty());
  CHECK(json_text(bench.task("t1")) == json_text(before));
}

TEST_CASE("what ended, vanished or rose while the engine was away is noticed at its start") {
  Bench bench;
  for (const char* id : {"ended", "vanished", "stays"}) bench.add(id, {{.name = "app"}});
  bench.step();
  bench.crash();
  bench.world.kill("ecs-web-1-app-ended", 5);
  bench.world.vanish("ecs-web-2-app-vanished");
  bench.start_agent();
  bench.step();
  CHECK(bench.container("ended", "app").exit_code == 5);
  CHECK(bench.container("vanished", "app").reason.rfind("ContainerVanishedError", 0) == 0);
  CHECK(bench.task("stays").last_status == TaskStatus::Running);
  CHECK(bench.world.containers().size() == 1);
}

TEST_CASE("a machine that was restarted ends its tasks") {
  Bench bench;
  bench.add("t1", {{.name = "app"}});
  bench.step();
  bench.crash();
  bench.world.reboot();
  bench.start_agent();
  bench.step();
  CHECK(bench.task("t1").last_status == TaskStatus::Stopped);
  CHECK(bench.container("t1", "app").exit_code == 137);
}

TEST_CASE("a crash while an operation is in flight leaves the task where it was going, whether Docker finishes it or not") {
  auto finish = GENERATE(true, false);
  auto slow = GENERATE(as<std::string>(), "pull", "create", "start", "remove", "stop");
  CAPTURE(finish, slow);
  Bench bench;
  bench.world.at_crash(finish ? FakeWorld::AtCrash::finish : FakeWorld::AtCrash::forget);
  bench.add("t1", {{.name = "app", .image = "fake/" + slow + "-10s"}});
  bench.step();
  bool ends = slow == "remove" || slow == "stop";
  if (ends) bench.stop("t1"), bench.step();
  bench.pass(seconds(5));
  bench.start_agent();
  bench.pass(seconds(70));
  if (ends) {
    CHECK(bench.task("t1").last_status == TaskStatus::Stopped);
    CHECK(bench.world.containers().empty());
  } else {
    CHECK(bench.task("t1").last_status == TaskStatus::Running);
    CHECK(bench.world.containers().size() == 1);
  }
}

TEST_CASE("a task told to stop while its container is being created leaves no container, also across a crash") {
  auto crashes = GENERATE(false, true);
  Bench bench;
  bench.add("t1", {{.name = "app", .image = "fake/create-10s"}});
  bench.step();
  bench.stop("t1");
  bench.pass(seconds(1));
  if (crashes) bench.start_agent();
  bench.pass(seconds(80));
  CHECK(bench.task("t1").last_status == TaskStatus::Stopped);
  CHECK(bench.world.containers().empty());
}

TEST_CASE("a crash at every write of a task's life ends in the same state") {
  for (auto when : {Store::When::before, Store::When::after}) {
    for (int n = 1;; ++n) {
      CAPTURE(n);
      Bench bench;
      bench.add("t1", {{.name = "app", .depends_on = {{"init", DependencyCondition::Success}}},
                       {.name = "init", .image = "fake/exit-0-after-1s", .essential = false}});
      bench.store().fail_at(n, when);
      bool crashed = false;
      auto survive = [&](const std::function<void()>& act) {
        try {
          act();
        } catch (const CrashPoint&) {
          crashed = true;
          bench.start_agent();
          act();
        }
      };
      survive([&] { bench.pass(seconds(5)); });
      CHECK(bench.task("t1").last_status == TaskStatus::Running);
      CHECK(bench.world.containers().size() == 2);
      survive([&] {
        if (bench.task("t1").desired_status == scheduler::DesiredStatus::Running) bench.stop("t1");
        bench.pass(seconds(5));
      });
      CHECK(bench.task("t1").last_status == TaskStatus::Stopped);
      CHECK(bench.world.containers().empty());
      CHECK(bench.store().live_tasks().empty());
      if (!crashed) break;
      REQUIRE(n < 100);
    }
  }
}

TEST_CASE("the last lines are bounded by their bytes, the newest stay") {
  Bench bench;
  bench.add("t1", {{.name = "app"}});
  bench.step();
  for (int i = 0; i < 30; ++i) bench.world.write_line(bench.name("t1", "app"), std::to_string(i) + std::string(100'000, 'x'));
  bench.stop("t1");
  bench.step();
  auto tail = bench.store().log_tail("t1", "app");
  REQUIRE(tail);
  CHECK(tail->lines.size() == 10);
  CHECK(tail->lines.back().text.rfind("29", 0) == 0);
}

TEST_CASE("somebody starts a stopped container of a running task: it is stopped again") {
  Bench bench;
  bench.add("t1", {{.name = "app"}, {.name = "init", .image = "fake/exit-0-after-1s", .essential = false}});
  bench.pass(seconds(2));
  auto name = bench.name("t1", "init");
  CHECK(bench.container("t1", "init").known_status == ContainerStatus::Stopped);
  bench.world.script("init", {});
  ContainerSpec risen = *bench.world.spec_of(name);
  bench.world.vanish(name);
  bench.world.put(risen, ContainerState::Phase::running);
  bench.pass(seconds(61));
  CHECK(bench.world.find(name)->phase == ContainerState::Phase::exited);
  CHECK(bench.task("t1").last_status == TaskStatus::Running);
}

TEST_CASE("a runtime that does not answer holds up nobody, and its late answer undoes nothing") {
  Bench bench;
  bench.add("t1", {{.name = "app"}});
  bench.step();
  bench.held.emplace();
  // The periodic look at the runtime hangs; tasks go on meanwhile.
  bench.pass(seconds(61));
  REQUIRE(bench.held->size() == 1);
  bench.add("t2", {{.name = "app"}});
  bench.pass(seconds(120));
  CHECK(bench.held->size() == 1);
  CHECK(bench.task("t2").last_status == TaskStatus::Running);
  bench.release();
  bench.pass(seconds(10));
  CHECK(bench.task("t1").last_status == TaskStatus::Running);
  CHECK(bench.task("t2").last_status == TaskStatus::Running);
  CHECK(bench.world.containers().size() == 2);
}

TEST_CASE("a list that is older than what was heard since does not count") {
  Bench bench;
  bench.add("t1", {{.name = "app"}});
  bench.step();
  bench.held.emplace();
  bench.pass(seconds(61));
  REQUIRE(bench.held->size() == 1);
  bench.driver().earlier = bench.world.containers();
  bench.add("t2", {{.name = "app"}});
  bench.pass(seconds(1));
  REQUIRE(bench.task("t2").last_status == TaskStatus::Running);
  bench.release();
  bench.pass(seconds(1));
  CHECK(bench.task("t2").last_status == TaskStatus::Running);
  CHECK(bench.container("t2", "app").reason.empty());
  // The next one does.
  bench.world.vanish(bench.name("t2", "app"));
  bench.pass(seconds(10));
  CHECK(bench.task("t2").last_status == TaskStatus::Stopped);
}

TEST_CASE("an engine that starts while the runtime hangs takes up its tasks when that answers") {
  Bench bench;
  bench.add("t1", {{.name = "app"}});
  bench.step();
  bench.held.emplace();
  bench.start_agent();
  bench.pass(seconds(300));
  REQUIRE(bench.held->size() == 1);
  bench.world.kill(bench.name("t1", "app"), 3);
  bench.release();
  bench.pass(seconds(1));
  CHECK(bench.task("t1").last_status == TaskStatus::Stopped);
  CHECK(bench.container("t1", "app").exit_code == 3);
}

/// A task of the service `web`, of its only deployment.
std::string add_of_service(Bench& bench, const std::string& id, const std::string& image) {
  scheduler::Service service;
  service.name = "web";
  service.cluster_arn = "arn:aws:ecs:us-east-1:000000000000:cluster/shop";
  service.deployments.push_back({.id = "ecs-svc/1"});
  bench.change([&] {
    if (!bench.store().service({"shop", "web"})) bench.store().put_service(service);
  });
  bench.add(id, {{.name = "app", .image = image}});
  Task task = bench.task(id);
  task.service_name = "web";
  task.deployment_id = "ecs-svc/1";
  bench.change([&] { bench.store().put_task(task); });
  return id;
}

TEST_CASE("all tasks of a deployment run the image that its first one found") {
  Bench bench;
  add_of_service(bench, "t1", "fake/app:1");
  bench.step();
  const std::string first = bench.container("t1", "app").image_digest;
  bench.world.move_tag("fake/app:1", "sha256:moved");
  add_of_service(bench, "t2", "fake/app:1");
  bench.step();
  CHECK(bench.container("t2", "app").image_digest == first);
  CHECK(bench.world.find(bench.name("t2", "app"))->image_digest == first);
  bench.add("t3", {{.name = "app", .image = "fake/app:1"}});
  bench.step();
  CHECK(bench.container("t3", "app").image_digest == "sha256:moved");
}

TEST_CASE("a task that pulled its deployment's tag when it had moved already pulls again") {
  Bench bench;
  add_of_service(bench, "t1", "fake/pull-2s:1");
  bench.pass(seconds(1));
  add_of_service(bench, "t2", "fake/pull-2s:1");
  bench.pass(Milliseconds(1500));
  // The first has it; the second's pull is under way.
  const std::string digest = bench.container("t1", "app").image_digest;
  REQUIRE_FALSE(digest.empty());
  REQUIRE(bench.container("t2", "app").image_digest.empty());
  bench.world.move_tag("fake/pull-2s:1", "sha256:moved");
  bench.pass(seconds(10));
  CHECK(bench.container("t2", "app").image_digest == digest);
  CHECK(bench.world.find(bench.name("t1", "app"))->image_digest == digest);
  CHECK(bench.world.find(bench.name("t2", "app"))->image_digest == digest);
}

}  // namespace
}  // namespace berth::engine
