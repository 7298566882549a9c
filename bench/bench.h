#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"
#include "ir/resource.h"

namespace berth::bench {

struct Options {
  std::vector<std::size_t> sizes{10, 1'000, 10'000};
  std::size_t rounds = 3;  ///< the best counts
  std::size_t tasks = 24;  ///< of the apply benchmark
  std::string docker_host;
};

/// Compiles a stack that is in memory; nothing, with the reason on stderr, when it has errors.
std::optional<ir::Program> compile_stack(std::map<std::string, std::string> files);

/// A directory that is removed at the end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Each prints its table on stdout and gives false when something failed.
bool bench_compile(const Options& options);
bool bench_import(const Options& options);
bool bench_plan(const Options& options, cli::Session& session);
bool bench_apply(const Options& options, cli::Session& session);

}  // namespace berth::bench
