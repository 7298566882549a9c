// libs: berth_engine
// Any lines as calls of the API, time and accidents against a whole engine on fake containers: every call is answered once, with JSON, as a
// success or as a refusal with a type; never as a failure of the engine's own.
//   OPERATION BODY      a call; in its body @task, @instance, @deployment, @revision and @taskset stand for what there is of them first
//   +SECONDS            time passes
//   !exit CODE, !unhealthy, !vanish, !restart

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "base/log.h"
#include "tests/support/engine_harness.h"

namespace {

using berth::test::EngineHarness;

/// What a fuzzer may ask for in one input, so that an input ends.
constexpr int kMostLines = 40;
constexpr std::int64_t kLongestWait = 1'000;

/// The first thing of a kind that there is; what nothing is there of has a name that nothing has.
std::string first_of(EngineHarness& harness, const std::string& kind) {
  const auto tasks = harness.store().live_tasks();
  if (kind == "@task" && !tasks.empty()) return tasks.front()->arn;
  for (const std::string& cluster : harness.store().active_clusters("", 10)) {
    const auto instances = harness.store().instances(cluster);
    if (kind == "@instance" && !instances.empty()) return instances.back()->id;
  }
  for (const berth::engine::ServiceKey& key : harness.store().live_services()) {
    const auto service = harness.store().service(key);
    const std::string end = "/" + key.cluster + "/" + key.service + "/";
    const std::string arn = service->arn.substr(0, service->arn.find(":service/"));
    if (kind == "@deployment" && !service->history.empty()) return arn + ":service-deployment" + end + service->history.front().id;
    if (kind == "@revision" && !service->revisions.empty()) return arn + ":service-revision" + end + service->revisions.front().id;
    if (kind == "@taskset" && service->deployments.size() > 1) return service->deployments.back().id;
  }
  return "nothing";
}

std::string with_names(EngineHarness& harness, std::string text) {
  for (const char* kind : {"@task", "@instance", "@deployment", "@revision", "@taskset"}) {
    for (std::size_t at = text.find(kind); at != std::string::npos; at = text.find(kind, at)) {
      const std::string name = first_of(harness, kind);
      text.replace(at, std::string(kind).size(), name);
      at += name.size();
    }
  }
  return text;
}

void call(EngineHarness& harness, const std::string& operation, const std::string& body) {
  int answers = 0;
  harness.engine().handle({.method = "POST", .path = "/", .target = EngineHarness::target_of(operation), .body = body},
                          [&](const berth::engine::Response& response) {
                            ++answers;
                            const auto json = berth::parse_json(response.body);
                            BERTH_CHECK(json && json->is_object(), "an answer is a JSON object");
                            BERTH_CHECK(response.status == 200 || (response.status >= 400 && response.status < 500), response.body);
                            BERTH_CHECK(response.status == 200 || json->contains("__type"), "a refusal has a type");
                          });
  BERTH_CHECK(answers == 1, "a call is answered once");
}

void disturb(EngineHarness& harness, const std::string& what) {
  if (what == "restart") return harness.start();
  const auto containers = harness.world.containers();
  for (const auto& container : containers) {
    if (container.phase != berth::engine::ContainerState::Phase::running) continue;
    if (what.compare(0, 5, "exit ") == 0) return harness.world.kill(container.name, std::atoi(what.c_str() + 5) & 0xff);
    if (what == "unhealthy") return harness.world.set_health(container.name, "unhealthy");
    if (what == "vanish") return harness.world.vanish(container.name);
  }
}

void act(EngineHarness& harness, const std::string& line) {
  if (line.empty()) return;
  if (line.front() == '+') {
    const long long seconds = std::strtoll(line.c_str() + 1, nullptr, 10);
    return harness.advance(std::chrono::seconds(std::min<std::int64_t>(std::max(0LL, seconds), kLongestWait)));
  }
  if (line.front() == '!') {
    disturb(harness, line.substr(1));
  } else {
    const std::size_t space = std::min(line.find(' '), line.size());
    call(harness, line.substr(0, space), with_names(harness, line.substr(std::min(space + 1, line.size()))));
  }
  harness.settle();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  berth::set_log_level(berth::LogLevel::off);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  EngineHarness harness;
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::string line;
  for (int i = 0; i < kMostLines && std::getline(lines, line); ++i) act(harness, line);
  return 0;
}
