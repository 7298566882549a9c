// libs: berth_compiler
// Each fix of each syntax diagnostic of the golden cases, applied alone, gives a file without that diagnostic.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/syntax/parse.h"
#include "tests/support/case_file.h"

namespace {

using namespace berth;

std::vector<Diagnostic> diagnostics(const std::string& text) {
  SourceSet sources;
  DiagnosticSink sink;
  syntax::parse(sources.add("main.ecs", text), sources, sink);
  return sink.sorted();
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("a fix removes the diagnostic it belongs to") {
  std::size_t fixes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/golden/syntax/broken")) {
    const auto file = test::parse_case(entry.path().string(), read(entry.path()));
    REQUIRE(file.has_value());
    const std::string text = file->text("main.ecs");
    const std::vector<Diagnostic> before = diagnostics(text);
    REQUIRE_FALSE(before.empty());
    for (const Diagnostic& diagnostic : before) {
      for (const Fix& fix : diagnostic.fixes) {
        ++fixes;
        std::string fixed = text;
        fixed.replace(fix.span.begin, fix.span.end - fix.span.begin, fix.replacement);
        const std::vector<Diagnostic> after = diagnostics(fixed);
        CAPTURE(entry.path().string(), diagnostic.code, diagnostic.message, fix.span.begin, fix.replacement);
        // The same mistake elsewhere keeps its place in front of the fix, and is moved by it behind.
        const std::uint32_t place = diagnostic.labels.front().span.begin;
        for (const Diagnostic& other : after) {
          const bool same = other.code == diagnostic.code && other.message == diagnostic.message && other.labels.front().span.begin == place;
          CHECK_FALSE(same);
        }
        CHECK(after.size() <= before.size());
      }
    }
  }
  CHECK(fixes >= 60);
}

}  // namespace
