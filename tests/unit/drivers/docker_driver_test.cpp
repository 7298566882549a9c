// On a real Docker Engine: BERTH_E2E_DOCKER_HOST=unix:///path, with the image BERTH_E2E_IMAGE (default busybox:e2e) that has a
// shell. Without the variable each case says so and checks nothing.
#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include <catch2/catch.hpp>

#include "base/random.h"
#include "engine/drivers/docker/docker_driver.h"

namespace berth::engine::docker {
namespace {

using Phase = ContainerState::Phase;
using std::chrono::seconds;

std::string variable(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : fallback;
}

/// A driver whose news are waited for, and that removes all of its containers at the end.
class Machine {
 public:
  Machine() { open(); }
  ~Machine() {
    auto left = driver_->list();
    for (const auto& state : left ? *left : std::vector<ContainerState>()) {
      ContainerSpec spec;
      spec.name = state.name, spec.task_id = state.task_id, spec.container = state.container;
      (void)run(OperationKind::remove, spec);
    }
    std::atomic<bool> cancelled{false};
    HttpConnection connection(variable("BERTH_E2E_DOCKER_HOST", ""), cancelled);
    (void)connection.send({.method = "DELETE", .path = "/v1.41/networks/berth-" + engine_id_, .body = std::nullopt});
  }

  /// As after a crash of the engine: the containers stay.
  void open() {
    driver_.reset();
    auto connected = DockerDriver::connect({.host = variable("BERTH_E2E_DOCKER_HOST", ""), .engine_id = engine_id_});
    REQUIRE(connected);
    driver_ = std::move(*connected);
    driver_->on_news([this] {
      std::lock_guard lock(mutex_);
      changed_ = true;
      wake_.notify_all();
    });
    wait([this] { return resynced_; });
  }

  std::uint64_t submit(OperationKind kind, const ContainerSpec& spec, Milliseconds stop_timeout = seconds(30)) {
    driver_->submit({.id = ++last_id_, .kind = kind, .spec = spec, .stop_timeout = stop_timeout});
    return last_id_;
  }

  Completion outcome(std::uint64_t id) {
    wait([&] { return completions_.count(id) > 0; });
    return completions_.at(id);
  }

  Completion run(OperationKind kind, const ContainerSpec& spec, Milliseconds stop_timeout = seconds(30)) {
    return outcome(submit(kind, spec, stop_timeout));
  }

  ContainerState start(const ContainerSpec& spec) {
    auto created = run(OperationKind::create, spec);
    INFO((created.error ? created.error->message : ""));
    REQUIRE_FALSE(created.error);
    auto started = run(OperationKind::start, spec);
    INFO((started.error ? started.error->message : ""));
    REQUIRE_FALSE(started.error);
    return *started.state;
  }

  /// The first event from now on that `matches`.
  ContainerEvent event(const std::function<bool(const ContainerEvent&)>& matches) {
    std::optional<ContainerEvent> found;
    wait([&] {
      for (const auto& event : events_)
        if (!found && matches(event)) found = event;
      return found.has_value();
    });
    return *found;
  }

  ContainerSpec spec(const std::string& container, const std::string& script, std::string task = "") {
    ContainerSpec made;
    made.task_id = task.empty() ? random_.hex(32) : task;
    made.container = container;
    made.name = "ecs-test-1-" + container + "-" + made.task_id;
    made.image = variable("BERTH_E2E_IMAGE", "busybox:e2e");
    made.command = {{"sh", "-c", script}};
    return made;
  }

  DockerDriver& driver() { return *driver_; }
  const std::vector<ContainerEvent>& events() const { return events_; }
  const std::string& engine_id() const { return engine_id_; }

 private:
  void wait(const std::function<bool()>& done) {
    auto deadline = std::chrono::steady_clock::now() + seconds(60);
    take();
    while (!done()) {
      std::unique_lock lock(mutex_);
      REQUIRE(wake_.wait_until(lock, deadline, [this] { return changed_; }));
      changed_ = false;
      lock.unlock();
      take();
    }
  }

  void take() {
    auto news = driver_->poll();
    for (auto& completion : news.completions) completions_.emplace(completion.id, completion);
    for (auto& event : news.events) events_.push_back(event);
    resynced_ |= news.resync;
  }

  RandomSource random_;
  const std::string engine_id_ = "test" + random_.hex(8);
  std::unique_ptr<DockerDriver> driver_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool changed_ = false;
  bool resynced_ = false;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Completion> completions_;
  std::vector<ContainerEvent> events_;
};

bool no_docker() {
  if (std::getenv("BERTH_E2E_DOCKER_HOST") != nullptr) return false;
  WARN("skipped: BERTH_E2E_DOCKER_HOST names no Docker Engine");
  return true;
}

constexpr const char* kServe = "trap 'exit 0' TERM; echo ready; echo trouble >&2; while :; do sleep 0.1; done";

TEST_CASE("docker: a container is pulled, created, started, read, stopped and removed", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto web = machine.spec("web", kServe);
  web.ports = {{.container_port = 80}};
  auto pulled = machine.run(OperationKind::pull, web);
  CHECK_FALSE(pulled.error);
  CHECK(pulled.image_digest.rfind("sha256:", 0) == 0);
  auto state = machine.start(web);
  CHECK(state.phase == Phase::running);
  CHECK(state.task_id == web.task_id);
  CHECK(state.container == "web");
  CHECK(state.started_at);
  REQUIRE(state.ports.size() == 1);
  CHECK(state.ports[0].bind_ip == "127.0.0.1");
  CHECK(state.ports[0].host_port != 0);
  CHECK_FALSE(state.private_ip.empty());

  auto listed = machine.driver().list();
  REQUIRE(listed);
  CHECK(*listed == std::vector<ContainerState>{state});

  auto stopped = machine.run(OperationKind::stop, web);
  REQUIRE_FALSE(stopped.error);
  CHECK(stopped.state->phase == Phase::exited);
  CHECK(stopped.state->exit_code == 0);
  auto lines = machine.driver().logs({.name = web.name, .since = {}, .until = {}});
  REQUIRE(lines);
  REQUIRE(lines->size() == 2);
  CHECK(lines->at(0).text != lines->at(1).text);
  CHECK(machine.driver().logs({.name = web.name, .since = {}, .until = {}, .limit = 1})->size() == 1);

  for (int twice = 0; twice < 2; ++twice) {
    CHECK_FALSE(machine.run(OperationKind::stop, web).error);
    CHECK_FALSE(machine.run(OperationKind::remove, web).error);
  }
  CHECK(machine.driver().list()->empty());
  // Everything was our own doing and is told by completions.
  CHECK(machine.events().empty());
}

TEST_CASE("docker: an exit and a kill from outside are told", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto brief = machine.spec("brief", "sleep 0.3; exit 3");
  machine.start(brief);
  auto event = machine.event([&](const ContainerEvent& seen) { return seen.state.name == brief.name; });
  CHECK(event.state.phase == Phase::exited);
  CHECK(event.state.exit_code == 3);
  CHECK(event.state.finished_at);
}

TEST_CASE("docker: health is told as it changes", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto web = machine.spec("web", "touch /tmp/well; sleep 1.5; rm /tmp/well; while :; do sleep 0.1; done");
  web.health_check = HealthCheckSpec{
      .command = {"CMD-SHELL", "test -e /tmp/well"}, .interval = Milliseconds(500), .timeout = seconds(5), .retries = 1};
  CHECK(machine.start(web).health == "starting");
  for (std::string health : {"healthy", "unhealthy"})
    machine.event([&](const ContainerEvent& seen) { return seen.state.health == health; });
}

TEST_CASE("docker: what ignores the stop signal is killed, and holds up nobody meanwhile", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  constexpr auto kPatience = seconds(10);
  std::vector<ContainerSpec> deaf;
  for (int i = 0; i < 6; ++i)
    deaf.push_back(machine.spec("deaf" + std::to_string(i), "trap '' TERM; while :; do sleep 0.1; done"));
  std::vector<std::uint64_t> stops;
  for (const auto& spec : deaf) machine.start(spec);
  auto begin = std::chrono::steady_clock::now();
  for (const auto& spec : deaf) stops.push_back(machine.submit(OperationKind::stop, spec, kPatience));
  machine.start(machine.spec("next", kServe));
  CHECK(std::chrono::steady_clock::now() - begin < kPatience);
  for (auto id : stops) CHECK(machine.outcome(id).state->exit_code == 137);
  CHECK(std::chrono::steady_clock::now() - begin >= kPatience);
}

TEST_CASE("docker: failures carry ECS's names", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto missing = machine.spec("a", "true");
  missing.image = "localhost:1/nothing:here";
  CHECK(machine.run(OperationKind::pull, missing).error->code == "CannotPullContainerError");
  CHECK(machine.run(OperationKind::create, missing).error->code == "CannotCreateContainerError");
  auto broken = machine.spec("b", "true");
  broken.command = {{"/no/such/program"}};
  REQUIRE_FALSE(machine.run(OperationKind::create, broken).error);
  CHECK(machine.run(OperationKind::start, broken).error->code == "CannotStartContainerError");
  CHECK(machine.run(OperationKind::start, machine.spec("c", "true")).error->code == "CannotStartContainerError");
}

TEST_CASE("docker: a host port that is taken is a start that fails", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto first = machine.spec("first", kServe);
  first.ports = {{.container_port = 80}};
  auto port = machine.start(first).ports.at(0).host_port;
  auto second = machine.spec("second", kServe);
  second.ports = {{.container_port = 80, .host_port = port}};
  REQUIRE_FALSE(machine.run(OperationKind::create, second).error);
  auto started = machine.run(OperationKind::start, second);
  REQUIRE(started.error);
  CHECK(started.error->code == "CannotStartContainerError");
  CHECK(started.error->message.find("port is already allocated") != std::string::npos);
}

TEST_CASE("docker: memory beyond the limit ends the container as out of memory", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto greedy = machine.spec("greedy", "sleep 0.3; exec tail /dev/zero");
  greedy.memory_bytes = 16 << 20;
  machine.start(greedy);
  auto event = machine.event([&](const ContainerEvent& seen) { return seen.state.phase == Phase::exited; });
  CHECK(event.state.exit_code == 137);
  CHECK(event.state.out_of_memory);
}

TEST_CASE("docker: a new driver finds the containers of the old one and adopts them by name", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto web = machine.spec("web", kServe);
  auto before = machine.start(web);
  machine.open();
  auto listed = machine.driver().list();
  REQUIRE(listed);
  CHECK(*listed == std::vector<ContainerState>{before});
  auto created = machine.run(OperationKind::create, web);
  REQUIRE_FALSE(created.error);
  CHECK(*created.state == before);
  CHECK(machine.run(OperationKind::start, web).state->runtime_id == before.runtime_id);
  Machine stranger;
  CHECK(stranger.driver().list()->empty());
  auto taken = stranger.run(OperationKind::create, web);
  REQUIRE(taken.error);
  CHECK(taken.error->code == "CannotCreateContainerError");
}

TEST_CASE("docker: the containers of a task with its own network share one address and leave nothing behind", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto web = machine.spec("web", "echo well > /tmp/index.html; exec httpd -f -p 127.0.0.1:8080 -h /tmp");
  auto probe = machine.spec(
      "probe", "for i in 1 2 3 4 5 6 7 8 9; do wget -q -O- http://127.0.0.1:8080/ && exit 0; sleep 0.3; done; exit 1",
      web.task_id);
  web.network_mode = probe.network_mode = NetworkMode::awsvpc;
  // Both at once: the pause container is made once.
  auto first = machine.submit(OperationKind::create, web);
  auto second = machine.submit(OperationKind::create, probe);
  REQUIRE_FALSE(machine.outcome(first).error);
  REQUIRE_FALSE(machine.outcome(second).error);
  auto state = machine.run(OperationKind::start, web).state;
  REQUIRE(state);
  CHECK_FALSE(state->private_ip.empty());
  CHECK(state->ports.empty());
  auto probed = machine.run(OperationKind::start, probe);
  REQUIRE_FALSE(probed.error);
  auto end = machine.event([&](const ContainerEvent& seen) { return seen.state.name == probe.name; });
  CHECK(end.state.exit_code == 0);
  CHECK(end.state.private_ip == state->private_ip);

  machine.open();
  CHECK(machine.driver().list()->size() == 2);
  std::atomic<bool> cancelled{false};
  Client client({.host = variable("BERTH_E2E_DOCKER_HOST", "")}, cancelled);
  auto count = [&] { return client.list(std::string(kEngineLabel) + "=" + machine.engine_id())->size(); };
  CHECK(count() == 3);
  REQUIRE_FALSE(machine.run(OperationKind::remove, web).error);
  CHECK(count() == 2);
  REQUIRE_FALSE(machine.run(OperationKind::remove, probe).error);
  CHECK(count() == 0);
}

TEST_CASE("docker: a task that loses its pause container loses its containers", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto web = machine.spec("web", kServe);
  web.network_mode = NetworkMode::awsvpc;
  machine.start(web);
  std::atomic<bool> cancelled{false};
  Client client({.host = variable("BERTH_E2E_DOCKER_HOST", "")}, cancelled);
  REQUIRE(client.kill(pause_name(web.task_id), "SIGKILL"));
  auto event = machine.event([&](const ContainerEvent& seen) { return seen.state.name == web.name; });
  CHECK(event.state.exit_code == 137);
}

TEST_CASE("docker: a container removed by somebody else is gone", "[docker]") {
  if (no_docker()) return;
  Machine machine;
  auto web = machine.spec("web", kServe);
  machine.start(web);
  std::atomic<bool> cancelled{false};
  Client client({.host = variable("BERTH_E2E_DOCKER_HOST", "")}, cancelled);
  REQUIRE(client.remove(web.name));
  auto event = machine.event([&](const ContainerEvent& seen) { return seen.gone; });
  CHECK(event.state.name == web.name);
  CHECK(event.state.task_id == web.task_id);
}

TEST_CASE("docker: nobody there is an error that says where", "[docker]") {
  if (no_docker()) return;
  auto connected = DockerDriver::connect({.host = "unix:///nonexistent/docker.sock", .engine_id = "x"});
  REQUIRE_FALSE(connected);
  CHECK(connected.error().code == "CannotGetDockerclientError");
  CHECK(connected.error().message.find("/nonexistent/docker.sock") != std::string::npos);
}

}  // namespace
}  // namespace berth::engine::docker
