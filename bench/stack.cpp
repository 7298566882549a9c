#include "bench/stack.h"

#include <fmt/format.h>

namespace berth::bench {
namespace {

constexpr std::size_t kServicesPerFile = 1'000;

std::string environment(const std::string& indent) {
  std::string text = indent + "env {\n";
  for (int i = 0; i < 8; ++i) text += fmt::format("{}  SETTING_{} = \"value number {}\"\n", indent, i, i);
  return text + indent + "}\n";
}

/// `name` is what stands between `service` and its block.
std::string service(const std::string& indent, const std::string& name, std::size_t replicas) {
  std::string text = fmt::format("{}service {} {{\n{}  cluster = main\n{}  replicas = {}\n{}  task {{\n", indent, name, indent, indent, replicas, indent);
  const std::string inner = indent + "    ";
  text += inner + "container app {\n" + inner + "  image = \"registry.example/shop/app:1.0\"\n" + inner + "  memory = 256 MiB\n" + inner + "  cpu = 0.25 vCPU\n" +
          inner + "  port http = 8080\n" + inner + "  health { command = shell(\"wget -q -O - http://127.0.0.1:8080/\") }\n" + environment(inner + "  ") + inner + "}\n";
  text += inner + "container side {\n" + inner + "  image = \"registry.example/shop/side:1.0\"\n" + inner + "  memory = 64 MiB\n" + inner +
          "  essential = false\n" + environment(inner + "  ") + inner + "}\n";
  return text + indent + "  }\n" + indent + "}\n\n";
}

}  // namespace

std::map<std::string, std::string> make_stack(const StackOptions& options) {
  std::map<std::string, std::string> files;
  files["stack/main.ecs"] = "stack bench {}\n\ncluster main {}\n";
  if (options.form == Form::loop) {
    files["stack/main.ecs"] += fmt::format("\nfor n in 1..{} {{\n", options.services) + service("  ", "\"s-${n}\"", options.replicas) + "}\n";
    return files;
  }
  for (std::size_t i = 0; i < options.services; ++i) {
    files[fmt::format("stack/services-{:03}.ecs", i / kServicesPerFile)] += service("", fmt::format("s_{}", i), options.replicas);
  }
  return files;
}

std::map<std::string, std::string> make_small_stack(const std::string& image, std::size_t tasks) {
  return {{"stack/main.ecs", fmt::format("stack bench {{}}\n\ncluster bench {{}}\n\nservice load {{\n  cluster = bench\n  replicas = {}\n  task {{\n    container app {{\n"
                                         "      image = \"{}\"\n      memory = 16 MiB\n      port http = 8080\n    }}\n  }}\n}}\n",
                                         tasks, image)}};
}

}  // namespace berth::bench
