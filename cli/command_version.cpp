#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/common.h"
#include "cli/version.h"

namespace berth::cli {
namespace {

/// Date of the Amazon ECS API that provider and engine speak.
constexpr std::string_view kEcsApi = "2014-11-13";

constexpr std::string_view kHelp = R"(Shows the version of berth, the commit it was built from and the version of the Amazon ECS API it speaks.

examples:
  berth version
  berth version --json)";

Runner declare(Arguments& arguments) {
  auto json = std::make_shared<bool>(false);
  auto flags = std::make_shared<CommonFlags>();
  arguments.flag("--json", *json, "the same as --format json");
  declare_output(arguments, *flags);
  return [json, flags](Session& session) {
    if (*json) flags->format = "json";
    return with_view(session, *flags, [](View& view) {
      const Json result{{"version", version()}, {"commit", commit()}, {"build", build_type()}, {"ecs_api", kEcsApi}};
      const std::string built = commit().empty() ? "" : fmt::format(" ({})", commit());
      view.result(result, fmt::format("berth {}{}\nAmazon ECS API {}\n", version(), built, kEcsApi));
      return ExitCode::ok;
    });
  };
}

}  // namespace

Command version_command() { return {"version", "", "show the version", kHelp, declare}; }

}  // namespace berth::cli
