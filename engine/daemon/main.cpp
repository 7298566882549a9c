#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>

#include "base/log.h"
#include "engine/daemon/credentials.h"
#include "engine/daemon/data_dir.h"
#include "engine/daemon/front_door.h"
#include "engine/daemon/options.h"
#include "engine/drivers/docker/docker_driver.h"
#include "engine/drivers/fake_driver.h"
#include "engine/engine.h"
#include "engine/server/event_loop.h"
#include "engine/server/http_server.h"

// Wires threads, signals, the real clock and real sockets to the engine, and nothing else.
namespace berth::engine {
namespace {

constexpr int kFailed = 1;
/// How long answers that are being made may take when the engine is told to end.
constexpr Milliseconds kPatience = std::chrono::seconds(5);
/// A timer of a day is as good as none, and far from overflow.
constexpr Milliseconds kLongestSleep = std::chrono::hours(24);

int fail(const Error& error) {
  std::fprintf(stderr, "berthd: %s\n", error.message.c_str());
  return kFailed;
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 ? name : "localhost";
}

/// Runs `engine.step()` on the loop: once for any number of wishes, and again when the engine's own time has come.
class Stepper {
 public:
  Stepper(EventLoop& loop, Clock& clock) : loop_(loop), clock_(clock) {}

  /// The engine to step, from now on; null: none any more. From the loop's thread.
  void drive(Engine* engine) { engine_ = engine; }
  /// From any thread.
  void wish() {
    if (wished_.exchange(true)) return;
    loop_.post([this] {
      wished_ = false;
      step();
    });
  }

 private:
  void step() {
    if (!engine_) return;
    engine_->step();
    const auto wake = engine_->next_wake();
    const Milliseconds delay = wake ? std::clamp<Milliseconds>(*wake - clock_.now(), Milliseconds(0), kLongestSleep) : kLongestSleep;
    loop_.set_timer(delay, [this] { step(); });
  }

  EventLoop& loop_;
  Clock& clock_;
  Engine* engine_ = nullptr;
  std::atomic<bool> wished_{false};
};

/// The runtime that the options name. The fake one lives on a world of its own, which ends with the process.
struct Runtime {
  std::unique_ptr<FakeWorld> world;
  std::unique_ptr<ContainerDriver> driver;
};

Result<Runtime> make_runtime(const Options& options, const std::string& engine_id, Timestamp now) {
  Runtime runtime;
  if (options.driver == "fake") {
    runtime.world = std::make_unique<FakeWorld>(now);
    runtime.driver = std::make_unique<FakeDriver>(*runtime.world);
    return runtime;
  }
  const docker::ImagePull pull = options.image_pull == "always"          ? docker::ImagePull::always
                                 : options.image_pull == "prefer-cached" ? docker::ImagePull::prefer_cached
                                                                         : docker::ImagePull::with_fallback;
  BERTH_TRY(driver, docker::DockerDriver::connect({.host = options.docker_host, .engine_id = engine_id, .pull = pull}));
  runtime.driver = std::move(driver);
  return runtime;
}

int serve(const Options& options) {
  const auto directory = DataDir::lock(options.data_dir);
  if (!directory) return fail(directory.error());
  auto store = Store::open({.path = directory->file("engine.db")});
  if (!store) return fail(store.error());
  SystemClock clock;
  RandomSource random;
  // In this order, because the runtime's threads wish for steps until they have ended.
  EventLoop loop;
  Stepper stepper(loop, clock);
  auto runtime = make_runtime(options, (*store)->engine_id(), clock.now());
  if (!runtime) return fail(runtime.error());

  Config config{.arns = {.region = options.region}, .healthy_after = options.healthy_after, .version = BERTH_VERSION};
  config.data_dir = options.data_dir;
  config.driver_name = options.driver;
  config.host_name = host_name();
  Engine engine(config, clock, **store, *runtime->driver, random, [&loop](std::function<void()> work) { loop.background(std::move(work)); });
  engine.on_news([&stepper] { stepper.wish(); });
  stepper.drive(&engine);

  Access access{.credentials = std::nullopt, .region = options.region};
  if (options.listen && options.signatures) {
    const auto credentials = load_or_make_credentials(options.credentials.empty() ? directory->file("credentials") : options.credentials, options.region);
    if (!credentials) return fail(credentials.error());
    access.credentials = *credentials;
  }
  HttpServer server(loop, HttpLimits{},
                    {.handle =
                         [&](const HttpRequest& request, const HttpServer::Respond& respond) {
                           answer_http(engine, request, access, clock.now(), respond);
                           stepper.wish();
                         },
                     .refuse = [&random](int status, const std::string& reason) { return refuse_http(status, reason, random.uuid()); }});
  if (auto listening = server.listen_unix(options.socket); !listening) return fail(listening.error());
  log(LogLevel::info, "listening", {{"socket", options.socket}});
  if (options.listen) {
    const auto port = server.listen_tcp(options.listen->host, options.listen->port);
    if (!port) return fail(port.error());
    log(LogLevel::info, "listening", {{"address", options.listen->host + ":" + std::to_string(*port)}});
  }
  loop.on_terminate([&] {
    log(LogLevel::info, "ending; containers keep running");
    // What is under way is found again by the next engine, as after a crash; waiting for a runtime that hangs would take its time limits.
    stepper.drive(nullptr);
    runtime->driver->abandon();
    server.shutdown(kPatience, [&loop] { loop.stop(); });
  });
  stepper.wish();
  loop.run();
  stepper.drive(nullptr);
  loop.stop_workers();
  return 0;
}

int run(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);
  set_log_level(log_level_from_environment(LogLevel::info));
  const auto parsed = parse_options(argc, argv, BERTH_VERSION);
  if (const auto* usage = std::get_if<Usage>(&parsed)) {
    std::fputs(usage->text.c_str(), usage->exit_code == 0 ? stdout : stderr);
    return usage->exit_code;
  }
  return serve(std::get<Options>(parsed));
}

}  // namespace
}  // namespace berth::engine

int main(int argc, char** argv) { return berth::engine::run(argc, argv); }
