// Prints how fast berth is: not a test. `bench [compile|import|plan|apply] [--sizes 10,1000] [--rounds N] [--tasks N] [--docker-host unix:///path]`.

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "bench/bench.h"
#include "cli/arguments.h"
#include "cli/session.h"
#include "providers/ecs/waiting_clock.h"

namespace berth::bench {

Scratch::Scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "berth-bench-XXXXXX").string();
  BERTH_CHECK(mkdtemp(pattern.data()) != nullptr, pattern);
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

namespace {

std::vector<std::size_t> numbers(const std::string& text) {
  std::vector<std::size_t> all;
  std::istringstream stream(text);
  for (std::string item; std::getline(stream, item, ',');) all.push_back(static_cast<std::size_t>(std::max(1, std::atoi(item.c_str()))));
  return all;
}

int run(int argc, char** argv) {
  std::atomic<bool> stop{false};
  provider::SystemWaitingClock clock(stop);
  cli::Session session = cli::real_session();
  session.clock = &clock;
  session.stop = &stop;

  Options options;
  options.docker_host = session.variable("DOCKER_HOST").value_or("unix:///var/run/docker.sock");
  std::string which;
  std::string sizes;
  cli::Arguments arguments("bench");
  arguments.positional("compile|import|plan|apply", which, "what to measure (default: everything)");
  arguments.option("--sizes", sizes, "N,N…", "numbers of services (default: 10,1000,10000)");
  arguments.number("--rounds", options.rounds, 1, 100, "N", "rounds (default: 3)");
  arguments.number("--tasks", options.tasks, 1, 500, "N", "tasks of the apply benchmark (default: 24)");
  arguments.option("--docker-host", options.docker_host, "ADDRESS", "the Docker Engine's socket", "DOCKER_HOST");
  if (const auto parsed = arguments.parse({argv + 1, argv + argc}); !parsed) {
    std::cerr << "error: " << parsed.error().message << "\n" << arguments.describe();
    return 64;
  }
  if (!sizes.empty()) options.sizes = numbers(sizes);
  bool ok = true;
  if (which.empty() || which == "compile") ok = bench_compile(options) && ok;
  if (which.empty() || which == "import") ok = bench_import(options) && ok;
  if (which.empty() || which == "plan") ok = bench_plan(options, session) && ok;
  if (which.empty() || which == "apply") ok = bench_apply(options, session) && ok;
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace berth::bench

int main(int argc, char** argv) { return berth::bench::run(argc, argv); }
