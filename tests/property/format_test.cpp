// libs: berth_compiler

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/random.h"
#include "tests/support/compile_case.h"
#include "tests/support/format_oracle.h"
#include "tests/support/random_text.h"

// What formatting keeps and what it settles, over every .ecs text of the repository and over random ones.

using namespace berth;

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

using Stack = std::map<std::string, std::string>;

/// Every stack of the repository by name: the .ecs sections of each case, and the directories of examples and library.
std::map<std::string, std::pair<Stack, Stack>> all_stacks() {
  std::map<std::string, std::pair<Stack, Stack>> stacks;
  for (const char* root : {"tests/golden", "examples", "stdlib"}) {
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.path().extension() == ".ecs") stacks[entry.path().parent_path().string()].first[entry.path().filename().string()] = read(entry.path());
      if (entry.path().extension() != ".case") continue;
      const auto file = test::parse_case(entry.path().string(), read(entry.path()));
      if (file) stacks[entry.path().string()] = {test::ecs_files(*file), test::variables(*file)};
    }
  }
  return stacks;
}

std::string ir_of(const Stack& files, const Stack& variables) {
  const test::Compiled compiled = test::compile_files(files, variables);
  return compiled.program ? canonical_json(ir::to_json(*compiled.program, false)) : "";
}

}  // namespace

TEST_CASE("formatting keeps what the texts of the repository say") {
  std::size_t texts = 0;
  std::size_t programs = 0;
  for (const auto& [name, stack] : all_stacks()) {
    CAPTURE(name);
    Stack formatted;
    for (const auto& [path, text] : stack.first) {
      CAPTURE(path);
      CHECK(test::broken_format_property(text) == "");
      formatted[path] = format::format(text).text;
      ++texts;
    }
    const std::string before = ir_of(stack.first, stack.second);
    if (!before.empty()) ++programs;
    CHECK(ir_of(formatted, stack.second) == before);
  }
  CHECK(texts > 150);
  CHECK(programs > 50);
}

TEST_CASE("the library and the examples are in the style") {
  for (const char* root : {"examples", "stdlib"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".ecs") continue;
      CAPTURE(entry.path().string());
      const std::string text = read(entry.path());
      CHECK(format::format(text).text == text);
    }
  }
}

TEST_CASE("formatting keeps what random texts say") {
  RandomSource random(20);
  std::size_t clean = 0;
  for (int i = 0; i < 800; ++i) {
    const std::string text = test::RandomText(random).file();
    const std::string problem = test::broken_format_property(text);
    if (!problem.empty()) FAIL("round " << i << ": " << problem << "\nthe text:\n" << text);
    test::ReadText parsed;
    test::read_text(text, parsed);
    if (!parsed.sink.has_errors()) ++clean;
  }
  // The generator writes what the grammar accepts, nearly always.
  CHECK(clean > 600);
}

TEST_CASE("formatting takes time in proportion to the text") {
  const auto repeated = [](std::size_t count, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
  };
  // Each took time in proportion to the square once, or would where a step looks at the whole line, run or bracket.
  for (const std::string& text : {
           "let a = (" + repeated(50'000, "#\n") + "1)\n",
           "let a = 1 + " + repeated(50'000, "# x\n") + "2\n",
           repeated(50'000, "# x\n"),
           "let a = b" + repeated(200, ".c") + "(" + repeated(20'000, "[1], ") + ")\n",
           "let a = " + repeated(100, "{ a = [") + repeated(20'000, "1, ") + repeated(100, "] }") + "\n",
           repeated(3'000, "let a={b=1}\n") + "let = \n",
           "let a = \"" + repeated(20'000, "${x}") + "\"\n",
       }) {
    CHECK(format::format(text).text.size() > 20'000);
  }
}

TEST_CASE("text that is none stays as it is") {
  for (const std::string& text : {std::string("let a=1\n\xFF\n"), std::string("let a=1\n\0", 9), std::string(5 << 20, ' '), std::string(300, '(')}) {
    const format::Formatted formatted = format::format(text);
    CHECK(formatted.text == text);
    CHECK_FALSE(formatted.complete);
  }
}

TEST_CASE("formatting a text cut anywhere loses nothing") {
  RandomSource random(21);
  for (int i = 0; i < 400; ++i) {
    std::string text = test::RandomText(random).file();
    if (text.empty()) continue;
    const std::size_t at = random.below(text.size());
    const std::size_t length = 1 + random.below(3);
    text.erase(at, length);
    const std::string problem = test::broken_format_property(text);
    if (!problem.empty()) FAIL("round " << i << ": " << problem << "\nthe text:\n" << text);
  }
}
