// libs: berth_compiler

// A stack with mistakes -> what is reported about it, in full. Every fix is applied, alone: the diagnostic is then gone from that place, the file
// parses at least as well as before, and the item around it has no error that it did not have; else the case fails (broken-fixes.txt).

#include <set>

#include "base/diagnostic_explain.h"
#include "base/diagnostic_render.h"
#include "compiler/syntax/parse.h"
#include "tests/support/compile_case.h"
#include "tests/support/golden.h"

using namespace berth;
using namespace berth::test;

namespace {

using Said = std::pair<std::string, std::string>;

/// Code and message of every diagnostic.
std::multiset<Said> said(const std::vector<Diagnostic>& all) {
  std::multiset<Said> result;
  for (const Diagnostic& diagnostic : all) result.emplace(diagnostic.code, diagnostic.message);
  return result;
}

auto syntax_errors(const std::vector<Diagnostic>& all) {
  return std::count_if(all.begin(), all.end(), [](const Diagnostic& d) { return d.code.starts_with("E00"); });
}

/// The top-level item around a place of `path`.
Span item_around(const SourceSet& sources, const std::string& path, std::uint32_t place) {
  DiagnosticSink ignored;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto id = static_cast<SourceId>(i);
    if (sources.file(id).path() != path) continue;
    for (const ast::Item& item : syntax::parse(id, sources, ignored).items) {
      if (item.span.begin <= place && place <= item.span.end) return item.span;
    }
  }
  return {};
}

/// What is wrong with a stack to which a fix of `diagnostic` was applied; "" when the fix is good.
std::string complaint(const Diagnostic& diagnostic, const Fix& fix, const std::string& path, const std::vector<Diagnostic>& before,
                      const std::vector<Diagnostic>& after, const SourceSet& sources) {
  const auto was = said(before);
  const auto now = said(after);
  const Said same{diagnostic.code, diagnostic.message};
  if (now.count(same) >= was.count(same)) return "is still there";
  if (syntax_errors(after) > syntax_errors(before)) return "breaks the syntax";
  const Span item = item_around(sources, path, fix.span.begin);
  for (const Diagnostic& other : after) {
    const Span at = other.labels.front().span;
    const bool inside = at.valid() && at.source == item.source && item.begin <= at.begin && at.begin < item.end;
    if (inside && other.severity == Severity::error && now.count({other.code, other.message}) > was.count({other.code, other.message}))
      return "brings a new error";
  }
  return "";
}

std::string broken_fixes(const Compiled& before, const std::map<std::string, std::string>& files, const std::map<std::string, std::string>& given,
                         const std::string& chosen) {
  std::string broken;
  const std::vector<Diagnostic> all = before.sink.sorted();
  for (const Diagnostic& diagnostic : all) {
    const Explanation* explanation = find_explanation(diagnostic.code);
    if (!diagnostic.fixes.empty() && explanation != nullptr && explanation->fix == FixSafety::none)
      broken += diagnostic.code + " offers a fix, and its text does not say of which kind (`fix: safe` or `fix: ask`)\n";
    for (const Fix& fix : diagnostic.fixes) {
      auto repaired = files;
      const std::string path = before.sources->file(fix.span.source).path();
      const auto file = repaired.find(path);
      if (file == repaired.end()) continue;  // a value from outside
      file->second.replace(fix.span.begin, fix.span.end - fix.span.begin, fix.replacement);
      const Compiled after = compile_files(repaired, given, chosen);
      const std::vector<Diagnostic> rest = after.sink.sorted();
      const std::string wrong = complaint(diagnostic, fix, path, all, rest, *after.sources);
      if (!wrong.empty()) broken += diagnostic.code + " with `" + fix.replacement + "` " + wrong + "\n" + render_all(rest, *after.sources);
    }
  }
  return broken;
}

std::map<std::string, std::string> run(const CaseFile& file) {
  const auto files = ecs_files(file);
  const auto given = variables(file);
  const Compiled result = compile_files(files, given, environment(file));
  return {{"diagnostics.txt", render_all(result.sink.sorted(), *result.sources)}, {"broken-fixes.txt", broken_fixes(result, files, given, environment(file))}};
}

}  // namespace

int main(int argc, char** argv) {
  return golden_main(argc, argv, {.inputs = {"*.ecs", "berth.lock", "*/berth.lock", "vars.txt", "env.txt"}, .expected = {"diagnostics.txt", "broken-fixes.txt"}, .run = run});
}
