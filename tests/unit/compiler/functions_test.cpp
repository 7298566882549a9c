// The table of functions: each row's example gives its result, in the language itself.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "compiler/sema/builtins.h"
#include "tests/support/compile_case.h"

using namespace berth;
using namespace berth::test;

namespace {

/// What is reported about a stack that asserts this of every function.
std::string complaints(const std::string& suffix) {
  std::string stack = "stack shop { }\ncluster main { }\n";
  for (const sema::Builtin& row : sema::builtins()) stack += fmt::format("assert ({}) == {}{}, \"{}\"\n", row.example, row.result, suffix, row.name);
  const Compiled compiled = compile_files({{"main.ecs", stack}, {"motd.txt", "hello\n"}});
  return render_all(compiled.sink.sorted(), *compiled.sources);
}

}  // namespace

TEST_CASE("the example of every function gives its result", "[functions]") { CHECK(complaints("") == ""); }

TEST_CASE("functions are sorted by name, each once, and say what they do", "[functions]") {
  std::string_view before;
  for (const sema::Builtin& row : sema::builtins()) {
    INFO(row.name);
    CHECK(row.name > before);
    CHECK(row.minimum <= row.maximum);
    CHECK(row.doc.ends_with('.'));
    CHECK(row.signature.starts_with(row.name));
    CHECK(sema::find_builtin(row.name) == &row);
    before = row.name;
  }
}

TEST_CASE("a file is read from below the stack only, and its hash is part of the IR", "[functions]") {
  const Compiled compiled = compile_files({{"main.ecs", "stack shop { }\ncluster main { }\noutput text: string = file(\"a/b.txt\")\n"}, {"./a/b.txt", "hello"}, {"a/b.txt", "hello"}});
  REQUIRE(compiled.program.has_value());
  const Json json = ir::to_json(*compiled.program, false);
  CHECK(json["outputs"]["text"] == "hello");
  CHECK(json["files"]["a/b.txt"] == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
}
