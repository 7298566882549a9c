#include "compiler/compile.h"

#include "compiler/loader.h"
#include "compiler/lower/lower.h"
#include "compiler/sema/analyze.h"
#include "compiler/syntax/parse.h"

namespace berth {

std::optional<ir::Program> compile(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources,
                                   DiagnosticSink& sink) {
  std::vector<ast::File> trees;
  for (const SourceId source : load_sources(options.path, files, *sources, sink)) trees.push_back(syntax::parse(source, *sources, sink));
  // What a broken line would have declared is missing, so looking further would report consequences.
  if (sink.has_errors()) return std::nullopt;

  sema::Module module = sema::analyze(std::move(trees), options.variables, *sources, sink);
  if (sink.has_errors()) return std::nullopt;

  ir::Program program = lower::lower(std::move(module), sink);
  if (sink.has_errors()) return std::nullopt;
  program.sources = sources;
  return program;
}

}  // namespace berth
