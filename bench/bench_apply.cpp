#include <algorithm>
#include <filesystem>
#include <iostream>

#include <fmt/format.h>

#include "base/random.h"
#include "bench/bench.h"
#include "bench/measure.h"
#include "bench/stack.h"
#include "cli/engine_process.h"
#include "engine/drivers/docker/tar.h"
#include "engine/pause/pause.h"
#include "planner/apply.h"
#include "planner/planner.h"
#include "providers/ecs/ecs_provider.h"
#include "providers/ecs/parallel.h"
#include "providers/http/curl_client.h"

namespace berth::bench {
namespace {

constexpr std::size_t kConnections = 4;
constexpr const char* kImage = "berth-bench/sleeper:1";
constexpr std::int64_t kMemory = 16 << 20;

/// The Docker Engine API without anything of ours in between.
class RawDocker {
 public:
  explicit RawDocker(const provider::Endpoint& endpoint) : http_(endpoint) {}

  Result<void> ping() { return expect("GET", "/_ping", "", {200}); }

  /// An image of one static program that sleeps.
  Result<void> make_image() {
    const std::string tar = engine::docker::tar_of_executable("sleeper", engine::pause_program());
    return expect("POST", "/v1.41/images/create?fromSrc=-&repo=berth-bench/sleeper&tag=1&changes=ENTRYPOINT%20%5B%22%2Fsleeper%22%5D", tar, {200});
  }

  Result<void> create_and_start(const std::string& name) {
    const Json body{{"Image", kImage},
                    {"ExposedPorts", {{"8080/tcp", Json::object()}}},
                    {"Labels", {{"berth.bench", "raw"}}},
                    {"HostConfig",
                     {{"Memory", kMemory}, {"PortBindings", {{"8080/tcp", Json::array({{{"HostIp", "127.0.0.1"}, {"HostPort", ""}}})}}}}}};
    BERTH_TRY_VOID(expect("POST", "/v1.41/containers/create?name=" + name, body.dump(), {201}));
    return start(name);
  }

  /// Docker finds a free port for itself and loses it now and then to another process of the machine.
  Result<void> start(const std::string& name) {
    constexpr int kAttempts = 10;
    for (int attempt = 1;; ++attempt) {
      auto started = expect("POST", "/v1.41/containers/" + name + "/start", "", {204});
      if (started || attempt == kAttempts || started.error().message.find("address already in use") == std::string::npos) return started;
    }
  }

  Result<void> remove(const std::string& name) { return expect("DELETE", "/v1.41/containers/" + name + "?force=1&v=1", "", {204, 404}); }

 private:
  Result<void> expect(const std::string& method, const std::string& path, const std::string& body, std::initializer_list<int> good) {
    const bool is_tar = path.find("fromSrc") != std::string::npos;
    provider::HttpRequest request{.method = method, .path = path, .headers = {}, .body = body, .timeout = Milliseconds(120'000)};
    request.headers["Content-Type"] = is_tar ? "application/x-tar" : "application/json";
    BERTH_TRY(response, http_.send(request));
    if (std::find(good.begin(), good.end(), response.status) != good.end()) return {};
    return Error{"docker", fmt::format("{} {}: {} {}", method, path, response.status, response.body)};
  }

  provider::CurlClient http_;
};

/// Tasks per second when Docker alone does the work.
Result<double> raw_rate(RawDocker& docker, std::size_t tasks) {
  const std::string run = RandomSource().hex(6);
  const auto name = [&](std::size_t i) { return fmt::format("berth-bench-{}-{}", run, i); };
  std::optional<Result<std::vector<int>>> made;
  const double seconds = seconds_of([&] {
    made = provider::map_parallel<int>(tasks, kConnections, [&](std::size_t i) -> Result<int> {
      BERTH_TRY_VOID(docker.create_and_start(name(i)));
      return 0;
    });
  });
  const auto removed = provider::map_parallel<int>(tasks, kConnections, [&](std::size_t i) -> Result<int> {
    BERTH_TRY_VOID(docker.remove(name(i)));
    return 0;
  });
  if (!*made) return made->error();
  if (!removed) return removed.error();
  return static_cast<double>(tasks) / seconds;
}

Result<plan::ApplyReport> run_plan(provider::EcsProvider& provider, const ir::Program& program, const plan::Options& how) {
  BERTH_TRY(snapshot, provider.read(plan::read_scope(program)));
  DiagnosticSink sink;
  const plan::Plan plan = plan::make_plan(program, std::move(snapshot), how, sink);
  if (!plan.applyable) return Error{"bench", "the plan is not applyable"};
  plan::Bindings bindings(plan);
  plan::Progress silent;
  plan::ApplyReport report = plan::apply(plan::schedule(plan), bindings, provider, silent);
  // The plan's things end here; only what came of them is looked at.
  for (const plan::ActionOutcome& outcome : report.outcomes) {
    if (outcome.error) return *outcome.error;
  }
  return report;
}

/// Tasks per second from the start of the apply until the service is stable.
Result<double> berth_rate(const ir::Program& program, const provider::Endpoint& endpoint, cli::Session& session, std::size_t tasks) {
  provider::EcsProvider provider(std::make_unique<provider::CurlClient>(endpoint), *session.clock, {});
  std::optional<Result<plan::ApplyReport>> applied;
  const double seconds = seconds_of([&] { applied = run_plan(provider, program, {}); });
  plan::Options destroy;
  destroy.destroy = true;
  const auto destroyed = run_plan(provider, program, destroy);
  if (!*applied) return applied->error();
  if (!destroyed) return destroyed.error();
  return static_cast<double>(tasks) / seconds;
}

Result<void> compare(const Options& options, cli::Session& session) {
  BERTH_TRY(docker_endpoint, provider::parse_endpoint(options.docker_host));
  RawDocker docker(docker_endpoint);
  BERTH_TRY_VOID(docker.ping());
  BERTH_TRY_VOID(docker.make_image());
  const auto program = compile_stack(make_small_stack(kImage, options.tasks));
  if (!program) return Error{"bench", "the stack does not compile"};

  Scratch scratch;
  BERTH_TRY(endpoint, provider::parse_endpoint("unix://" + scratch.path() + "/engine.sock"));
  const cli::EngineStart how{.data_dir = scratch.path(), .driver = "docker", .docker_host = options.docker_host, .healthy_after = "0", .listen = "", .auth = ""};
  BERTH_TRY_VOID(cli::start_engine(endpoint, how, session));
  Result<void> outcome;
  std::vector<double> ratios;
  // Alternating, so that both see the same neighbours.
  for (std::size_t round = 1; round <= options.rounds && outcome; ++round) {
    const auto raw = raw_rate(docker, options.tasks);
    if (!raw) outcome = raw.error();
    const auto ours = outcome ? berth_rate(*program, endpoint, session, options.tasks) : Result<double>(outcome.error());
    if (!ours) outcome = ours.error();
    if (!outcome) break;
    ratios.push_back(*ours / *raw);
    std::cout << fmt::format("  {:>5}   {:>12.2f}   {:>13.2f}   {:>5.2f}\n", round, *raw, *ours, ratios.back()) << std::flush;
  }
  if (const auto stopped = cli::stop_engine(endpoint, session); !stopped && outcome) outcome = stopped.error();
  if (!ratios.empty()) {
    std::sort(ratios.begin(), ratios.end());
    std::cout << fmt::format("  median ratio {:.2f}\n", ratios[ratios.size() / 2]);
  }
  return outcome;
}

}  // namespace

bool bench_apply(const Options& options, cli::Session& session) {
  std::cout << fmt::format("apply: {} tasks of one container with a published port, until stable; raw = the same containers by the Docker API, {} connections\n",
                           options.tasks, kConnections);
  const auto endpoint = provider::parse_endpoint(options.docker_host);
  const bool there = endpoint && (!endpoint->is_unix() || std::filesystem::exists(endpoint->unix_socket));
  if (!there) {
    std::cout << fmt::format("  left out: no Docker Engine at {}\n", options.docker_host);
    return true;
  }
  std::cout << "  round   raw, tasks/s   berth, tasks/s   ratio\n";
  const auto result = compare(options, session);
  if (!result) std::cout << fmt::format("  failed: {}\n", result.error().message);
  return result.has_value();
}

}  // namespace berth::bench
