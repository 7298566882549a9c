#pragma once

#include <string>
#include <vector>

#include "base/random.h"

namespace berth::test {

/// Writes random .ecs text that the grammar accepts, with blanks, line breaks and comments wherever the language allows them. What it says
/// means nothing.
class RandomText {
 public:
  explicit RandomText(RandomSource& random) : random_(random) {}

  std::string file() {
    text_.clear();
    for (std::uint64_t i = random_.below(6); i-- > 0;) {
      item(3, true);
      end_line();
    }
    return text_;
  }

 private:
  [[nodiscard]] bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
  std::string pick(const std::vector<std::string>& from) { return from[random_.below(from.size())]; }

  void blanks() { text_ += pick({" ", " ", " ", "  ", "\t"}); }
  void put(const std::string& token) {
    text_ += token;
    blanks();
  }
  void comment() { text_ += pick({"# a note", "## documentation", "#", "# trailing  ", "# \"quote {"}); }
  void line_break() { text_ += pick({"\n", "\n", "\r\n", "\n\n", "\n   \n\n"}); }
  /// Where a newline means nothing.
  void maybe_break() {
    if (chance(80)) return;
    if (chance(30)) comment();
    line_break();
    while (chance(20)) {
      comment();
      line_break();
    }
  }
  void end_line() {
    if (chance(15)) comment();
    line_break();
    while (chance(15)) {
      comment();
      line_break();
    }
  }
  void operation(const std::string& token) {
    put(token);
    maybe_break();
  }
  std::string name() { return pick({"a", "b1", "web_service", "x", "type_of", "LOG_LEVEL"}); }

  void separator() {
    if (chance(50)) {
      put(",");
      maybe_break();
    } else {
      end_line();
    }
  }
  template <class One>
  void bracketed(const std::string& open, const std::string& close, One one) {
    text_ += open;
    if (chance(70)) blanks();
    maybe_break();
    const std::uint64_t count = random_.below(7);
    for (std::uint64_t i = 0; i < count; ++i) {
      one();
      if (i + 1 < count) separator();
    }
    if (count > 0 && chance(15)) put(",");
    maybe_break();
    put(close);
  }
  template <class One>
  void arguments(One one) {
    text_ += "(";
    maybe_break();
    const std::uint64_t count = random_.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
      one();
      if (i + 1 < count || chance(10)) put(",");
      maybe_break();
    }
    put(")");
  }

  void string(int depth) {
    switch (random_.below(depth > 0 ? 6 : 3)) {
      case 0: return put(pick({R"("")", R"("plain")", R"("a\"b")", R"("ä \u{1F600} \\")", R"("std/x")", R"("FOO")"}));
      case 1: return put(pick({R"(r"raw")", R"(r"a\d+")", R"(r"${x}")"}));
      case 2: return put(pick({"\"\"\"one line\"\"\"", "\"\"\"\n\t  x\n\n      y  \n    \"\"\"", "r\"\"\"\r\n  a\r\n  ${b}\r\n  \"\"\"", "\"\"\" \n\"\"\""}));
      case 3:
        text_ += "\"a ${";
        expression(depth - 1);
        return put("} b\"");
      case 4:
        text_ += "\"\"\"\n   line ${";
        expression(depth - 1);
        return put("}\n     ${x}\n  end\n  \"\"\"");
      default:
        text_ += "\"${";
        expression(0);
        return put("}\"");
    }
  }

  void for_clause(int depth) {
    put("for");
    put(name());
    if (chance(30)) {
      put(",");
      put(name());
    }
    put("in");
    expression(depth);
    if (chance(30)) {
      put("if");
      expression(depth);
    }
  }

  void expression(int depth) {
    if (depth > 0 && chance(10)) {
      put("if");
      expression(depth - 1);
      maybe_break();
      put("then");
      expression(depth - 1);
      maybe_break();
      put("else");
      return expression(depth - 1);
    }
    operand(depth);
    while (depth > 0 && chance(25)) {
      if (chance(30)) {
        maybe_break();
        operation(pick({"+", "??", "and", "or"}));
      } else {
        operation(pick({"-", "*", "/", "==", "!=", "<", ">=", "in", ".."}));
      }
      operand(depth - 1);
    }
  }
  void operand(int depth) {
    if (chance(10)) put("not");
    if (chance(10)) text_ += "-";
    primary(depth);
    while (depth > 0 && chance(25)) {
      switch (random_.below(4)) {
        case 0: text_ += chance(70) ? "." : "?."; put(pick({"a", "type", "from", "b"})); break;
        case 1: text_ += "["; expression(depth - 1); put("]"); break;
        default:
          arguments([&] {
            if (chance(20)) {
              put(name());
              put("=");
            }
            expression(depth - 1);
          });
      }
    }
  }
  void primary(int depth) {
    switch (random_.below(depth > 0 ? 9 : 5)) {
      case 0: return put(pick({"1", "1_000", "0.250 vCPU", "512MiB", "30 s", "2h30m", "80 %", "1.50", "7 foo", "2.0d"}));
      case 1: return put(name());
      case 2: return string(depth);
      case 3: return put(pick({"true", "false", "null"}));
      case 4: return put(name());
      case 5:
        if (chance(20)) {
          text_ += "[";
          maybe_break();
          for_clause(depth - 1);
          operation(":");
          expression(depth - 1);
          maybe_break();
          return put("]");
        }
        return bracketed("[", "]", [&] {
          if (chance(15)) text_ += "...";
          expression(depth - 1);
        });
      case 6:
        if (chance(20)) {
          text_ += "{ ";
          for_clause(depth - 1);
          operation(":");
          expression(depth - 1);
          operation("=>");
          expression(depth - 1);
          return put("}");
        }
        return bracketed("{", "}", [&] {
          if (chance(10)) {
            text_ += "...";
          } else {
            put(pick({"a", "\"KEY\"", "\"let\"", "\"with-dash\"", "from", "b"}));
            put("=");
          }
          expression(depth - 1);
        });
      default:
        text_ += "(";
        maybe_break();
        expression(depth - 1);
        maybe_break();
        return put(")");
    }
  }

  void type(int depth) {
    switch (random_.below(depth > 0 ? 5 : 3)) {
      case 0: put(pick({"int", "string", "size", "std.thing"})); break;
      case 1: put(pick({"int(1..200)", "size( 64 MiB.. )", "ref(cluster)", "list( string )", "duration(..1h)", "int(-5 .. 5)"})); break;
      case 2: put(pick({"\"debug\"", "1", "\"info\""})); break;
      case 3:
        bracketed("{", "}", [&] {
          put(name());
          operation(":");
          type(depth - 1);
          if (chance(20)) {
            put("=");
            expression(0);
          }
          if (chance(20)) where();
        });
        break;
      default:
        put("(");
        type(depth - 1);
        put(")");
    }
    if (chance(15)) put("?");
    while (depth > 0 && chance(20)) {
      operation("|");
      type(0);
    }
  }
  void where() {
    maybe_break();
    put("where");
    expression(1);
    if (chance(50)) {
      put(",");
      put("\"message\"");
    }
  }

  void body(int depth) {
    bracketed("{", "}", [&] { item(depth, false); });
  }
  void item(int depth, bool top) {
    switch (random_.below(depth > 0 ? (top ? 14 : 11) : 2)) {
      case 0:
      case 1:
      case 2:
        put(pick({"a", "\"KEY\"", "image", "let", "from", "\"x-y\"", "assert"}));
        put("=");
        return expression(depth);
      case 3:
      case 4:
        put(pick({"service", "container", "env"}));
        while (chance(40)) put(pick({"web", "\"quoted\"", "app"}));
        return body(depth - 1);
      case 5:
        put("let");
        put(name());
        if (chance(30)) {
          operation(":");
          type(1);
        }
        put("=");
        return expression(depth);
      case 6:
        put("if");
        expression(1);
        body(depth - 1);
        if (chance(50)) {
          maybe_break();
          put("else");
          body(depth - 1);
        }
        return;
      case 7:
        for_clause(1);
        return body(depth - 1);
      case 8:
        put("assert");
        expression(1);
        put(",");
        maybe_break();
        return string(1);
      case 9:
        put("use");
        return expression(1);
      case 10:
        put("param");
        put(name());
        operation(":");
        type(2);
        if (chance(50)) {
          put("=");
          expression(1);
        }
        while (chance(30)) where();
        return;
      case 11:
        put(pick({"from \"std/services\" import", "from \"./b\" import", "from   \"std/a\"  import"}));
        put("x");
        while (chance(30)) {
          put(",");
          put("y as z");
        }
        return;
      case 12: return put(pick({"import \"./z\" as z", "import r\"github.com/a\" as a", "moved cron[ \"x\" ] -> job . b", "type t = int"}));
      default:
        put("fn");
        text_ += "f";
        arguments([&] {
          put(name());
          put(":");
          type(1);
        });
        put(":");
        type(1);
        put("=");
        return expression(2);
    }
  }

  RandomSource& random_;
  std::string text_;
};

}  // namespace berth::test
