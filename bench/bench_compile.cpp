#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "bench/bench.h"
#include "bench/measure.h"
#include "bench/stack.h"
#include "compiler/compile.h"

namespace berth::bench {
namespace {

double mebibytes(const std::map<std::string, std::string>& files) {
  std::size_t bytes = 0;
  for (const auto& [path, text] : files) bytes += text.size();
  return static_cast<double>(bytes) / (1 << 20);
}

/// The fastest of some rounds, with the memory of that round.
Cost best(std::size_t rounds, const StackOptions& stack) {
  Cost best;
  for (std::size_t i = 0; i < rounds; ++i) {
    const Cost cost = cost_of([&] { return compile_stack(make_stack(stack)).has_value(); });
    if (!cost.ok) return cost;
    if (!best.ok || cost.seconds < best.seconds) best = cost;
  }
  return best;
}

}  // namespace

std::optional<ir::Program> compile_stack(std::map<std::string, std::string> files) {
  DiagnosticSink sink;
  const auto sources = std::make_shared<SourceSet>();
  auto program = compile({.path = "stack", .variables = {}}, MemoryFileSystem(std::move(files)), sources, sink);
  if (!program) std::cerr << render_all(sink.sorted(), *sources, {.limit = 3});
  return program;
}

bool bench_compile(const Options& options) {
  std::cout << fmt::format("compile: source to IR, each in a process of its own, best of {}\n", options.rounds)
            << "  services  form   source MiB   seconds   peak MiB\n";
  bool all_ok = true;
  for (const Form form : {Form::flat, Form::loop}) {
    for (const std::size_t size : options.sizes) {
      const StackOptions stack{.services = size, .replicas = 1, .form = form};
      const Cost cost = best(options.rounds, stack);
      const char* name = form == Form::flat ? "flat" : "loop";
      const std::string row = fmt::format("  {:>8}  {}   {:>10.2f}", size, name, mebibytes(make_stack(stack)));
      if (!cost.ok) {
        std::cout << row << "   does not compile\n";
        // Loops over resources are not in every version of the language.
        if (form == Form::loop) break;
        all_ok = false;
        continue;
      }
      std::cout << row << fmt::format("   {:>7.3f}   {:>8.1f}\n", cost.seconds, cost.peak_mebibytes) << std::flush;
    }
  }
  return all_ok;
}

}  // namespace berth::bench
