#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/file_system.h"
#include "cli/command.h"
#include "cli/common.h"
#include "compiler/fix_stack.h"
#include "planner/support.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Reads the files and says what is wrong with them, without asking an engine. Several mistakes are shown at once; a setting that
the target does not carry out is a warning or an error. The target is the local engine unless the environment says `target = "aws"`.
`berth explain CODE` tells more about one.

With --all-envs the stack is checked in each of its environments; what is wrong in several is shown once.

With --fix, what only has to be written differently (spelling, units, punctuation, names that nothing reads) is mended in the files
first; only files of the stack itself are written. What would change what is deployed is left to you.

`# ecs: allow W0501 -- reason` above an item silences a warning for it; --deny makes errors of warnings.

--format sarif writes SARIF 2.1.0, --format github writes annotations for GitHub Actions. The exit code is 0 when there is no
error and 65 otherwise.

examples:
  berth check
  berth check --env prod
  berth check --all-envs
  berth check --fix
  berth check shop.ecs --var replicas=3 -D warnings
  berth check --format json | jq '.diagnostics[].summary'
  berth check --format sarif > berth.sarif)";

struct Flags {
  CommonFlags common;
  bool fix = false;
  bool all_envs = false;
};

/// "1 cluster, 2 services"
std::string counted(const ir::Program& program) {
  std::map<std::string, int> kinds;
  for (const auto& [address, resource] : program.resources) ++kinds[address.kind];
  std::string text;
  for (const auto& [kind, count] : kinds) text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, kind, count == 1 ? "" : "s");
  return text.empty() ? "no resources" : text;
}

/// Writes `text` in place of a file of the user's: its mode stays. A link is left alone: what it leads to may be outside the stack.
Result<void> replace_file(const std::string& path, const std::string& text) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(path, error);
  if (error) return Error{"io", fmt::format("cannot write {}: {}", path, error.message())};
  if (!std::filesystem::is_regular_file(status)) return Error{"io", fmt::format("{} is a link; mend what it leads to", path)};
  return write_file_atomically(path, text, static_cast<unsigned>(status.permissions()) & 0777U);
}

/// Mends the files and says what was done.
Result<void> mend(const Session& session, View& view, const CommonFlags& flags) {
  BERTH_TRY(options, compile_options(session, flags));
  const FixedStack fixed = fix_stack(options, RealFileSystem());
  std::set<std::string> written;
  for (const auto& [path, text] : fixed.files) {
    if (const auto replaced = replace_file(path, text); !replaced) {
      view.warning(replaced.error().message);
      continue;
    }
    written.insert(path);
  }
  Json applied = Json::array();
  for (const AppliedFix& fix : fixed.applied) {
    if (written.count(fix.path) == 0) continue;
    applied.push_back({{"code", fix.code}, {"place", fix.place}, {"description", fix.description}});
    if (!view.is_json()) view.note(fmt::format("{}: {}: {}", fix.place, fix.code, fix.description));
  }
  const std::string count = fmt::format("{} fix{} applied", applied.size(), applied.size() == 1 ? "" : "es");
  if (!view.is_json()) view.note(applied.empty() ? "there is nothing to fix" : count);
  view.result({{"fixed", std::move(applied)}}, "");
  return {};
}

/// The stack in each of its environments.
/// What the program's target carries out in part only; what it rejects goes to `sink`.
std::vector<std::string> support_warnings(const ir::Program& program, DiagnosticSink& sink) {
  std::vector<std::string> texts;
  for (const plan::Warning& warning : plan::check_support(program, {.target = plan::target_of(program)}, sink)) {
    texts.push_back(warning.place.empty() ? warning.text : fmt::format("{}: {}", warning.place, warning.text));
  }
  return texts;
}

ExitCode check_all(const Session& session, View& view, const CommonFlags& flags) {
  const auto options = compile_options(session, flags);
  if (!options) return fail(view, options.error());
  const auto sources = std::make_shared<SourceSet>();
  DiagnosticSink sink;
  const std::vector<CompiledEnvironment> compiled = compile_all(*options, RealFileSystem(), sources, sink);
  std::set<std::string> warnings;
  Json environments = Json::object();
  std::string text;
  for (const CompiledEnvironment& one : compiled) {
    environments[one.environment.empty() ? "default" : one.environment] = one.program.has_value();
    if (!one.program) continue;
    for (std::string& warning : support_warnings(*one.program, sink)) warnings.insert(std::move(warning));
    text += fmt::format("{}: {}, no errors\n", one.program->id(), counted(*one.program));
  }
  for (const std::string& warning : warnings) view.warning(warning);
  sink.deny(flags.denied);
  view.diagnostics(sink.sorted(), *sources);
  const bool valid = !sink.has_errors();
  view.result({{"valid", valid}, {"environments", std::move(environments)}}, valid ? text : "");
  return valid ? ExitCode::ok : ExitCode::source_errors;
}

ExitCode check(Session& session, View& view, const Flags& flags) {
  if (flags.all_envs && !flags.common.environment.empty()) return fail(view, Error{"usage", "--all-envs and --env exclude each other"});
  if (flags.fix) {
    if (const auto mended = mend(session, view, flags.common); !mended) return fail(view, mended.error());
  }
  if (flags.all_envs) return check_all(session, view, flags.common);
  const Compiled compiled = compile_program(session, view, flags.common);
  if (!compiled.program) {
    view.result({{"valid", false}}, "");
    return compiled.exit_code;
  }
  const ir::Program& program = *compiled.program;
  DiagnosticSink sink;
  for (const std::string& warning : support_warnings(program, sink)) view.warning(warning);
  sink.deny(flags.common.denied);
  view.diagnostics(sink.sorted(), *compiled.sources);
  const bool valid = !sink.has_errors();
  Json resources = Json::array();
  for (const auto& [address, resource] : program.resources) resources.push_back(address.text());
  const Json result{{"valid", valid}, {"stack", program.stack}, {"environment", program.environment}, {"resources", resources}};
  view.result(result, valid ? fmt::format("{}: {}, no errors\n", program.stack, counted(program)) : "");
  return valid ? ExitCode::ok : ExitCode::source_errors;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_path(arguments, flags->common);
  arguments.flag("--fix", flags->fix, "mend what only has to be written differently");
  declare_variables(arguments, flags->common);
  arguments.flag("--all-envs", flags->all_envs, "in each environment of the stack");
  declare_deny(arguments, flags->common);
  declare_output_with(arguments, flags->common, {"sarif", "github"});
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return check(session, view, *flags); }); };
}

}  // namespace

Command check_command() { return {"check", "", "say what is wrong with the files", kHelp, declare}; }

}  // namespace berth::cli
