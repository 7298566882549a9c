#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "compiler/compile.h"

// The tests run in the directory of the sources.

using namespace berth;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> example_directories() {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator("examples")) {
    if (entry.is_directory()) all.push_back(entry.path().generic_string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// The texts between "```ecs" and "```".
std::vector<std::string> snippets_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> all;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      all.back() += line + "\n";
    } else if (line == "```ecs") {
      inside = true;
      all.emplace_back();
    }
  }
  return all;
}

}  // namespace

TEST_CASE("every example is right in each of its environments, without a warning", "[examples]") {
  const std::vector<std::string> directories = example_directories();
  CHECK(directories.size() >= 6);
  for (const std::string& directory : directories) {
    const auto sources = std::make_shared<SourceSet>();
    DiagnosticSink sink;
    const auto compiled = compile_all({.path = directory}, RealFileSystem(), sources, sink);
    INFO(directory << "\n" << render_all(sink.sorted(), *sources));
    CHECK(sink.empty());
    REQUIRE_FALSE(compiled.empty());
    for (const CompiledEnvironment& one : compiled) CHECK(one.program.has_value());
  }
}

TEST_CASE("the tests of the examples pass", "[examples]") {
  std::size_t count = 0;
  for (const std::string& directory : example_directories()) {
    const auto sources = std::make_shared<SourceSet>();
    DiagnosticSink sink;
    for (const TestResult& result : run_tests({.path = directory}, RealFileSystem(), sources, sink)) {
      INFO(directory << ": " << result.name << "\n" << render_all(result.diagnostics, *sources));
      CHECK(result.passed);
      ++count;
    }
  }
  CHECK(count >= 2);
}

TEST_CASE("every snippet of the tour is a stack of its own that compiles", "[examples]") {
  const std::vector<std::string> snippets = snippets_of("docs/tour.md");
  CHECK(snippets.size() >= 5);
  for (const std::string& snippet : snippets) {
    const auto sources = std::make_shared<SourceSet>();
    DiagnosticSink sink;
    compile_all({.path = "main.ecs"}, MemoryFileSystem({{"main.ecs", snippet}}), sources, sink);
    INFO(snippet << "\n" << render_all(sink.sorted(), *sources));
    CHECK(sink.empty());
  }
}
