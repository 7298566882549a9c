#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "bench/bench.h"
#include "bench/measure.h"
#include "bench/stack.h"
#include "cli/engine_process.h"
#include "planner/apply.h"
#include "planner/planner.h"
#include "providers/ecs/ecs_provider.h"
#include "providers/http/curl_client.h"

namespace berth::bench {
namespace {

constexpr std::size_t kParallelCalls = 8;

/// An engine with the fake driver in a directory of its own, ended when this is.
class FakeEngine {
 public:
  explicit FakeEngine(cli::Session& session) : session_(session), endpoint_(*provider::parse_endpoint("unix://" + scratch_.path() + "/engine.sock")) {}
  ~FakeEngine() {
    if (!started_) return;
    if (const auto stopped = cli::stop_engine(endpoint_, session_); !stopped) std::cerr << stopped.error().message << "\n";
  }
  FakeEngine(const FakeEngine&) = delete;
  FakeEngine& operator=(const FakeEngine&) = delete;

  Result<void> start() {
    const cli::EngineStart how{.data_dir = scratch_.path(), .driver = "fake", .docker_host = "", .healthy_after = "0", .listen = "", .auth = ""};
    BERTH_TRY_VOID(cli::start_engine(endpoint_, how, session_));
    started_ = true;
    return {};
  }
  [[nodiscard]] const provider::Endpoint& endpoint() const { return endpoint_; }

 private:
  Scratch scratch_;
  cli::Session& session_;
  provider::Endpoint endpoint_;
  bool started_ = false;
};

struct Times {
  double compile = 0;
  double read = 0;
  double plan = 0;
  std::size_t changes = 0;
  [[nodiscard]] double sum() const { return compile + read + plan; }
};

/// One `berth plan` after the compiler: read what runs, compare.
Result<Times> plan_once(provider::EcsProvider& provider, const ir::Program& program, std::optional<plan::Plan>& plan) {
  Times times;
  std::optional<Result<ir::Snapshot>> snapshot;
  times.read = seconds_of([&] { snapshot = provider.read(plan::read_scope(program)); });
  if (!*snapshot) return snapshot->error();
  DiagnosticSink sink;
  ir::Program copy = program;
  times.plan = seconds_of([&] { plan = plan::make_plan(std::move(copy), std::move(**snapshot), {}, sink); });
  if (!plan->applyable) return Error{"bench", "the plan is not applyable"};
  const plan::Counts counts = plan->counts();
  times.changes = counts.to_add() + counts.to_change() + counts.to_destroy();
  return times;
}

void print_row(std::size_t size, const char* state, const Times& times) {
  std::cout << fmt::format("  {:>8}  {:<9}   {:>7}   {:>10.3f}   {:>7.3f}   {:>7.3f}   {:>7.3f}\n", size, state, times.changes, times.compile, times.read, times.plan, times.sum())
            << std::flush;
}

Result<void> bench_size(std::size_t size, const Options& options, cli::Session& session) {
  // No tasks: planning is measured, not running.
  std::optional<ir::Program> program;
  double compiled = 0;
  for (std::size_t i = 0; i < options.rounds; ++i) {
    const double seconds = seconds_of([&] { program = compile_stack(make_stack({.services = size, .replicas = 0, .form = Form::loop})); });
    if (!program) return Error{"bench", "the stack does not compile"};
    compiled = i == 0 ? seconds : std::min(compiled, seconds);
  }
  FakeEngine engine(session);
  BERTH_TRY_VOID(engine.start());
  provider::EcsProvider provider(std::make_unique<provider::CurlClient>(engine.endpoint()), *session.clock, {});
  std::optional<plan::Plan> plan;
  BERTH_TRY(empty, plan_once(provider, *program, plan));
  empty.compile = compiled;
  print_row(size, "nothing", empty);

  plan::Bindings bindings(*plan);
  plan::Progress silent;
  std::optional<plan::ApplyReport> report;
  const double applied = seconds_of([&] { report = plan::apply(plan::schedule(*plan), bindings, provider, silent, {.parallelism = kParallelCalls}); });
  if (!report->ok()) {
    for (const plan::ActionOutcome& outcome : report->outcomes) {
      if (outcome.error) return *outcome.error;
    }
  }
  Times best;
  for (std::size_t i = 0; i < options.rounds; ++i) {
    BERTH_TRY(times, plan_once(provider, *program, plan));
    times.compile = compiled;
    if (i == 0 || times.sum() < best.sum()) best = times;
  }
  print_row(size, "all of it", best);
  std::cout << fmt::format("            (applied in {:.1f} s: {} calls and waits)\n", applied, report->actions.size()) << std::flush;
  return {};
}

}  // namespace

bool bench_plan(const Options& options, cli::Session& session) {
  std::cout << "plan: against an engine with the fake driver over its unix socket\n"
            << "  services  runs        changes   compile, s   read, s   plan, s    sum, s\n";
  bool ok = true;
  for (const std::size_t size : options.sizes) {
    const auto result = bench_size(size, options, session);
    if (result) continue;
    std::cout << fmt::format("  {:>8}  failed: {}\n", size, result.error().message);
    ok = false;
  }
  return ok;
}

}  // namespace berth::bench
