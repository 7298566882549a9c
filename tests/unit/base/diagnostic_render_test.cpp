#include "base/diagnostic_render.h"

#include <catch2/catch.hpp>

#include "base/snippet.h"

using namespace berth;

namespace {

/// A source set with one file and the span of the first occurrence of `word` in it.
struct OneFile {
  SourceSet sources;
  SourceId id;

  explicit OneFile(std::string text, std::string path = "main.ecs") : id(sources.add(std::move(path), std::move(text))) {}

  [[nodiscard]] Span span(std::string_view word) const {
    const auto at = static_cast<std::uint32_t>(sources.file(id).text().find(word));
    return {id, at, at + static_cast<std::uint32_t>(word.size())};
  }
  [[nodiscard]] Span at(std::uint32_t begin, std::uint32_t end) const { return {id, begin, end}; }
};

Diagnostic diagnostic_at(Span span, std::string label = "here") {
  Diagnostic d;
  d.code = "E0104";
  d.message = "wrong";
  d.label(span, std::move(label));
  return d;
}

std::string rendered(const OneFile& file, const Diagnostic& d, int width = 100) {
  return render_text(d, file.sources, {.width = width});
}

}  // namespace

TEST_CASE("a diagnostic shows its place, its line, a primary mark, notes and a help with its fix") {
  const OneFile file("service web {\n    memory = 3072\n}\n", "shop.ecs");
  Diagnostic d;
  d.code = "E0104";
  d.message = "`memory` needs a unit";
  d.label(file.span("3072"), "this is a bare number; `memory` is a size");
  d.note("ECS itself counts in MiB").help("write `3072 MiB` or `3 GiB`").fix(file.span("3072"), "3 GiB");
  CHECK(rendered(file, d) ==
        "error[E0104]: `memory` needs a unit\n"
        "   ┌─ shop.ecs:2:14\n"
        "   │\n"
        "  2│     memory = 3072\n"
        "   │              ^^^^ this is a bare number; `memory` is a size\n"
        "   │\n"
        "   = note: ECS itself counts in MiB\n"
        "   = help: write `3072 MiB` or `3 GiB`                      [fix: replace with `3 GiB`]\n");
}

TEST_CASE("labels are shown by line with one row each, also in several files") {
  OneFile file("a = 1\nb = 2\nc = 3\nd = 4 a\n");
  const SourceId other = file.sources.add("other.ecs", "zeta\n");
  Diagnostic d = diagnostic_at(file.span("4 a"), "again");
  d.label(file.span("a ="), "first").label({other, 0, 4}, "also").label(file.at(18, 19), "same line");
  CHECK(rendered(file, d) ==
        "error[E0104]: wrong\n"
        "   ┌─ main.ecs:4:5\n"
        "   │\n"
        "  1│ a = 1\n"
        "   │ --- first\n"
        "   ·\n"
        "  4│ d = 4 a\n"
        "   │     ^^^ again\n"
        "   │ - same line\n"
        "   │\n"
        "   ┌─ other.ecs:1:1\n"
        "   │\n"
        "  1│ zeta\n"
        "   │ ---- also\n");
}

TEST_CASE("marks stand below their characters with tabs, wide characters and combining marks") {
  const OneFile tabs("\tx = \t1\n");
  CHECK(rendered(tabs, diagnostic_at(tabs.span("1"))) ==
        "error[E0104]: wrong\n   ┌─ main.ecs:1:7\n   │\n  1│     x =     1\n   │             ^ here\n");
  const OneFile wide("名前 = \"e\xCC\x81\" x\n");
  CHECK(rendered(wide, diagnostic_at(wide.span("x"))) ==
        "error[E0104]: wrong\n   ┌─ main.ecs:1:11\n   │\n  1│ 名前 = \"e\xCC\x81\" x\n   │            ^ here\n");
  CHECK(rendered(wide, diagnostic_at(wide.span("名前"))).find("│ ^^^^ here\n") != std::string::npos);
}

TEST_CASE("a carriage return is not part of the line") {
  const OneFile file("a = 1\r\nb = 2\r\n");
  CHECK(rendered(file, diagnostic_at(file.at(4, 7))) ==
        "error[E0104]: wrong\n   ┌─ main.ecs:1:5\n   │\n  1│ a = 1\n   │     ^ here\n");
}

TEST_CASE("a span over several lines marks the first and the last one") {
  const OneFile file("service web {\n  a = 1\n  b = 2\n}\n");
  CHECK(rendered(file, diagnostic_at(file.at(8, 31))) ==
        "error[E0104]: wrong\n   ┌─ main.ecs:1:9\n   │\n"
        "  1│ service web {\n   │         ^^^^^\n   ·\n  4│ }\n   │ ^ here\n");
}

TEST_CASE("a span at the end of the file has one mark") {
  const OneFile open("a = ");
  CHECK(rendered(open, diagnostic_at(open.at(4, 4))) ==
        "error[E0104]: wrong\n   ┌─ main.ecs:1:5\n   │\n  1│ a =\n   │     ^ here\n");
  const OneFile closed("a\n");
  CHECK(rendered(closed, diagnostic_at(closed.at(2, 2))) == "error[E0104]: wrong\n   ┌─ main.ecs:2:1\n   │\n  2│\n   │ ^ here\n");
  const OneFile empty("");
  CHECK(rendered(empty, diagnostic_at(empty.at(0, 0))) == "error[E0104]: wrong\n   ┌─ main.ecs:1:1\n   │\n  1│\n   │ ^ here\n");
}

TEST_CASE("a long line is cut around the mark") {
  const OneFile file(std::string(80, 'a') + "XYZ" + std::string(80, 'b'));
  const std::string text = rendered(file, diagnostic_at(file.span("XYZ")), 40);
  CHECK(text ==
        "error[E0104]: wrong\n   ┌─ main.ecs:1:81\n   │\n  1│ …aaaaaaaaaaXYZbbbbbbbbbbbbbbbbbbbb…\n   │            ^^^ here\n");
}

TEST_CASE("long notes are wrapped and a diagnostic without a place has no snippet") {
  const OneFile file("");
  Diagnostic d;
  d.code = "E0001";
  d.message = "no file";
  d.labels = {{Span{}, ""}};
  d.note("one two three four five six seven eight nine ten");
  CHECK(rendered(file, d, 40) ==
        "error[E0001]: no file\n   = note: one two three four five six\n           seven eight nine ten\n");
}

TEST_CASE("line numbers of four digits widen the gutter") {
  const OneFile file(std::string(1233, '\n') + "x\n");
  CHECK(rendered(file, diagnostic_at(file.span("x"))) ==
        "error[E0104]: wrong\n    ┌─ main.ecs:1234:1\n    │\n1234│ x\n    │ ^ here\n");
}

TEST_CASE("what controls a terminal is replaced and credentials are masked") {
  const OneFile file("x = \"\x1b[31m\xE2\x80\xAE\xFF\"\nDB_PASSWORD = \"hunter2hunter2\", y = 1\n");
  CHECK(rendered(file, diagnostic_at(file.at(0, 1))).find("x = \"�[31m��\"") != std::string::npos);
  const std::string text = rendered(file, diagnostic_at(file.span("y")));
  CHECK(text.find("hunter2") == std::string::npos);
  CHECK(text.find("  2│ DB_PASSWORD = \"••••\", y = 1\n   │                       ^ here\n") != std::string::npos);
  CHECK(mask_credentials("{\"api-key\": \"abc\", \"name\": \"abc\"}") == "{\"api-key\": \"••••\", \"name\": \"abc\"}");
}

TEST_CASE("colours are only added on request") {
  const OneFile file("x\n");
  CHECK(rendered(file, diagnostic_at(file.span("x"))).find('\x1b') == std::string::npos);
  CHECK(render_text(diagnostic_at(file.span("x")), file.sources, {.color = true}).find("\x1b[1;31m^ here\x1b[0m") !=
        std::string::npos);
}

TEST_CASE("a run prints the first diagnostics and counts all of them") {
  const OneFile file("x\n");
  std::vector<Diagnostic> all(3, diagnostic_at(file.span("x")));
  all.push_back(all[0]);
  all.back().severity = Severity::warning;
  CHECK(count_text(all) == "3 errors, 1 warning");
  const std::string text = render_all(all, file.sources, {.limit = 2});
  CHECK(text.ends_with("^ here\n\n3 errors, 1 warning (2 not shown)\n"));
  CHECK(render_all({}, file.sources).empty());
  CHECK(render_all({all[0]}, file.sources).ends_with("\n\n1 error\n"));
}

TEST_CASE("fixes say what they do") {
  const OneFile file("abc = 1\n");
  Diagnostic d = diagnostic_at(file.span("abc"));
  d.fix(file.span("abc"), "").fix(file.at(0, 0), "x ").fix(file.span("1"), "2\n3");
  const std::string text = rendered(file, d);
  CHECK(text.find("   = fix: remove `abc`\n   = fix: insert `x`\n   = fix: replace with `2 …`\n") != std::string::npos);
}

TEST_CASE("the JSON form has ranges in lines, columns and bytes") {
  const OneFile file("é = 1\nTOKEN = \"abc\"\n");
  Diagnostic d = diagnostic_at(file.span("1"), "label");
  d.note("why").help("what").fix(file.span("1"), "2").label(file.span("TOKEN"), "other");
  const Json json = diagnostics_json({d}, file.sources);
  REQUIRE(json.size() == 1);
  CHECK(json[0]["severity"] == "error");
  CHECK(json[0]["code"] == "E0104");
  CHECK(json[0]["summary"] == "wrong");
  CHECK(json[0]["detail"] == "label\nwhy\nwhat");
  CHECK(json[0]["range"] == Json{{"filename", "main.ecs"},
                                 {"start", {{"line", 1}, {"column", 5}, {"byte", 5}}},
                                 {"end", {{"line", 1}, {"column", 6}, {"byte", 6}}}});
  CHECK(json[0]["snippet"] == "é = 1");
  CHECK(json[0]["related"][0]["message"] == "other");
  CHECK(json[0]["fixes"][0]["replacement"] == "2");
  Diagnostic nowhere;
  CHECK(diagnostics_json({nowhere}, file.sources)[0]["range"].is_null());
}
