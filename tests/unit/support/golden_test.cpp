#include "tests/support/golden.h"

#include <cstdlib>

#include <catch2/catch.hpp>

#include "base/file_system.h"
#include "tests/support/diff.h"

using namespace berth::test;

namespace {

/// Expects the input in upper case, and the number of its lines when there are two or more.
Suite upper_suite() {
  return {{"in.txt", "*.in"}, {"out.txt", "count.txt"}, [](const CaseFile& file) {
            std::string text = file.text("in.txt");
            const auto lines = std::count(text.begin(), text.end(), '\n');
            for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            return std::map<std::string, std::string>{{"out.txt", text},
                                                      {"count.txt", lines < 2 ? "" : std::to_string(lines) + "\n"}};
          }};
}

std::string problems_of(const std::string& text) {
  const auto file = parse_case("x.case", text);
  REQUIRE(file);
  return check_case(*file, upper_suite());
}

std::string accepted(const std::string& text) {
  const auto file = parse_case("x.case", text);
  REQUIRE(file);
  return print_case(accept_case(*file, upper_suite()));
}

}  // namespace

TEST_CASE("a case passes when every expected section is what the run produces") {
  CHECK(problems_of("# c\n-- in.txt --\na\n-- out.txt --\nA\n").empty());
  CHECK(problems_of("# c\n-- in.txt --\na\nb\n-- out.txt --\nA\nB\n-- count.txt --\n2\n").empty());
}

TEST_CASE("a difference is shown as a unified diff") {
  const std::string problems = problems_of("# c\n-- in.txt --\na\n-- out.txt --\nB\n");
  CHECK(problems.find("-B\n+A\n") != std::string::npos);
}

TEST_CASE("an unknown section, a missing section and a case without expectations fail") {
  CHECK(problems_of("# c\n-- in.txt --\na\n-- out.txt --\nA\n-- other --\n").find("unknown section `other`") !=
        std::string::npos);
  CHECK(problems_of("# c\n-- in.txt --\na\nb\n-- out.txt --\nA\nB\n").find("section `count.txt` is missing") !=
        std::string::npos);
  CHECK(problems_of("# c\n-- out.txt --\n").empty());
  CHECK(problems_of("# c\n-- a.in --\n").find("expects nothing") != std::string::npos);
  CHECK(problems_of("# c\n-- in.txt --\na\n-- out.txt --\nA\n-- out.txt --\nA\n").find("`out.txt #2` is expected") !=
        std::string::npos);
}

TEST_CASE("accepting rewrites only the expected sections") {
  CHECK(accepted("# c\n-- out.txt --\nold\n-- in.txt --\na\n") == "# c\n-- out.txt --\nA\n-- in.txt --\na\n");
  CHECK(accepted("# c\n-- in.txt --\na\nb\n") == "# c\n-- in.txt --\na\nb\n-- count.txt --\n2\n-- out.txt --\nA\nB\n");
  CHECK(accepted("# c\n-- in.txt --\na\n-- out.txt #2 --\n").find("-- out.txt --") != std::string::npos);
}

TEST_CASE("the main function checks files and rewrites them on request") {
  char directory[] = "/tmp/berth-golden-XXXXXX";
  REQUIRE(mkdtemp(directory) != nullptr);
  const std::string path = std::string(directory) + "/a.case";
  REQUIRE(berth::write_file_atomically(path, "# c\n-- in.txt --\na\n-- out.txt --\nwrong\n", 0644));
  std::string program = "golden_upper";
  std::string argument = path;
  char* argv[] = {program.data(), argument.data(), nullptr};
  unsetenv("BERTH_ACCEPT");
  CHECK(golden_main(1, argv, upper_suite()) == 64);
  CHECK(golden_main(2, argv, upper_suite()) == 1);
  setenv("BERTH_ACCEPT", "1", 1);
  CHECK(golden_main(2, argv, upper_suite()) == 0);
  unsetenv("BERTH_ACCEPT");
  CHECK(golden_main(2, argv, upper_suite()) == 0);
  CHECK(*berth::RealFileSystem().read(path) == "# c\n-- in.txt --\na\n-- out.txt --\nA\n");
  std::remove(path.c_str());
  std::remove(directory);
}

TEST_CASE("a pattern's star stands for any characters") {
  CHECK(matches_pattern("a.ecs", "*.ecs"));
  CHECK(matches_pattern("request CreateCluster", "request *"));
  CHECK(matches_pattern("abc", "a*b*c"));
  CHECK_FALSE(matches_pattern("a.ecs2", "*.ecs"));
  CHECK_FALSE(matches_pattern("a", "ab*"));
}

TEST_CASE("a diff has three lines of context and shows invisible differences") {
  CHECK(unified_diff("a\n", "a\n").empty());
  CHECK(unified_diff("1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\n5\nsix\n") == "@@ -3 +3 @@\n 3\n 4\n 5\n-6\n+six\n");
  CHECK(unified_diff("a\n", "a") == "@@ -1 +1 @@\n-a\n+a (no newline at end)\n");
  CHECK(unified_diff("a\n", "a \r\n") == "@@ -1 +1 @@\n-a\n+a ␍\n");
}
