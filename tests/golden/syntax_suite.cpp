// libs: berth_compiler
// main.ecs -> ast.txt (the tree), spans.txt (the tree with places), diagnostics.txt (as the user sees them). A broken file's tree is only
// compared where the case has an ast.txt.

#include "base/diagnostic_render.h"
#include "compiler/ast/print.h"
#include "compiler/syntax/parse.h"
#include "tests/support/golden.h"

namespace {

std::map<std::string, std::string> run(const berth::test::CaseFile& file) {
  berth::SourceSet sources;
  berth::DiagnosticSink sink;
  const berth::SourceId source = sources.add("main.ecs", file.text("main.ecs"));
  const berth::ast::File tree = berth::syntax::parse(source, sources, sink);
  std::map<std::string, std::string> actual;
  actual["diagnostics.txt"] = berth::render_all(sink.sorted(), sources);
  const bool with_spans = file.find("spans.txt") != nullptr;
  if (file.find("ast.txt") != nullptr || (sink.empty() && !with_spans)) actual["ast.txt"] = berth::ast::print(tree);
  if (with_spans) actual["spans.txt"] = berth::ast::print(tree, {.spans = &sources.file(source)});
  return actual;
}

}  // namespace

int main(int argc, char** argv) {
  return berth::test::golden_main(argc, argv, {.inputs = {"main.ecs"}, .expected = {"ast.txt", "spans.txt", "diagnostics.txt"}, .run = run});
}
