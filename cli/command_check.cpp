#include <map>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/common.h"
#include "planner/support.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Reads the files and says what is wrong with them, without asking an engine. Several mistakes are shown at once; a setting that
the local engine does not carry out is a warning.

The exit code is 0 when there is no error and 65 otherwise.

examples:
  berth check
  berth check shop.ecs --var replicas=3
  berth check --format json | jq '.diagnostics[].summary')";

/// "1 cluster, 2 services"
std::string counted(const ir::Program& program) {
  std::map<std::string, int> kinds;
  for (const auto& [address, resource] : program.resources) ++kinds[address.kind];
  std::string text;
  for (const auto& [kind, count] : kinds) text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, kind, count == 1 ? "" : "s");
  return text.empty() ? "no resources" : text;
}

ExitCode check(Session& session, View& view, const CommonFlags& flags) {
  const Compiled compiled = compile_program(session, view, flags);
  if (!compiled.program) {
    view.result({{"valid", false}}, "");
    return compiled.exit_code;
  }
  const ir::Program& program = *compiled.program;
  DiagnosticSink sink;
  for (const plan::Warning& warning : plan::check_support(program, {}, sink)) {
    view.warning(warning.place.empty() ? warning.text : fmt::format("{}: {}", warning.place, warning.text));
  }
  view.diagnostics(sink.sorted(), *compiled.sources);
  const bool valid = !sink.has_errors();
  Json resources = Json::array();
  for (const auto& [address, resource] : program.resources) resources.push_back(address.text());
  const Json result{{"valid", valid}, {"stack", program.stack}, {"environment", program.environment}, {"resources", resources}};
  view.result(result, valid ? fmt::format("{}: {}, no errors\n", program.stack, counted(program)) : "");
  return valid ? ExitCode::ok : ExitCode::source_errors;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<CommonFlags>();
  declare_path(arguments, *flags);
  declare_variables(arguments, *flags);
  declare_output(arguments, *flags);
  return [flags](Session& session) { return with_view(session, *flags, [&](View& view) { return check(session, view, *flags); }); };
}

}  // namespace

Command check_command() { return {"check", "", "say what is wrong with the files", kHelp, declare}; }

}  // namespace berth::cli
