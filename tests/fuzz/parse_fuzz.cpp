// libs: berth_compiler
// Any bytes as an .ecs file: the parser ends with a tree, its diagnostics point into the file and can be shown.

#include <cstddef>
#include <cstdint>

#include "base/diagnostic_render.h"
#include "compiler/syntax/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  berth::SourceSet sources;
  const berth::SourceId file = sources.add("fuzz.ecs", std::string(reinterpret_cast<const char*>(data), size));
  berth::DiagnosticSink sink;
  berth::syntax::parse(file, sources, sink);
  for (const berth::Diagnostic& diagnostic : sink.sorted()) {
    for (const berth::Label& label : diagnostic.labels) {
      BERTH_CHECK(!label.span.valid() || (label.span.begin <= label.span.end && label.span.end <= size), diagnostic.message);
    }
  }
  berth::render_all(sink.sorted(), sources);
  berth::diagnostics_json(sink.sorted(), sources);
  return 0;
}
