#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/common.h"
#include "cli/saved_plan.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Shows a plan that `berth plan --out` saved, as it was then; asks no engine. Says when `berth apply` would refuse it because the tool or
berth.lock is not the one it was made with.

examples:
  berth show shop.plan
  berth show shop.plan --full
  berth show shop.plan --format json | jq .summary
  berth show shop.plan --format html > plan.html)";

ExitCode show(View& view, const CommonFlags& flags) {
  const auto saved = read_saved_plan(flags.path);
  if (!saved) return fail(view, saved.error());
  view.plan(plan::plan_again(*saved), flags.full);
  for (const std::string& reason : made_otherwise(saved->made_with)) view.warning(fmt::format("`berth apply {}` will refuse this plan: {}", flags.path, reason));
  return ExitCode::ok;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<CommonFlags>();
  arguments.required("PLANFILE", flags->path, "a plan saved by `berth plan --out`");
  declare_plan_output(arguments, *flags, {"github"});
  return [flags](Session& session) { return with_view(session, *flags, [&](View& view) { return show(view, *flags); }); };
}

}  // namespace

Command show_command() { return {"show", "", "show a saved plan", kHelp, declare}; }

}  // namespace berth::cli
