// libs: berth_compiler
// The lexer by hand and the one that ANTLR makes of the grammar give the same tokens, over all text of the repository and over random bytes.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/random.h"
#include "tests/support/lexer_oracle.h"
#include "tests/support/random_text.h"

namespace {

using namespace berth;

void check(const std::string& text) {
  const std::string problem = test::broken_lexer_property(text);
  if (!problem.empty()) FAIL(problem);
}

TEST_CASE("the lexer by hand reads the texts of the repository as the grammar says") {
  std::size_t files = 0;
  for (const char* root : {"tests/golden", "examples", "stdlib", "docs"}) {
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      // Cases are read as they are: their other sections are text too.
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream text;
      text << in.rdbuf();
      // Some are not UTF-8 on purpose; the compiler reports that before it looks for tokens.
      if (!test::is_text(text.str())) continue;
      check(text.str());
      ++files;
    }
  }
  CHECK(files > 200);
}

TEST_CASE("the lexer by hand reads random texts as the grammar says") {
  RandomSource random(22);
  for (int i = 0; i < 500; ++i) check(test::RandomText(random).file());
  // Pieces that begin, end and interrupt tokens, in any order.
  const std::vector<std::string> pieces = {"\"", "\"\"\"", "r\"", "r\"\"\"", "${", "}", "{", "\\", "\\\"", "$", "\n", "\r\n", "\r", "#", "##", " ",
                                           "\t", "\f", "a", "r", "1", "1.5", "1_0", ".", "..", "...", "?", "??", "?.", "-", ">", "=", "==", "!", "!=", "&",
                                           "ä", "€", "\U0001F600", "let", "for", "lets", "if", "(", ")", "[", "]", ",", ":", "%", "|", "+", "*", "/", "<", "\x7F"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(14); n > 0; --n) text += pieces[random.below(pieces.size())];
    check(text);
  }
}

}  // namespace
