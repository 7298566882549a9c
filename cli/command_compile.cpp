#include <memory>
#include <vector>

#include <fmt/format.h>

#include "base/file_system.h"
#include "cli/command.h"
#include "cli/common.h"
#include "compiler/ast/print.h"
#include "compiler/loader.h"
#include "ir/json_text.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Shows what the compiler makes of the files, for looking inside and for other tools.

  --emit=ir    the resources with every default filled in, as JSON (docs/ir.schema.json); each setting's place in the source is
               in `origins` unless --no-origins is given
  --emit=ast   the syntax tree; of broken files too

examples:
  berth compile --emit=ir examples/hello
  berth compile --emit=ir --no-origins . > desired.json
  berth compile --emit=ast shop.ecs)";

struct Flags {
  CommonFlags common;
  std::string emit = "ir";
  bool no_origins = false;
};

ExitCode emit_ast(View& view, const Flags& flags) {
  SourceSet sources;
  DiagnosticSink sink;
  std::string text;
  const LoadedStack stack = load(flags.common.path, RealFileSystem(), sources, sink);
  for (const ast::File& file : stack.modules.front().files) {
    if (!text.empty()) text += "\n";
    text += ast::print(file);
  }
  view.result({{"ast", text}}, text);
  view.diagnostics(sink.sorted(), sources);
  return sink.has_errors() ? ExitCode::source_errors : ExitCode::ok;
}

ExitCode emit_ir(Session& session, View& view, const Flags& flags) {
  // Kept until the process ends: taking a large program apart is a tenth of the time.
  static std::vector<Compiled>* const kept = new std::vector<Compiled>;
  const Compiled& compiled = kept->emplace_back(compile_program(session, view, flags.common));
  if (!compiled.program) return compiled.exit_code;
  ir::write_pretty(*compiled.program, !flags.no_origins, [&](const std::string& part) { view.result({}, part); });
  return ExitCode::ok;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_path(arguments, flags->common);
  arguments.choice("--emit", flags->emit, {"ast", "ir"}, "what to show (default: ir)");
  arguments.flag("--no-origins", flags->no_origins, "leave out where values come from");
  declare_variables(arguments, flags->common);
  declare_deny(arguments, flags->common);
  declare_no_color(arguments, flags->common);
  return [flags](Session& session) {
    return with_view(session, flags->common,
                     [&](View& view) { return flags->emit == "ast" ? emit_ast(view, *flags) : emit_ir(session, view, *flags); });
  };
}

}  // namespace

Command compile_command() { return {"compile", "", "show what the compiler makes of the files", kHelp, declare}; }

}  // namespace berth::cli
