#include "tests/support/case_file.h"

#include <catch2/catch.hpp>

using berth::test::CaseFile;
using berth::test::parse_case;
using berth::test::print_case;

TEST_CASE("a case file keeps its bytes when it is parsed and printed") {
  const std::string text =
      "# First line.\n# validated: never\n"
      "-- main.ecs --\ncluster a {\r\n}\r\n"
      "-- response --\n{}\n-- empty --\n-- response --\n\n\n";
  const auto file = parse_case("x.case", text);
  REQUIRE(file);
  CHECK(print_case(*file) == text);
  CHECK(file->comment == "# First line.\n# validated: never\n");
  CHECK(file->text("main.ecs") == "cluster a {\r\n}\r\n");
  CHECK(file->text("response #2") == "\n\n");
  REQUIRE(file->find("empty") != nullptr);
  CHECK(file->find("absent") == nullptr);
}

TEST_CASE("every text survives in a section") {
  for (const std::string text : {"", "\n", "no newline", "-- marker --\n", "\\-- marker --\n", "a\n-- marker --",
                                 "\\ no newline at end\n", "x\n\\ no newline at end\n", "x\n\\\\ no newline at end\n",
                                 "\n\n-- --\n", "--  --\n", "-- a --b\n", "\xF0\x9F\x9A\xA2"}) {
    CaseFile file{"x.case", "# c\n", {}};
    file.set("a", text);
    file.set("b", "after\n");
    const auto again = parse_case("x.case", print_case(file));
    CAPTURE(text, print_case(file));
    REQUIRE(again);
    CHECK(again->text("a") == text);
    CHECK(again->text("b") == "after\n");
    CHECK(again->sections.size() == 2);
  }
}

TEST_CASE("a case file needs a comment, a section and a final newline") {
  CHECK_FALSE(parse_case("x", "-- a --\n"));
  CHECK_FALSE(parse_case("x", ""));
  CHECK_FALSE(parse_case("x", "#\n-- a --\n"));
  CHECK_FALSE(parse_case("x", "# only a comment\n"));
  CHECK_FALSE(parse_case("x", "# comment\n\n-- a --\n"));
  CHECK_FALSE(parse_case("x", "# comment\n-- a --\nno newline"));
  CHECK(parse_case("x", "# comment\n-- a --\n"));
}
