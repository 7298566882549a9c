#include "compiler/compile.h"

#include "compiler/allow.h"
#include "compiler/loader.h"
#include "compiler/lower/lower.h"
#include "compiler/sema/analyze.h"

namespace berth {
namespace {

/// The stages in turn; `allows` receives the comments that silence warnings.
std::optional<ir::Program> run_stages(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources,
                                      DiagnosticSink& sink, Allows& allows) {
  LoadedStack stack = load(options.path, files, *sources, sink);
  std::vector<ast::File> trees = std::move(stack.modules.front().files);
  for (const ast::File& tree : trees) allows.read(tree, *sources);
  // What a broken line would have declared is missing, so looking further would report consequences.
  if (sink.has_errors()) return std::nullopt;

  sema::Module module = sema::analyze(std::move(trees), options.variables, *sources, sink);
  if (sink.has_errors()) return std::nullopt;

  ir::Program program = lower::lower(std::move(module), sink);
  if (sink.has_errors()) return std::nullopt;
  program.sources = sources;
  return program;
}

}  // namespace

std::optional<ir::Program> compile(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources,
                                   DiagnosticSink& sink) {
  Allows allows;
  std::optional<ir::Program> program = run_stages(options, files, sources, sink, allows);
  allows.apply(sink, program.has_value());
  sink.deny(options.denied);
  return sink.has_errors() ? std::nullopt : std::move(program);
}

}  // namespace berth
