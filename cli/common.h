#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"
#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "cli/view.h"
#include "compiler/compile.h"
#include "ir/resource.h"
#include "providers/http/endpoint.h"

namespace berth::cli {

/// Flags that several commands have.
struct CommonFlags {
  std::string path = ".";
  std::string environment;             ///< of the stack; "" = it has none
  std::vector<std::string> variables;  ///< "name=value"
  std::vector<std::string> denied;     ///< codes of warnings that are errors, or "warnings"
  std::string engine;
  std::string target;  ///< "" = what the environment says, else local
  std::string region;  ///< of Amazon ECS
  std::string profile;  ///< of the shared AWS files
  std::string format = "text";
  bool no_color = false;
  bool full = false;      ///< show every line of a plan
  std::string link_base;  ///< of pages
};

void declare_path(Arguments& arguments, CommonFlags& flags);
/// `--env` and `--var`: what the stack is compiled with.
void declare_variables(Arguments& arguments, CommonFlags& flags);
/// `--deny`, for commands that act on what they read.
void declare_deny(Arguments& arguments, CommonFlags& flags);
void declare_output(Arguments& arguments, CommonFlags& flags);
/// declare_output with the forms of `more`, for commands whose point is what is wrong with the files.
void declare_output_with(Arguments& arguments, CommonFlags& flags, const std::vector<std::string>& more);
/// Only `--no-color`, for commands whose output has one form.
void declare_no_color(Arguments& arguments, CommonFlags& flags);
/// All forms that a plan has, `reports` with what is wrong among them, and how much of it is shown.
void declare_plan_output(Arguments& arguments, CommonFlags& flags, std::vector<std::string> reports);
void declare_engine(Arguments& arguments, CommonFlags& flags);
void declare_target(Arguments& arguments, CommonFlags& flags);

std::unique_ptr<View> make_view(Session& session, const CommonFlags& flags);

/// Runs `body` with the view and finishes it. A usage error where the flags of the output are wrong.
ExitCode with_view(Session& session, const CommonFlags& flags, const std::function<ExitCode(View&)>& body);

/// Parameter values: BERTH_VAR_name, over which `--var name=value` wins. Error "usage" for a flag that is not of that form.
Result<std::map<std::string, std::string>> parameter_values(const Session& session, const std::vector<std::string>& flags);

/// Error "usage" when one of the codes of `--deny` is no warning's.
Result<void> check_denied(const std::vector<std::string>& codes);

/// What to compile, by flags and environment. Error "usage" where these are wrong.
Result<CompileOptions> compile_options(const Session& session, const CommonFlags& flags);

/// A program, or the exit code of why there is none. What is wrong has been shown.
struct Compiled {
  std::optional<ir::Program> program;
  std::shared_ptr<SourceSet> sources;
  ExitCode exit_code = ExitCode::ok;
};
/// Compiles `flags.path`. `show_warnings` = false leaves warnings out (errors are always shown): commands that only look.
Compiled compile_program(Session& session, View& view, const CommonFlags& flags, bool show_warnings = true);

/// The engine's address by flag, environment or default.
Result<provider::Endpoint> find_engine(const Session& session, const CommonFlags& flags);

/// The exit code for an error of the world.
ExitCode exit_code_of(const Error& error);

/// Shows the error and gives its exit code.
ExitCode fail(View& view, const Error& error);

}  // namespace berth::cli
