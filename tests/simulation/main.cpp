// Runs engines through lives of accidents: see simulation.h. A failing seed is printed with the command that repeats it.
#include <atomic>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "tests/simulation/simulation.h"

namespace berth::simulation {
namespace {

constexpr const char* kUsage =
    "usage: simulation [--steps N] [--seed N] [--runs N] [--chaos N] [--jobs N]\n"
    "  --steps N  runs until the engine has done so many steps (100000); --runs N: so many runs instead\n"
    "  --seed N   of the first run (1); the runs after it have the seeds after it\n"
    "  --chaos N  acts of clients and accidents in each run (500)\n"
    "  --jobs N   runs at a time (1)\n";

struct Options {
  std::int64_t steps = 100'000;
  std::int64_t seed = 1;
  std::int64_t runs = 0;
  std::int64_t chaos = 500;
  std::int64_t jobs = 1;
};

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  const std::map<std::string, std::int64_t*> known{{"--steps", &options.steps}, {"--seed", &options.seed}, {"--runs", &options.runs},
                                                   {"--chaos", &options.chaos}, {"--jobs", &options.jobs}};
  for (int i = 1; i < argc; i += 2) {
    const auto option = known.find(argv[i]);
    if (option == known.end() || i + 1 == argc) return std::nullopt;
    const std::string text = argv[i + 1];
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), *option->second);
    if (failure != std::errc() || end != text.data() + text.size() || *option->second < 0) return std::nullopt;
  }
  return options;
}

/// A directory for databases, in memory where there is one.
class Scratch {
 public:
  Scratch() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code none;
    const auto base = std::filesystem::is_directory(memory, none) ? memory : std::filesystem::temp_directory_path();
    path_ = (base / ("berth-simulation-" + RandomSource().hex(12))).string();
    std::filesystem::create_directory(path_);
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string database(int job) const { return fmt::format("{}/{}.db", path_, job); }

 private:
  std::string path_;
};

/// All runs together.
class Campaign {
 public:
  explicit Campaign(const Options& options) : options_(options) {}

  int run(const std::string& program) {
    check_replay();
    std::vector<std::thread> jobs;
    for (int job = 0; job < std::max<std::int64_t>(1, options_.jobs); ++job) jobs.emplace_back([this, job] { work(job); });
    for (std::thread& job : jobs) job.join();
    for (const Outcome& outcome : failed_) {
      fmt::print("seed {}: {}\n  again: {} --seed {} --runs 1 --chaos {}\n\n", outcome.seed, *outcome.violation, program, outcome.seed, options_.chaos);
    }
    fmt::print("{} steps of the engine, {} happenings in {} runs, seeds {} to {}: {} crashes, {} tasks, {} rollouts completed, {} failed, {} healthy tasks replaced, {} task sets steady\n",
               steps_.load(), happenings_, runs_, options_.seed, options_.seed + runs_ - 1, crashes_, seen_.tasks, seen_.completed, seen_.failed, seen_.stops,
               seen_.steady_sets);
    std::string rare;
    for (const auto& [operation, tally] : tallies_) {
      fmt::print("  {:<42} {:>7} of {:>7} succeeded\n", operation, tally.succeeded, tally.made);
      if (tally.made > 200 && tally.succeeded == 0) rare += " " + operation;
    }
    if (!rare.empty()) fmt::print("never succeeded, so nothing was shown of it:{}\n", rare);
    return failed_.empty() && rare.empty() ? 0 : 1;
  }

 private:
  /// A seed decides everything: otherwise a failure could not be repeated.
  void check_replay() {
    const auto seed = static_cast<std::uint64_t>(options_.seed);
    const auto chaos = static_cast<int>(std::min<std::int64_t>(options_.chaos, 100));
    const Outcome first = simulate(seed, chaos, scratch_.database(0));
    Outcome second = simulate(seed, chaos, scratch_.database(0));
    if (first.digest == second.digest) return;
    second.violation = "two runs of one seed differ";
    failed_.push_back(std::move(second));
  }

  void work(int job) {
    while (true) {
      const std::int64_t run = next_++;
      const bool enough = options_.runs > 0 ? run >= options_.runs : steps_ >= options_.steps;
      if (enough || many_failures_) return;
      Outcome outcome = simulate(static_cast<std::uint64_t>(options_.seed + run), static_cast<int>(options_.chaos), scratch_.database(job));
      steps_ += outcome.steps;
      const std::lock_guard lock(mutex_);
      ++runs_;
      crashes_ += outcome.crashes;
      happenings_ += outcome.happenings;
      seen_.tasks += outcome.seen.tasks;
      seen_.completed += outcome.seen.completed;
      seen_.failed += outcome.seen.failed;
      seen_.stops += outcome.seen.stops;
      seen_.steady_sets += outcome.seen.steady_sets;
      for (const auto& [operation, tally] : outcome.tallies) {
        tallies_[operation].made += tally.made;
        tallies_[operation].succeeded += tally.succeeded;
      }
      if (outcome.violation) {
        fmt::print("seed {} fails\n", outcome.seed);
        std::fflush(stdout);
        failed_.push_back(std::move(outcome));
      }
      many_failures_ = failed_.size() >= 3;
    }
  }

  const Options options_;
  const Scratch scratch_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<std::int64_t> steps_{0};
  std::atomic<bool> many_failures_{false};
  std::mutex mutex_;
  std::int64_t runs_ = 0;
  std::int64_t crashes_ = 0;
  std::int64_t happenings_ = 0;
  Inspector::Seen seen_;
  std::map<std::string, Workload::Tally> tallies_;
  std::vector<Outcome> failed_;
};

int run(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    std::fputs(kUsage, stderr);
    return 64;
  }
  set_log_level(LogLevel::off);
  return Campaign(*options).run(argv[0]);
}

}  // namespace
}  // namespace berth::simulation

int main(int argc, char** argv) { return berth::simulation::run(argc, argv); }
