#include <filesystem>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "cli/carry_out.h"
#include "cli/command.h"
#include "cli/duration.h"
#include "cli/saved_plan.h"
#include "providers/ecs/status.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Makes what runs as the files say: shows the plan, asks, carries it out, and waits until every service is stable. Starts the local
engine when none answers. Given a file saved by `berth plan --out`, it carries out exactly that plan, or refuses with exit code 4
when what runs, berth.lock or berth itself has changed since.

A service is stable when the deployment that this apply started is completed, as many tasks run as are wanted, and no old ones are
left. When a deployment fails, the exit code says how (1 failed, 5 rolled back, 6 timed out), with the exit code of the container,
its reason and its last output.

Ctrl-C once starts nothing new and tells what remains (exit code 130); twice leaves at once. What the engine was told to do it does.

examples:
  berth apply
  berth apply examples/hello --yes
  berth apply shop.plan --yes
  berth apply --no-wait --parallelism 4)";

constexpr std::size_t kReadWidth = 8;

struct Flags {
  CommonFlags common;
  CarryOut how{.yes = false, .wait = true, .parallelism = 10, .question = "Apply these changes?", .command = "apply", .allow_partial = false};
  bool no_wait = false;
  std::string timeout = "10m";
};

bool is_plan_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) && std::filesystem::path(path).extension() != ".ecs";
}

std::string plain_text(const ir::Value& value) { return value.as_string() != nullptr ? *value.as_string() : ir::spell(value); }

/// The outputs, and where the services answer.
ExitCode show_outcome(View& view, Target& target, const ir::Program& program, const ir::Snapshot& snapshot) {
  Json outputs = Json::object();
  std::string text;
  for (const ir::Output& output : program.outputs) {
    outputs[output.name] = ir::to_json(output.value);
    text += fmt::format("{} = {}\n", output.name, plain_text(output.value));
  }
  const auto services = provider::read_status(*target.client, snapshot, program.id(), false, kReadWidth);
  if (!services) return fail(view, services.error());
  Json urls = Json::object();
  for (const provider::ServiceStatus& service : *services) {
    std::set<std::string> all;
    for (const provider::TaskStatus& task : service.tasks) all.insert(task.urls.begin(), task.urls.end());
    if (all.empty()) continue;
    urls[service.address.text()] = all;
    for (const std::string& url : all) text += fmt::format("{}  {}\n", service.address.text(), url);
  }
  view.result({{"outputs", outputs}, {"urls", urls}}, text);
  return ExitCode::ok;
}

ExitCode apply_plan(Session& session, View& view, Target& target, const plan::Plan& plan, const plan::Options& made_with, const Flags& flags) {
  return carry_out(session, view, target, plan, made_with, flags.how, [&](const ir::Snapshot& snapshot) { return show_outcome(view, target, *plan.program, snapshot); });
}

ExitCode apply_source(Session& session, View& view, const Flags& flags, const TargetOptions& options) {
  Compiled compiled = compile_program(session, view, flags.common);
  if (!compiled.program) return compiled.exit_code;
  auto target = open_target(session, view, flags.common, &*compiled.program, options);
  if (!target) return fail(view, target.error());
  auto snapshot = read_live(*target, *compiled.program);
  if (!snapshot) return fail(view, snapshot.error());
  note_unlocked_images(view, *compiled.program);
  plan::Options how;
  how.room_of = ask_for_room(view, *target->provider);
  auto plan = make_checked_plan(view, std::move(*compiled.program), std::move(*snapshot), how);
  if (plan) judge(session, view, flags.common, *plan);
  return plan ? apply_plan(session, view, *target, *plan, how, flags) : ExitCode::failed;
}

ExitCode refuse(View& view, std::string message, const std::vector<std::string>& reasons) {
  for (const std::string& line : reasons) message += "\n  " + line;
  view.failure({"stale-plan", message});
  return ExitCode::stale_plan;
}

ExitCode apply_saved(Session& session, View& view, const Flags& flags, const TargetOptions& options) {
  auto saved = read_saved_plan(flags.common.path);
  if (!saved) return fail(view, saved.error());
  if (const auto reasons = made_otherwise(saved->made_with); !reasons.empty()) return refuse(view, "this plan was made with something else; plan again", reasons);
  saved->program.target = saved->options.target == plan::Target::aws ? "aws" : "local";
  if (!flags.common.target.empty() && flags.common.target != saved->program.target) {
    return fail(view, {"usage", fmt::format("this plan was made for the target `{}`; leave `--target` out", saved->program.target)});
  }
  auto target = open_target(session, view, flags.common, &saved->program, options);
  if (!target) return fail(view, target.error());
  auto snapshot = read_live(*target, saved->program);
  if (!snapshot) return fail(view, snapshot.error());
  const std::vector<std::string> moved = plan::what_moved(*saved, *snapshot);
  if (!moved.empty()) return refuse(view, "what runs has changed since the plan was saved; plan again", moved);
  auto plan = make_checked_plan(view, std::move(saved->program), std::move(*snapshot), saved->options);
  if (plan) plan->policies = std::move(saved->policies);  // the same plan of the same state: they would find the same
  return plan ? apply_plan(session, view, *target, *plan, saved->options, flags) : ExitCode::failed;
}

ExitCode apply(Session& session, View& view, Flags& flags) {
  const auto timeout = parse_duration(flags.timeout);
  if (!timeout) return fail(view, timeout.error().while_doing("--timeout"));
  flags.how.wait = !flags.no_wait;
  const TargetOptions options{.without = WithoutEngine::start_it, .timeout = *timeout};
  return is_plan_file(flags.common.path) ? apply_saved(session, view, flags, options) : apply_source(session, view, flags, options);
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  arguments.positional("PATH|PLANFILE", flags->common.path, "a file or directory of .ecs files, or a saved plan (default: .)");
  arguments.flag("-y,--yes", flags->how.yes, "do not ask");
  arguments.flag("--allow-partial", flags->how.allow_partial, "go on when the target does not carry out all of the plan");
  arguments.flag("--no-wait", flags->no_wait, "do not wait until services are stable");
  arguments.option("--timeout", flags->timeout, "TIME", "give up on a service that gets nowhere for this long (default: 10m)");
  arguments.option("--events", flags->how.events, "FILE", "write each thing that happens to FILE, a line of JSON each");
  arguments.number("--parallelism", flags->how.parallelism, 1, 256, "N", "calls at the same time (default: 10)");
  declare_variables(arguments, flags->common);
  declare_deny(arguments, flags->common);
  declare_target(arguments, flags->common);
  declare_output_with(arguments, flags->common, {"github"});
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return apply(session, view, *flags); }); };
}

}  // namespace

Command apply_command() { return {"apply", "up", "make what runs as the files say", kHelp, declare}; }

}  // namespace berth::cli
