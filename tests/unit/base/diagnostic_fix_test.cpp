#include "base/diagnostic_fix.h"

#include <catch2/catch.hpp>

using namespace berth;

namespace {

struct OneFile {
  SourceSet sources;
  SourceId id;
  std::vector<Diagnostic> diagnostics;

  explicit OneFile(std::string text) : id(sources.add("main.ecs", std::move(text))) {}

  /// A diagnostic of `code` whose fix replaces the first `word`.
  OneFile& fix(std::string code, std::string_view word, std::string replacement) {
    const auto at = static_cast<std::uint32_t>(sources.file(id).text().find(word));
    const Span span{id, at, at + static_cast<std::uint32_t>(word.size())};
    Diagnostic diagnostic;
    diagnostic.code = std::move(code);
    diagnostic.label(span).fix(span, std::move(replacement));
    diagnostics.push_back(std::move(diagnostic));
    return *this;
  }
  [[nodiscard]] std::string fixed() const { return apply_safe_fixes(id, sources, diagnostics).text; }
  [[nodiscard]] std::string described(Span span, std::string replacement) const { return describe_fix({span, std::move(replacement)}, sources); }
};

}  // namespace

TEST_CASE("safe fixes are applied in order, others are not") {
  OneFile file("a = 1\nbb = 2\nccc = 3\n");
  file.fix("E0201", "ccc", "c").fix("E0204", "a", "alpha").fix("E0302", "bb", "no");
  CHECK(file.fixed() == "alpha = 1\nbb = 2\nc = 3\n");
  const FixedSource fixed = apply_safe_fixes(file.id, file.sources, file.diagnostics);
  REQUIRE(fixed.applied.size() == 2);
  CHECK(fixed.applied[0].place == "main.ecs:1:1");
  CHECK(fixed.applied[0].code == "E0204");
  CHECK(fixed.applied[1].description == "replace with `c`");
}

TEST_CASE("alternatives are left to the user") {
  OneFile file("abc = 1\n");
  file.fix("E0201", "abc", "ab");
  file.diagnostics[0].fix(file.diagnostics[0].labels[0].span, "ac");
  CHECK_FALSE(is_safe(file.diagnostics[0]));
  CHECK(file.fixed() == "abc = 1\n");
}

TEST_CASE("of two fixes that touch only the first is applied") {
  OneFile file("abcdef\n");
  file.fix("E0201", "abcd", "x").fix("E0201", "cdef", "y");
  CHECK(file.fixed() == "xef\n");
}

TEST_CASE("a removal takes its line with it when nothing else is there") {
  CHECK(OneFile("a\n  let x = 1 \nb\n").fix("W0501", "let x = 1", "").fixed() == "a\nb\n");
  CHECK(OneFile("a\r\nlet x = 1\r\nb\r\n").fix("W0501", "let x = 1", "").fixed() == "a\r\nb\r\n");
  CHECK(OneFile("let x = 1").fix("W0501", "let x = 1", "").fixed().empty());
  CHECK(OneFile("{ let x = 1 }\n").fix("W0501", "let x = 1", "").fixed() == "{  }\n");
}

TEST_CASE("an inserted line break is the file's") {
  CHECK(OneFile("a b\r\n").fix("E0003", " ", "\n").fixed() == "a\r\nb\r\n");
  CHECK(OneFile("a b\n").fix("E0003", " ", "\n").fixed() == "a\nb\n");
}

TEST_CASE("a fix of another source is not this one's") {
  OneFile file("abc\n");
  file.fix("E0201", "abc", "x");
  const SourceId other = file.sources.add("other.ecs", "abc\n");
  CHECK(apply_safe_fixes(other, file.sources, file.diagnostics).applied.empty());
}

TEST_CASE("a fix says what it does, also without anything to show") {
  const OneFile file("abc  d\n\x1b[31m\n");
  CHECK(file.described({file.id, 0, 3}, "") == "remove `abc`");
  CHECK(file.described({file.id, 3, 5}, "") == "remove the blanks");
  CHECK(file.described({file.id, 3, 5}, "\n") == "insert a line break");
  CHECK(file.described({file.id, 3, 3}, "\n") == "insert a line break");
  CHECK(file.described({file.id, 3, 3}, " ") == "insert a blank");
  CHECK(file.described({file.id, 0, 3}, "\n") == "replace with a line break");
  CHECK(file.described({file.id, 0, 3}, "x\n  y") == "replace with `x …`");
  CHECK(file.described({file.id, 0, 0}, " =") == "insert `=`");
  CHECK(file.described({file.id, 7, 12}, "") == "remove `�[31m`");
  CHECK(file.described({file.id, 0, 3}, std::string(500, 'x')).size() < 100);
}
