// libs: berth_compiler
// Any bytes as a stack of one file: the compiler ends, within its budgets, with a program or with errors that can be shown; never both.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/diagnostic_render.h"
#include "compiler/compile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const berth::MemoryFileSystem files({{"main.ecs", std::string(reinterpret_cast<const char*>(data), size)}});
  const auto sources = std::make_shared<berth::SourceSet>();
  berth::DiagnosticSink sink;
  const auto program = berth::compile({.path = "main.ecs"}, files, sources, sink);
  BERTH_CHECK(program.has_value() != sink.has_errors(), "a program exactly when there is no error");
  if (program) berth::canonical_json(berth::ir::to_json(*program, true));
  berth::render_all(sink.sorted(), *sources);
  berth::diagnostics_json(sink.sorted(), *sources);
  return 0;
}
