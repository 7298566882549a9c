#include "cli/common.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file_system.h"
#include "base/suggest.h"
#include "compiler/compile.h"
#include "planner/provider.h"
#include "providers/ecs/endpoint.h"

namespace berth::cli {
namespace {

/// A URL that can stand in a page as it is.
bool is_link_base(const std::string& text) {
  if (text.empty()) return true;
  if (text.rfind("https://", 0) != 0 && text.rfind("http://", 0) != 0) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && std::string_view("\"'<>()`\\").find(c) == std::string_view::npos; });
}

}  // namespace

void declare_path(Arguments& arguments, CommonFlags& flags) {
  arguments.positional("PATH", flags.path, "a file or a directory of .ecs files (default: .)");
}

void declare_variables(Arguments& arguments, CommonFlags& flags) {
  arguments.option("--env", flags.environment, "NAME", "the environment, where the stack has some");
  arguments.repeated("--var", flags.variables, "NAME=VALUE", "value of a parameter; may be given several times", "BERTH_VAR_name");
}

void declare_no_color(Arguments& arguments, CommonFlags& flags) {
  arguments.flag("--no-color", flags.no_color, "no colours ($NO_COLOR)");
}

void declare_deny(Arguments& arguments, CommonFlags& flags) {
  arguments.repeated("-D,--deny", flags.denied, "CODE", "count this warning as an error; `warnings` for all; may be given several times");
}

void declare_output(Arguments& arguments, CommonFlags& flags) { declare_output_with(arguments, flags, {}); }

void declare_output_with(Arguments& arguments, CommonFlags& flags, const std::vector<std::string>& more) {
  std::vector<std::string> forms{"text", "json"};
  forms.insert(forms.end(), more.begin(), more.end());
  arguments.choice("--format", flags.format, forms, "form of the output (default: text)");
  declare_no_color(arguments, flags);
}

void declare_plan_output(Arguments& arguments, CommonFlags& flags, std::vector<std::string> reports) {
  reports.insert(reports.end(), {"markdown", "html"});
  declare_output_with(arguments, flags, reports);
  arguments.flag("--full", flags.full, "show every line of each resource");
  arguments.option("--link-base", flags.link_base, "URL", "what links of a page begin with, such as https://github.com/o/r/blob/main (default: relative)");
}

void declare_engine(Arguments& arguments, CommonFlags& flags) {
  arguments.option("--engine", flags.engine, "ADDRESS", "the engine: unix:///path or http://host:port", "BERTH_ENGINE");
}

void declare_target(Arguments& arguments, CommonFlags& flags) {
  declare_engine(arguments, flags);
  arguments.choice("--target", flags.target, {"local", "aws"}, "what to deploy to: the local engine, or Amazon ECS (default: what the environment says, else local)");
  arguments.option("--region", flags.region, "REGION", "aws: the region (default: AWS_REGION, AWS_DEFAULT_REGION, the profile's)");
  arguments.option("--profile", flags.profile, "NAME", "aws: the profile of the shared files (default: AWS_PROFILE)");
}

std::unique_ptr<View> make_view(Session& session, const CommonFlags& flags) {
  if (flags.format == "json") return make_json_view(session);
  if (flags.format == "github") return make_github_view(session);
  if (flags.format == "markdown" || flags.format == "html") return make_page_view(session, flags.format == "html", flags.link_base);
  if (flags.format == "sarif") return make_sarif_view(session);
  return make_human_view(session, flags.no_color);
}

ExitCode with_view(Session& session, const CommonFlags& flags, const std::function<ExitCode(View&)>& body) {
  if (!is_link_base(flags.link_base)) {
    return fail(*make_human_view(session, flags.no_color), {"usage", fmt::format("`--link-base {}` is no http or https URL", flags.link_base)});
  }
  const auto view = make_view(session, flags);
  const ExitCode code = body(*view);
  view->finish();
  return code;
}

Result<std::map<std::string, std::string>> parameter_values(const Session& session, const std::vector<std::string>& flags) {
  constexpr std::string_view kPrefix = "BERTH_VAR_";
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : session.environment) {
    if (name.size() > kPrefix.size() && name.compare(0, kPrefix.size(), kPrefix) == 0) values[name.substr(kPrefix.size())] = value;
  }
  for (const std::string& flag : flags) {
    const std::size_t equals = flag.find('=');
    if (equals == std::string::npos || equals == 0) return Error{"usage", fmt::format("`--var {}` has no value; write `--var name=value`", flag)};
    values[flag.substr(0, equals)] = flag.substr(equals + 1);
  }
  return values;
}

Result<void> check_denied(const std::vector<std::string>& codes) {
  std::vector<std::string> known{"warnings"};
  for (const DiagnosticCode& row : diagnostic_codes()) {
    if (row.severity == Severity::warning) known.emplace_back(row.code);
  }
  for (const std::string& code : codes) {
    if (std::find(known.begin(), known.end(), code) != known.end()) continue;
    const auto near = suggest(code, known);
    return Error{"usage", fmt::format("`--deny {}`: there is no such warning{}", code, near ? fmt::format("; did you mean `{}`?", *near) : "")};
  }
  return {};
}

Result<CompileOptions> compile_options(const Session& session, const CommonFlags& flags) {
  BERTH_TRY(variables, parameter_values(session, flags.variables));
  BERTH_TRY_VOID(check_denied(flags.denied));
  CompileOptions options{.path = flags.path, .environment = flags.environment, .variables = std::move(variables), .denied = flags.denied};
  return options;
}

Compiled compile_program(Session& session, View& view, const CommonFlags& flags, bool show_warnings) {
  Compiled compiled{.program = std::nullopt, .sources = std::make_shared<SourceSet>(), .exit_code = ExitCode::ok};
  const auto options = compile_options(session, flags);
  if (!options) {
    compiled.exit_code = fail(view, options.error());
    return compiled;
  }
  DiagnosticSink sink;
  compiled.program = compile(*options, RealFileSystem(), compiled.sources, sink);
  if (!compiled.program) compiled.exit_code = ExitCode::source_errors;
  if (show_warnings || !compiled.program) view.diagnostics(sink.sorted(), *compiled.sources);
  return compiled;
}

Result<provider::Endpoint> find_engine(const Session& session, const CommonFlags& flags) {
  return provider::engine_endpoint(flags.engine, [&](const char* name) { return session.variable(name); }, session.is_root);
}

ExitCode exit_code_of(const Error& error) {
  if (error.code == "usage" || error.code == "endpoint" || error.code == "target") return ExitCode::usage;
  if (error.code == plan::kRolledBack) return ExitCode::rolled_back;
  if (error.code == plan::kTimedOut) return ExitCode::timed_out;
  if (error.code == plan::kInterrupted) return ExitCode::interrupted;
  return ExitCode::failed;
}

ExitCode fail(View& view, const Error& error) {
  view.failure(error);
  return exit_code_of(error);
}

}  // namespace berth::cli
