// libs: berth_compiler
// Every code has a text; its wrong snippet gives exactly this code and its right one compiles.
#include <catch2/catch.hpp>
#include <set>

#include "base/diagnostic_explain.h"
#include "base/diagnostic_render.h"
#include "tests/support/compile_case.h"

namespace {

using namespace berth;

/// A part of a stack stands beside what it leaves out; of environments `prod` is chosen.
test::Compiled compile_snippet(const Explanation& explanation, std::string_view snippet) {
  std::map<std::string, std::string> files{{"main.ecs", std::string(snippet)}};
  if (explanation.form == SnippetForm::part) files["stack.ecs"] = "stack demo { }\n\ncluster main { }\n";
  test::Compiled result;
  const std::string environment = snippet.find("environment prod") == std::string_view::npos ? "" : "prod";
  result.program = compile({.path = ".", .environment = environment, .variables = {}, .denied = {}}, MemoryFileSystem(files), result.sources, result.sink);
  return result;
}

std::string shown(const test::Compiled& compiled) { return render_all(compiled.sink.sorted(), *compiled.sources); }

TEST_CASE("every code is explained") {
  for (const DiagnosticCode& row : diagnostic_codes()) {
    INFO(row.code << " " << row.title << ": base/diagnostic_explain/" << row.code << ".md");
    const Explanation* explanation = find_explanation(row.code);
    REQUIRE(explanation != nullptr);
    CHECK(explanation->why.size() > 60);
    CHECK_FALSE(explanation->wrong.empty());
    CHECK_FALSE(explanation->right.empty());
  }
  CHECK(explanations().size() == diagnostic_codes().size());
}

TEST_CASE("a wrong snippet gives exactly its code") {
  for (const Explanation& explanation : explanations()) {
    if (explanation.form == SnippetForm::session) continue;
    const test::Compiled compiled = compile_snippet(explanation, explanation.wrong);
    INFO(explanation.code << "\n" << explanation.wrong << "\n" << shown(compiled));
    CHECK_FALSE(compiled.sink.empty());
    for (const Diagnostic& diagnostic : compiled.sink.sorted()) CHECK(diagnostic.code == explanation.code);
  }
}

TEST_CASE("a right snippet compiles without a word") {
  for (const Explanation& explanation : explanations()) {
    if (explanation.form == SnippetForm::session) continue;
    const test::Compiled compiled = compile_snippet(explanation, explanation.right);
    INFO(explanation.code << "\n" << explanation.right << "\n" << shown(compiled));
    CHECK(compiled.program.has_value());
    CHECK(compiled.sink.empty());
  }
}

/// Codes that no snippet can show: they are of commands, of bytes that are no text, of values from outside, or of several directories.
TEST_CASE("only what cannot be a snippet is a session") {
  const std::set<std::string_view> of_commands{"E0011", "E0116", "E0210", "E0217", "E0221", "E0222", "E0232", "E0233", "E0234", "E0235", "E0314", "E0902", "W0505"};
  for (const Explanation& explanation : explanations()) {
    INFO(explanation.code);
    const bool allowed = of_commands.count(explanation.code) == 1 || explanation.code.starts_with("E06") || explanation.code.starts_with("E07");
    CHECK((explanation.form != SnippetForm::session || allowed));
  }
}

}  // namespace
