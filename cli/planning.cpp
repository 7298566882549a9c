#include "cli/planning.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/random.h"
#include "cli/engine_process.h"
#include "planner/render.h"

namespace berth::cli {
namespace {

constexpr std::size_t kMarkKeyDigits = 64;

/// Whether an engine has worked with this directory.
bool has_state(const std::string& data_dir) {
  std::error_code ignored;
  return std::filesystem::exists(data_dir + "/engine.db", ignored);
}

}  // namespace

Result<Target> open_target(Session& session, View& view, const CommonFlags& flags, const TargetOptions& options) {
  BERTH_TRY(endpoint, find_engine(session, flags));
  provider::ProviderConfig config{.endpoint = endpoint, .options = {}};
  config.options.await.timeout = options.timeout;
  BERTH_TRY(made, session.registry->make(flags.target, config, *session.clock));
  Target target{.endpoint = endpoint, .provider = std::move(made), .engine_answers = true};

  if (options.without == WithoutEngine::start_it) {
    BERTH_TRY_VOID(ensure_engine(endpoint, session, [&](const std::string& text) { view.note(text); }));
    return target;
  }
  const auto answer = ask_engine(endpoint, session);
  if (answer || answer.error().code != "connect") return target;
  if (options.without == WithoutEngine::assume_nothing_runs && endpoint.is_unix() && has_state(default_data_dir(session))) {
    BERTH_TRY_VOID(ensure_engine(endpoint, session, [&](const std::string& text) { view.note(text); }));
    return target;
  }
  if (options.without == WithoutEngine::fail || !endpoint.is_unix()) {
    return Error{"connect", fmt::format("no engine answers at {}; `berth engine start` starts one", endpoint.text())};
  }
  view.note(fmt::format("no engine answers at {}: planning as if nothing ran", endpoint.text()));
  target.engine_answers = false;
  return target;
}

Result<ir::Snapshot> read_live(Target& target, const ir::Program& program) {
  if (!target.engine_answers) return ir::Snapshot{};
  auto snapshot = target.provider->read(plan::read_scope(program));
  if (!snapshot) return snapshot.error().while_doing("read what runs");
  return snapshot;
}

std::optional<plan::Plan> make_checked_plan(View& view, ir::Program program, ir::Snapshot snapshot, const plan::Options& options) {
  const auto sources = program.sources;
  DiagnosticSink sink;
  plan::Options marked = options;
  if (marked.mark_key.empty()) marked.mark_key = RandomSource().hex(kMarkKeyDigits);
  plan::Plan plan = plan::make_plan(std::move(program), std::move(snapshot), marked, sink);
  const SourceSet none;
  view.diagnostics(sink.sorted(), sources ? *sources : none);
  if (!plan.applyable) return std::nullopt;
  return plan;
}

void show_plan(View& view, const plan::Plan& plan) {
  view.result(plan::render_json(plan), plan::render_text(plan, {.color = view.color()}));
}

}  // namespace berth::cli
