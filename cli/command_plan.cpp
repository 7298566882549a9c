#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/file_system.h"
#include "cli/command.h"
#include "cli/planning.h"
#include "cli/saved_plan.h"
#include "planner/plan_file.h"
#include "planner/sensitive.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Compares what the files ask for with what runs, and shows what apply would do and why. Changes nothing.

  + create   ~ change in place, or a new task definition revision   - destroy   -/+ destroy, then create

With --out the plan is saved; `berth apply FILE` carries out exactly this plan, and refuses (exit code 4) when what runs has changed
since. --format markdown is a comment for a pull request, of at most 60,000 characters; --format html one page, with a graph of the
resources and the rollouts. Text shows twelve lines of a resource, with --full all of them. Exit code: 0; with --detailed-exitcode 2 when there are changes; 7 when a
policy (a `check` that reads `plan`) denies the plan, which is not saved then.

examples:
  berth plan
  berth plan examples/hello --var replicas=3
  berth plan --out shop.plan && berth apply shop.plan
  berth plan --rehearse-failure app=unhealthy
  berth plan --format markdown --link-base https://github.com/me/shop/blob/main > comment.md
  berth plan --format html > plan.html
  berth plan --detailed-exitcode --format json > plan.json)";

struct Flags {
  CommonFlags common;
  std::string out;
  bool detailed = false;
  std::string failure;
};

ExitCode plan_command_body(Session& session, View& view, const Flags& flags) {
  plan::Options options;
  if (!flags.failure.empty()) {
    auto failure = plan::parse_failure(flags.failure);
    if (!failure) return fail(view, failure.error());
    options.failure = *std::move(failure);
  }
  Compiled compiled = compile_program(session, view, flags.common);
  if (!compiled.program) return compiled.exit_code;
  auto target = open_target(session, view, flags.common, &*compiled.program, {.without = WithoutEngine::assume_nothing_runs});
  if (!target) return fail(view, target.error());
  auto snapshot = read_live(*target, *compiled.program);
  if (!snapshot) return fail(view, snapshot.error());
  options.target = plan::target_of(*compiled.program);  // saved with the plan
  note_unlocked_images(view, *compiled.program);
  options.room_of = ask_for_room(view, *target->provider);
  auto plan = make_checked_plan(view, std::move(*compiled.program), std::move(*snapshot), options);
  if (!plan) return ExitCode::failed;
  judge(session, view, flags.common, *plan);
  view.plan(*plan, flags.common.full);
  if (options.failure && std::none_of(plan->changes.begin(), plan->changes.end(), [](const plan::Change& change) { return change.rollout && change.rollout->fails; })) {
    view.warning(fmt::format("no service is rolled out with a container `{}` that could fail so; nothing was rehearsed", options.failure->container));
  }
  if (plan->denied()) return deny(view, *plan);
  if (!flags.out.empty() && plan::has_sensitive(*plan)) {
    return fail(view, Error{"plan-file", "this plan has sensitive values, which are not written to files; apply it from its sources"});
  }
  if (!flags.out.empty()) {
    const auto written = write_file_atomically(flags.out, plan::save_plan(*plan, options, made_with(plan->program->sources.get())), 0600);
    if (!written) return fail(view, written.error().while_doing("save the plan"));
    view.note(fmt::format("saved to {}; `berth apply {}` carries out exactly this", flags.out, flags.out));
  }
  return flags.detailed && !plan->empty() ? ExitCode::changes : ExitCode::ok;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_path(arguments, flags->common);
  arguments.option("--out", flags->out, "FILE", "save the plan for `berth apply FILE`");
  arguments.flag("--detailed-exitcode", flags->detailed, "exit with 2 when there are changes");
  arguments.option("--rehearse-failure", flags->failure, "FAILURE", "rehearse rollouts in which a new container fails: NAME=exit:CODE, NAME=unhealthy");
  declare_variables(arguments, flags->common);
  declare_deny(arguments, flags->common);
  declare_target(arguments, flags->common);
  declare_plan_output(arguments, flags->common, {"github", "sarif"});
  return [flags](Session& session) {
    return with_view(session, flags->common, [&](View& view) { return plan_command_body(session, view, *flags); });
  };
}

}  // namespace

Command plan_command() { return {"plan", "diff", "show what apply would do, and why", kHelp, declare}; }

}  // namespace berth::cli
