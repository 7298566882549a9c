// libs: berth_compiler
#include "compiler/syntax/parse.h"

#include <catch2/catch.hpp>

#include "compiler/ast/print.h"

namespace {

using namespace berth;

struct Parsed {
  SourceSet sources;
  DiagnosticSink sink;
  ast::File file;
  explicit Parsed(std::string text) { file = syntax::parse(sources.add("main.ecs", std::move(text)), sources, sink); }
  [[nodiscard]] std::string codes() const {
    std::string out;
    for (const Diagnostic& each : sink.sorted()) out += (out.empty() ? "" : " ") + each.code;
    return out;
  }
  [[nodiscard]] std::string text(const Span& span) const { return std::string(sources.text(span)); }
};

std::string times(std::size_t count, std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

/// The value of `let x = <text>`, printed with all parentheses.
std::string value(const std::string& text) {
  Parsed parsed("let x = " + text + "\n");
  REQUIRE(parsed.codes() == "");
  REQUIRE(parsed.file.items.size() == 1);
  const auto* let = ast::as<ast::Let>(parsed.file.items.front());
  REQUIRE(let != nullptr);
  return ast::print(*let->value);
}

TEST_CASE("operators bind by the precedence table") {
  CHECK(value("1 + 2 * 3 - 4") == "((1 + (2 * 3)) - 4)");
  CHECK(value("a or b and c or d") == "((a or (b and c)) or d)");
  CHECK(value("a + 1 < b ?? c and not d") == "(((a + 1) < (b ?? c)) and (not d))");
  CHECK(value("1 .. n + 1") == "(1 .. (n + 1))");
  CHECK(value("1..4") == "(1 .. 4)");
  CHECK(value("-a.b[1](c)?.d") == "(- a.b[1](c)?.d)");
  CHECK(value("not - not x") == "(not (- (not x)))");
  CHECK(value("(1 + 2) * 3") == "((1 + 2) * 3)");
  CHECK(value("x in [1] and y == 2") == "((x in [1]) and (y == 2))");
}

TEST_CASE("numbers keep their digits and units") {
  CHECK(value("512 MiB") == "512 MiB");
  CHECK(value("1_000.50 vCPU") == "1000.50 vCPU");
  CHECK(value("80%") == "80 %");
  CHECK(value("2h30m") == "2 h 30 m");
  CHECK(value("2h30m15s") == "2 h 30 m 15 s");
  CHECK(value("2h30") == "2 h30");
  CHECK(value("512 MiB_2x") == "512 MiB_2x");
}

TEST_CASE("strings are decoded") {
  CHECK(value(R"("a\n\t\\\"\u{e9}\${x}$y")") == "\"a\\n\\t\\\\\\\"é${x}$y\"");
  CHECK(value(R"(r"\d ${x}")") == "r\"\\\\d ${x}\"");
  CHECK(value("\"\"") == "\"\"");
  CHECK(value("\"${a}${b}\"") == "\"${a}${b}\"");
  CHECK(value("\"x${ {a = \"}\"}.a }y\"") == "\"x${{a = \"}\"}.a}y\"");
}

TEST_CASE("the indentation of the closing quotes is removed from a multi-line string") {
  CHECK(value("\"\"\"\n    a\n      b\n\n    c\n    \"\"\"") == "\"\"\"a\\n  b\\n\\nc\"\"\"");
  CHECK(value("\"\"\"\n  a ${x}\n  b\n  \"\"\"") == "\"\"\"a ${x}\\nb\"\"\"");
  CHECK(value("r\"\"\"\n  \\d\n  \"\"\"") == "r\"\"\"\\\\d\"\"\"");
  CHECK(value("\"\"\"\n  a \\\n    b\n  \"\"\"") == "\"\"\"a \\\\\\n  b\"\"\"");
  CHECK(value("\"\"\"one line\"\"\"") == "\"\"\"one line\"\"\"");
  CHECK(value("\"\"\"\n  \"\"\"") == "\"\"\"\"\"\"");
  CHECK(value("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"") == "\"\"\"a\\nb\"\"\"");
}

TEST_CASE("doc comments belong to the item directly below them") {
  Parsed parsed("## far away\n\n## first\n##  second\nlet a = 1 ## not for b\nlet b = 2\n# plain\n## c\nlet c = 3\n");
  REQUIRE(parsed.file.items.size() == 3);
  CHECK(parsed.file.items[0].doc == "first\n second");
  CHECK(parsed.file.items[1].doc.empty());
  CHECK(parsed.file.items[2].doc == "c");
  CHECK(parsed.file.comments.size() == 6);
  CHECK(parsed.text(parsed.file.comments[0].span) == "## far away");
}

TEST_CASE("spans are bytes of the user's file") {
  const std::string text = "\xEF\xBB\xBF# größer €\nlet a = \"ä😀\"\nlet b = f(a)\n";
  Parsed parsed(text);
  REQUIRE(parsed.codes() == "");
  REQUIRE(parsed.file.items.size() == 2);
  CHECK(parsed.text(parsed.file.items[0].span) == "let a = \"ä😀\"");
  CHECK(parsed.text(parsed.file.items[1].span) == "let b = f(a)");
  const auto* let = ast::as<ast::Let>(parsed.file.items[1]);
  CHECK(parsed.text(let->value->span) == "f(a)");
  CHECK(parsed.text(let->name.span) == "b");
}

TEST_CASE("spans behind a repaired place are still the user's") {
  Parsed parsed("let a = foo(1\nlet b = “ä”\nservice c {\n  d = 1\nlet e = \"é\"\n");
  CHECK(parsed.codes() == "E0004 E0007 E0004");
  REQUIRE(parsed.file.items.size() == 4);
  CHECK(parsed.text(parsed.file.items[0].span) == "let a = foo(1");
  CHECK(parsed.text(parsed.file.items[1].span) == "let b = “ä”");
  CHECK(parsed.text(parsed.file.items[2].span) == "service c {\n  d = 1");
  CHECK(parsed.text(parsed.file.items[3].span) == "let e = \"é\"");
}

TEST_CASE("a broken item keeps its name, and the items around it are read") {
  Parsed parsed("let a =\nlet b = 1\nservice c {\n  x 3\n  y = 2\n}\n");
  CHECK(parsed.codes() == "E0001 E0002");
  REQUIRE(parsed.file.items.size() == 3);
  const auto* let = ast::as<ast::Let>(parsed.file.items[0]);
  REQUIRE(let != nullptr);
  CHECK(let->name.text == "a");
  CHECK(ast::as<ast::Bad>(*let->value) != nullptr);
  CHECK(ast::as<ast::Entry>(parsed.file.items[2])->body->items.size() == 2);
}

// ---- hostile input -----------------------------------------------------------------------------------------------------------------

TEST_CASE("empty and nearly empty files") {
  for (const char* text : {"", "\n", "  ", "# comment", "\xEF\xBB\xBF", "\xEF\xBB\xBF\n", "\r\n\r\n", "## doc"}) {
    Parsed parsed(text);
    CHECK(parsed.codes() == "");
    CHECK(parsed.file.items.empty());
  }
}

TEST_CASE("what is no text is refused at its byte") {
  Parsed invalid("let a = \"\xC3\x28\"\n");
  CHECK(invalid.codes() == "E0011");
  CHECK(invalid.sink.sorted().front().labels.front().span.begin == 9);
  CHECK(Parsed(std::string("let a = 1\0\n", 11)).codes() == "E0011");
  CHECK(Parsed("\xED\xA0\x80").codes() == "E0011");       // a surrogate
  CHECK(Parsed("\xC0\x80").codes() == "E0011");           // overlong
  CHECK(Parsed("\xF4\x90\x80\x80").codes() == "E0011");   // beyond U+10FFFF
  CHECK(Parsed("x = \"\xE2\x82").codes() == "E0011");     // cut off
  CHECK(Parsed("x = \"\xF4\x8F\xBF\xBF\"").codes() == "");
}

TEST_CASE("a file of more than 4 MiB is refused") {
  CHECK(Parsed(std::string(syntax::kMaxFileBytes, '\n')).codes() == "");
  CHECK(Parsed(std::string(syntax::kMaxFileBytes + 1, '\n')).codes() == "E0901");
}

TEST_CASE("nesting is limited in every form") {
  const std::size_t deep = GENERATE(syntax::kMaxNesting + 1, std::size_t{100000});
  CHECK(Parsed("x = " + times(deep, "[") + times(deep, "]")).codes() == "E0901");
  CHECK(Parsed("x = " + times(deep, "(")).codes() == "E0901");
  CHECK(Parsed(times(deep, "a {\n") + times(deep, "}\n")).codes() == "E0901");
  CHECK(Parsed("x = " + times(deep, "{ a = ") + "1" + times(deep, " }")).codes() == "E0901");
  CHECK(Parsed("x = " + times(deep, "not ") + "y").codes() == "E0901");
  CHECK(Parsed("x = " + times(deep, "-") + "1").codes() == "E0901");
  CHECK(Parsed("x = " + times(deep, "if a then b else ") + "c").codes() == "E0901");
  CHECK(Parsed("x = " + times(deep, "if ") + "c").codes() == "E0901");
  CHECK(Parsed("x = 1" + times(deep, " + 1")).codes() == "E0901");
  CHECK(Parsed("x = a" + times(deep, ".b")).codes() == "E0901");
  CHECK(Parsed("x = " + times(deep, "\"${") + "1" + times(deep, "}\"")).codes() == "E0901");
  CHECK(Parsed("type t = " + times(deep, "list(") + "int" + times(deep, ")")).codes() == "E0901");
  CHECK(Parsed("if a { }" + times(deep, " else if a { }")).codes() == "E0901");
}

TEST_CASE("nesting up to the limit is read") {
  const std::size_t deep = syntax::kMaxNesting;
  CHECK(Parsed("x = " + times(deep, "[") + times(deep, "]")).codes() == "");
  CHECK(Parsed(times(deep, "a {\n") + times(deep, "}\n")).codes() == "");
  CHECK(Parsed("x = " + times(deep, "not ") + "y").codes() == "");
  CHECK(Parsed("x = " + times(deep, "if a then b else ") + "c").codes() == "");
  CHECK(Parsed("x = 1" + times(deep, " + 1")).codes() == "");
  CHECK(Parsed("x = " + times(deep, "\"${") + "1" + times(deep, "}\"")).codes() == "");
  CHECK(Parsed("x = " + times(deep, "(") + "1 +" + times(deep, ")")).codes() != "");
}

TEST_CASE("calls and indices in a row are nested too") {
  CHECK(Parsed("x = f" + times(100000, "(1)")).codes() == "E0901");
  CHECK(Parsed("x = f" + times(100000, "[1]")).codes() == "E0901");
}

TEST_CASE("unclosed everything ends with reports, not with a crash") {
  for (const char* text :
       {"{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "r\"", "r\"\"\"", "\"${", "\"\"\"${", "\"${\"${\"", "a {", "a = {", "a = [", "a = (",
        "a = \"x${", "a = \"x${b", "a = \"\"\"\n${", "a = \"\"\"\nx ${y\n\"\"\"\n", "\\", "\"\\", "\"\"\"\\", "a = \"b\\\n", "a = r\"\"\"b\"",
        "let", "param", "fn f(", "type t = {", "if", "for", "check", "moved", "from", "import", "a = $", "a = ${", "=", ":", "a = \"\"\"\"",
        "a {\n)\n", "a (\n}\n", "((}\n", "a = [(]\n", "a = \"${)\"\n", "if a { ] }\n", "a\r= 1", "“", "a = “x", "\xEF\xBB\xBF}"}) {
    CAPTURE(text);
    Parsed parsed(text);
    CHECK(parsed.codes() != "");
    Parsed twice(std::string(text) + "\n" + text);
    CHECK(twice.codes() != "");
  }
}

TEST_CASE("a file that is one mistake after the other is read in linear time") {
  for (const char* line : {"x 3\n", "}\n", "a = \"\n", "; ; ;\n", "x: y\n", "“\n", "a = [\n", "a { b = ( }\n", "= = =\n", "a = \"${b\n"}) {
    CAPTURE(line);
    Parsed parsed(times(3000, line));
    CHECK(parsed.codes() != "");
  }
  CHECK(Parsed(times(100000, ";")).codes() == "E0007");
  CHECK(Parsed("x = [" + times(20000, "1, ") + "]\n").codes() == "");
}

TEST_CASE("every prefix of a file ends with a tree") {
  const std::string text =
      "from \"std/x\" import a as b\nparam p: int(1..5)? = 3 where it > 1, \"m\"\nservice \"s${p}\" {\n  x = if a then [1, ...b] else {c = 1}\n"
      "  for k, v in m if k { y = \"\"\"\n    a ${v}\n    \"\"\" }\n}\n";
  REQUIRE(Parsed(text).codes() == "");
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    Parsed parsed(text.substr(0, length));
    CHECK(parsed.file.source == SourceId{0});
    ast::print(parsed.file);
  }
}

}  // namespace
