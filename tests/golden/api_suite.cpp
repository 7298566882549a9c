// libs: berth_engine
#include <fmt/format.h>

#include <map>
#include <memory>
#include <regex>

#include "tests/support/engine_harness.h"
#include "tests/support/golden.h"
#include "tests/support/normalize.h"

// Scripts of requests, time and container events against a whole engine. Input sections:
//   -- request OPERATION --    a JSON body; answered by the next `response`
//   -- advance 60s --          time passes (ms, s, m, h)
//   -- container NAME exits CODE --, -- container NAME turns HEALTH --, -- container NAME vanishes --    every running one of this name
//   -- machine allows ULIMIT N --, -- machine lacks CAPABILITY --    what the machine refuses to containers from now on
//   -- restart --              the engine's process dies and starts again
// Expected sections:
//   -- response --             the status and the body
//   -- state --                clusters, services and tasks, a line each
//   -- journal --              what was done to containers since the last journal
namespace berth::test {
namespace {

/// `ecs-svc/123…` -> `<deployment:1>`, page tokens -> `<page:1>`, the ends of the ARNs of service deployments and revisions -> `<record:1>`
/// and `<revision:1>`, beside what Normalizer names.
class Names {
 public:
  std::string hide(const std::string& text) {
    static const std::regex kDeployment("ecs-svc/[0-9]+");
    static const std::regex kPage("706167653a[0-9a-f]*");
    static const std::regex kRecord("\\b[0-9a-f]{21}\\b");
    static const std::regex kRevision("\\b[1-9][0-9]{18}\\b");
    std::string hidden = replace(replace(text, kDeployment, "deployment"), kPage, "page");
    return normalizer_.normalize(replace(replace(hidden, kRevision, "revision"), kRecord, "record"));
  }
  [[nodiscard]] std::string restore(std::string text) const {
    for (const auto& [original, name] : names_) {
      for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) text.replace(at, name.size(), original);
    }
    return normalizer_.restore(text);
  }

 private:
  std::string replace(std::string text, const std::regex& pattern, const std::string& kind) {
    std::string out;
    std::smatch match;
    while (std::regex_search(text, match, pattern)) {
      std::string& name = names_[match.str()];
      if (name.empty()) name = fmt::format("<{}:{}>", kind, ++counts_[kind]);
      out += match.prefix().str() + name;
      text = match.suffix().str();
    }
    return out + text;
  }

  std::map<std::string, std::string> names_;
  std::map<std::string, int> counts_;
  Normalizer normalizer_{Normalizer::Options{.times = false, .ports = false}};
};

Milliseconds duration(const std::string& text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  BERTH_CHECK(digits != 0 && digits != std::string::npos, "a duration is a number and a unit");
  const std::int64_t amount = std::stoll(text.substr(0, digits));
  const std::string unit = text.substr(digits);
  if (unit == "ms") return Milliseconds(amount);
  if (unit == "s") return std::chrono::seconds(amount);
  if (unit == "m") return std::chrono::minutes(amount);
  BERTH_CHECK(unit == "h", "units are ms, s, m, h");
  return std::chrono::hours(amount);
}

std::string task_line(const scheduler::Task& task) {
  std::string line = fmt::format("  task {} {} {}", task.id, name_of(task.desired_status), name_of(task.last_status));
  if (task.stop_code) line += fmt::format(" {}: {}", name_of(*task.stop_code), task.stopped_reason);
  for (const scheduler::Container& container : task.containers) {
    line += fmt::format(", {} {}", container.name, name_of(container.known_status));
    if (container.exit_code) line += fmt::format(" ({})", *container.exit_code);
  }
  return line + "\n";
}

std::string state_of(const engine::Store& store) {
  std::string text;
  for (const std::string& cluster : store.active_clusters("", 100)) {
    const engine::TaskCounts counts = store.cluster_task_counts(cluster);
    text += fmt::format("cluster {} running {} pending {}\n", cluster, counts.running, counts.pending);
  }
  for (const engine::ServiceKey& key : store.live_services()) {
    const auto service = store.service(key);
    text += fmt::format("service {} {} desired {}\n", service->name, name_of(service->status), service->desired_count);
    for (const scheduler::Deployment& deployment : service->deployments) {
      text += fmt::format("  deployment {} {} {} desired {} failed {} {}\n", deployment.id, name_of(deployment.status),
                          engine::cluster_name_of(deployment.task_definition_arn), deployment.desired_count, deployment.failed_tasks,
                          name_of(deployment.rollout_state));
    }
    for (const auto& task : store.live_tasks_of(key)) text += task_line(*task);
  }
  for (const auto& task : store.live_tasks()) {
    if (task->service_name.empty()) text += "standalone\n" + task_line(*task);
  }
  return text.empty() ? "nothing\n" : text;
}

/// "app exits 1": every running container `app` of the world.
void disturb(engine::FakeWorld& world, const std::string& what) {
  const std::size_t first = what.find(' ');
  const std::size_t second = what.find(' ', first + 1);
  const std::string name = what.substr(0, first);
  const std::string verb = what.substr(first + 1, second == std::string::npos ? second : second - first - 1);
  const std::string object = second == std::string::npos ? "" : what.substr(second + 1);
  int touched = 0;
  for (const engine::ContainerState& container : world.containers()) {
    if (container.container != name || container.phase != engine::ContainerState::Phase::running) continue;
    ++touched;
    if (verb == "exits") {
      world.kill(container.name, std::stoi(object));
    } else if (verb == "turns") {
      world.set_health(container.name, object);
    } else {
      BERTH_CHECK(verb == "vanishes", "containers exit, turn or vanish");
      world.vanish(container.name);
    }
  }
  BERTH_CHECK(touched > 0, "a container that something happens to is running");
}

/// "allows nofile 1000", "lacks SYS_RESOURCE".
void limit(EngineHarness& harness, const std::string& what) {
  engine::Capacity capacity = harness.world.capacity();
  engine::HostLimits host = capacity.host ? *capacity.host : engine::HostLimits{};
  const std::size_t first = what.find(' ');
  const std::size_t second = what.find(' ', first + 1);
  if (second != std::string::npos) {
    host.ulimits[what.substr(first + 1, second - first - 1)] = std::stoll(what.substr(second + 1));
  } else {
    host.missing_capabilities.insert(what.substr(first + 1));
  }
  capacity.host = std::make_shared<const engine::HostLimits>(std::move(host));
  harness.world.set_capacity(capacity);
}

std::string journal_of(engine::FakeWorld& world) {
  std::string text;
  for (const std::string& line : world.journal()) text += line + "\n";
  world.clear_journal();
  return text.empty() ? "nothing\n" : text;
}

std::string print(const engine::Response& response) {
  const auto body = parse_json(response.body);
  BERTH_CHECK(body, "an answer is JSON");
  return fmt::format("HTTP {}\n{}", response.status, pretty_json(*body));
}

std::string argument(const std::string& section, const std::string& verb) { return section.substr(verb.size()); }
bool begins(const std::string& text, const std::string& prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

std::map<std::string, std::string> run(const CaseFile& file) {
  EngineHarness harness;
  Names names;
  std::map<std::string, std::string> actual;
  engine::Response last;
  for (const CaseSection& section : file.sections) {
    if (begins(section.name, "request ")) {
      last = harness.call(argument(section.name, "request "), names.restore(section.text));
    } else if (begins(section.name, "advance ")) {
      harness.advance(duration(argument(section.name, "advance ")));
    } else if (begins(section.name, "container ")) {
      disturb(harness.world, argument(section.name, "container "));
      harness.settle();
    } else if (begins(section.name, "machine ")) {
      limit(harness, argument(section.name, "machine "));
    } else if (section.name == "restart") {
      harness.start();
      harness.settle();
    } else if (section.name == "response") {
      actual[section.key] = names.hide(print(last));
    } else if (section.name == "state") {
      actual[section.key] = names.hide(state_of(harness.store()));
    } else if (section.name == "journal") {
      actual[section.key] = journal_of(harness.world);
    }
  }
  return actual;
}

}  // namespace
}  // namespace berth::test

int main(int argc, char** argv) {
  return berth::test::golden_main(argc, argv,
                                  {.inputs = {"request *", "advance *", "container *", "machine *", "restart"},
                                   .expected = {"response", "state", "journal"},
                                   .run = berth::test::run});
}
