#include "cli/planning.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/file_system.h"
#include "base/random.h"
#include "cli/engine_process.h"
#include "compiler/lock.h"
#include "planner/field_diff.h"
#include "planner/policy_facts.h"
#include "providers/ecs/ecs_provider.h"
#include "providers/ecs/ecs_reader.h"

namespace berth::cli {
namespace {

constexpr std::size_t kMarkKeyDigits = 64;

/// Whether berth.lock pins the images of the program.
bool has_locked_images(const ir::Program& program) {
  if (program.sources == nullptr) return false;
  for (std::size_t i = 0; i < program.sources->size(); ++i) {
    const auto id = static_cast<SourceId>(i);
    const std::string& path = program.sources->file(id).path();
    if (path != kLockFile && !path.ends_with("/" + std::string(kLockFile))) continue;
    DiagnosticSink ignored;
    if (!parse_lock(id, *program.sources, ignored).images.empty()) return true;
  }
  return false;
}

/// Whether an engine has worked with this directory.
bool has_state(const std::string& data_dir) {
  std::error_code ignored;
  return std::filesystem::exists(data_dir + "/engine.db", ignored);
}

}  // namespace

Result<Target> open_target(Session& session, View& view, const CommonFlags& flags, ir::Program* program, const TargetOptions& options) {
  BERTH_TRY(connection, connect_target(session, view, flags, program));
  provider::EcsProvider::Options how{.await = {}, .client = connection.calls};
  how.await.timeout = options.timeout;
  Target target{.connection = connection,
                .provider = std::make_unique<provider::EcsProvider>(connection.http, *session.clock, how),
                .client = std::make_unique<provider::EcsClient>(*connection.http, *session.clock, connection.calls),
                .engine_answers = true};
  if (!connection.calls.is_local_engine) return target;

  const provider::Endpoint& endpoint = connection.engine;
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

Result<ReadTarget> open_reader(Session& session, View& view, const CommonFlags& flags, ir::Program& program) {
  BERTH_TRY(connection, connect_target(session, view, flags, &program));
  auto reader = std::make_unique<provider::EcsReader>(connection.http, *session.clock, connection.calls);
  return ReadTarget{.connection = std::move(connection), .reader = std::move(reader)};
}

Result<ir::Snapshot> read_live(Target& target, const ir::Program& program) {
  if (!target.engine_answers) return ir::Snapshot{};
  auto snapshot = target.provider->read(plan::read_scope(program));
  if (!snapshot) return snapshot.error().while_doing("read what runs");
  return snapshot;
}

std::function<std::optional<plan::Room>(const std::string&)> ask_for_room(View& view, plan::Reader& reader) {
  return [&view, &reader](const std::string& cluster) -> std::optional<plan::Room> {
    auto room = reader.read_room(cluster);
    if (room) return *std::move(room);
    view.warning(fmt::format("rollouts are rehearsed without the instances of {}: {}", cluster, room.error().message));
    return std::nullopt;
  };
}

std::string new_mark_key() { return RandomSource().hex(kMarkKeyDigits); }

std::optional<plan::Plan> make_checked_plan(View& view, ir::Program program, ir::Snapshot snapshot, const plan::Options& options) {
  const auto sources = program.sources;
  DiagnosticSink sink;
  plan::Options marked = options;
  marked.target = plan::target_of(program);
  if (marked.mark_key.empty()) marked.mark_key = new_mark_key();
  plan::Plan plan = plan::make_plan(std::move(program), std::move(snapshot), marked, sink);
  const SourceSet none;
  view.diagnostics(sink.sorted(), sources ? *sources : none);
  if (!plan.applyable) return std::nullopt;
  return plan;
}

void judge(Session& session, View& view, const CommonFlags& flags, plan::Plan& plan) {
  const auto options = compile_options(session, flags);
  if (!options || plan.program->sources == nullptr) return;  // what is wrong with the options was said when the program was compiled
  auto sources = std::make_shared<SourceSet>();
  DiagnosticSink sink;
  if (!has_plan_checks(*plan.program->sources)) return;
  const plan::Places places(sources.get(), nullptr);
  for (PlanCheck& check : judge_plan(*options, plan::policy_facts(plan), RealFileSystem(), sources, sink)) {
    plan::PolicyResult result{.title = std::move(check.title), .advisory = check.advisory, .place = places.of(check.span, ""), .failures = {}};
    for (const Diagnostic& failure : check.failures) {
      const Span span = failure.labels.empty() ? Span{} : failure.labels.front().span;
      result.failures.push_back({.message = failure.message, .place = places.of(span, "")});
    }
    view.findings(check.failures, *sources);
    plan.policies.push_back(std::move(result));
  }
  view.diagnostics(sink.sorted(), *sources);
  if (sink.has_errors()) plan.policies.push_back({.title = "the policies can be read", .advisory = false, .place = "", .failures = {{.message = "they are wrong", .place = ""}}});
}

ExitCode deny(View& view, const plan::Plan& plan) {
  std::string message = "policies deny this plan:";
  for (const plan::PolicyResult& policy : plan.policies) {
    if (policy.advisory) continue;
    for (const auto& failure : policy.failures) message += fmt::format("\n  {}: {}", policy.title, failure.message);
  }
  view.failure({"denied", message});
  return ExitCode::policy_denied;
}

void note_unlocked_images(View& view, const ir::Program& program) {
  std::size_t tags = 0;
  for (const auto& [address, resource] : program.resources) {
    const ir::Value* containers = address.kind == "task" ? ir::at(resource.body, {"container"}) : nullptr;
    if (containers == nullptr || containers->as_map() == nullptr) continue;
    for (const auto& [name, container] : *containers->as_map()) {
      const ir::Value* image = ir::at(container, {"image"});
      if (image != nullptr && image->as_string() != nullptr && image->as_string()->find('@') == std::string::npos) ++tags;
    }
  }
  if (tags == 0 || has_locked_images(program)) return;
  view.note(fmt::format("{} go{} by tag as written, and may move; `berth lock` pins tags to digests", tags == 1 ? "one image" : fmt::format("{} images", tags), tags == 1 ? "es" : ""));
}

}  // namespace berth::cli
