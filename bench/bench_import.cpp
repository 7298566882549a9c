#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "bench/bench.h"
#include "bench/measure.h"
#include "compiler/import/import.h"

namespace berth::bench {
namespace {

/// Task definitions as they are described, each a file: two containers, eight variables each, a port, a health check and a secret.
std::vector<importing::Input> described(std::size_t count) {
  std::vector<importing::Input> inputs;
  for (std::size_t i = 0; i < count; ++i) {
    Json containers = Json::array();
    for (const char* name : {"app", "side"}) {
      Json environment = Json::array();
      for (int v = 0; v < 8; ++v) environment.push_back({{"name", fmt::format("VARIABLE_{}", v)}, {"value", fmt::format("value {} of {}", v, i)}});
      containers.push_back({{"name", name},
                            {"image", fmt::format("registry.example/team/{}-{}:1.{}", name, i, i)},
                            {"essential", true},
                            {"environment", environment},
                            {"mountPoints", Json::array()},
                            {"secrets", {{{"name", "TOKEN"}, {"valueFrom", fmt::format("arn:aws:ssm:eu-west-1:111122223333:parameter/{}/token", i)}}}},
                            {"logConfiguration", {{"logDriver", "awslogs"}, {"options", {{"awslogs-group", fmt::format("/team/{}", i)}, {"awslogs-region", "eu-west-1"}, {"awslogs-stream-prefix", name}}}}}});
    }
    containers[0]["portMappings"] = {{{"name", "http"}, {"containerPort", 8080}, {"hostPort", 8080}, {"protocol", "tcp"}}};
    containers[0]["healthCheck"] = {{"command", {"CMD-SHELL", "curl -f http://localhost:8080/health"}}, {"interval", 10}, {"timeout", 5}, {"retries", 3}};
    const std::string family = fmt::format("service-{}", i);
    const Json definition = {{"taskDefinition",
                              {{"taskDefinitionArn", fmt::format("arn:aws:ecs:eu-west-1:111122223333:task-definition/{}:7", family)},
                               {"family", family},
                               {"revision", 7},
                               {"status", "ACTIVE"},
                               {"networkMode", "awsvpc"},
                               {"requiresCompatibilities", {"FARGATE"}},
                               {"cpu", "512"},
                               {"memory", "1024"},
                               {"executionRoleArn", "arn:aws:iam::111122223333:role/execution"},
                               {"containerDefinitions", containers}}},
                             {"tags", Json::array()}};
    inputs.push_back({family + ".json", definition.dump(2)});
  }
  return inputs;
}

bool import_all(const std::vector<importing::Input>& inputs) {
  SourceSet sources;
  DiagnosticSink sink;
  const auto imported = importing::import_files(inputs, {}, sources, sink);
  if (!imported) std::cerr << render_all(sink.sorted(), sources, {.limit = 3});
  return imported.has_value();
}

}  // namespace

bool bench_import(const Options& options) {
  std::cout << fmt::format("import: task definitions as JSON to source, in a process of its own, best of {}\n", options.rounds) << "  definitions   input MiB   seconds   peak MiB\n";
  constexpr std::size_t kDefinitions = 1'000;
  const std::vector<importing::Input> inputs = described(kDefinitions);
  std::size_t bytes = 0;
  for (const importing::Input& input : inputs) bytes += input.text.size();
  Cost best;
  for (std::size_t i = 0; i < options.rounds; ++i) {
    const Cost cost = cost_of([&] { return import_all(inputs); });
    if (!cost.ok) {
      std::cout << "  not imported\n";
      return false;
    }
    if (!best.ok || cost.seconds < best.seconds) best = cost;
  }
  std::cout << fmt::format("  {:>11}   {:>9.2f}   {:>7.3f}   {:>8.1f}\n", kDefinitions, static_cast<double>(bytes) / (1 << 20), best.seconds, best.peak_mebibytes) << std::flush;
  return true;
}

}  // namespace berth::bench
