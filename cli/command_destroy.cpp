#include <memory>

#include "cli/carry_out.h"
#include "cli/command.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Destroys everything that this stack owns: services first, then task definitions and clusters. What other stacks own stays. Shows
the plan and asks before it does anything; resources that are protected stop it.

examples:
  berth destroy
  berth destroy examples/hello --yes)";

struct Flags {
  CommonFlags common;
  CarryOut how{.yes = false, .wait = true, .parallelism = 10, .question = "Destroy all of this?", .command = "destroy", .allow_partial = true};
};

ExitCode destroy(Session& session, View& view, const Flags& flags) {
  Compiled compiled = compile_program(session, view, flags.common, false);
  if (!compiled.program) return compiled.exit_code;
  auto target = open_target(session, view, flags.common, &*compiled.program, {.without = WithoutEngine::start_it});
  if (!target) return fail(view, target.error());
  auto snapshot = read_live(*target, *compiled.program);
  if (!snapshot) return fail(view, snapshot.error());
  plan::Options options;
  options.destroy = true;
  const auto plan = make_checked_plan(view, std::move(*compiled.program), std::move(*snapshot), options);
  if (!plan) return ExitCode::failed;
  return carry_out(session, view, *target, *plan, options, flags.how, [](const ir::Snapshot&) { return ExitCode::ok; });
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_path(arguments, flags->common);
  arguments.flag("-y,--yes", flags->how.yes, "do not ask");
  arguments.number("--parallelism", flags->how.parallelism, 1, 256, "N", "calls at the same time (default: 10)");
  declare_variables(arguments, flags->common);
  declare_target(arguments, flags->common);
  declare_output(arguments, flags->common);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return destroy(session, view, *flags); }); };
}

}  // namespace

Command destroy_command() { return {"destroy", "down", "destroy everything that the stack owns", kHelp, declare}; }

}  // namespace berth::cli
