// libs: berth_compiler

// A stack with mistakes -> what is reported about it, in full. Every fix is applied, alone: the file must then have one diagnostic of that code
// less, or the case fails (broken-fixes.txt).

#include "base/diagnostic_render.h"
#include "tests/support/compile_case.h"
#include "tests/support/golden.h"

using namespace berth;
using namespace berth::test;

namespace {

std::size_t count(const DiagnosticSink& sink, const std::string& code) {
  const auto all = sink.sorted();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Diagnostic& d) { return d.code == code; }));
}

std::string broken_fixes(const Compiled& before, const std::map<std::string, std::string>& files, const std::map<std::string, std::string>& given) {
  std::string broken;
  for (const Diagnostic& diagnostic : before.sink.sorted()) {
    for (const Fix& fix : diagnostic.fixes) {
      auto repaired = files;
      const auto file = repaired.find(before.sources->file(fix.span.source).path());
      if (file == repaired.end()) continue;  // a value from outside
      file->second.replace(fix.span.begin, fix.span.end - fix.span.begin, fix.replacement);
      const Compiled after = compile_files(repaired, given);
      if (count(after.sink, diagnostic.code) < count(before.sink, diagnostic.code)) continue;
      broken += diagnostic.code + " is still there with `" + fix.replacement + "`\n" + render_all(after.sink.sorted(), *after.sources);
    }
  }
  return broken;
}

std::map<std::string, std::string> run(const CaseFile& file) {
  const auto files = ecs_files(file);
  const auto given = variables(file);
  const Compiled result = compile_files(files, given);
  return {{"diagnostics.txt", render_all(result.sink.sorted(), *result.sources)}, {"broken-fixes.txt", broken_fixes(result, files, given)}};
}

}  // namespace

int main(int argc, char** argv) {
  return golden_main(argc, argv, {.inputs = {"*.ecs", "vars.txt"}, .expected = {"diagnostics.txt", "broken-fixes.txt"}, .run = run});
}
