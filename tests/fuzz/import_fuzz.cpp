// libs: berth_compiler
// Any bytes as an input of import: it ends with source in the one style, which has no syntax errors, or with errors that can be shown; never both.

#include <cstddef>
#include <cstdint>

#include "base/diagnostic_render.h"
#include "compiler/format/format.h"
#include "compiler/import/import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const berth::MemoryFileSystem files({{"input", text}});  // a compose file may include and extend itself
  berth::SourceSet sources;
  berth::DiagnosticSink sink;
  const auto imported = berth::importing::import_files({{"input", text}}, {.stack = "imported", .files = &files}, sources, sink);
  BERTH_CHECK(imported.has_value() != sink.has_errors(), "a stack exactly when there is no error");
  if (imported) {
    for (const auto& file : imported->files) {
      const auto formatted = berth::format::format(file.text);
      BERTH_CHECK(formatted.complete && formatted.text == file.text, "what is written is in the style");
    }
    berth::importing::report_text(imported->report);
  }
  berth::render_all(sink.sorted(), sources);
  return 0;
}
