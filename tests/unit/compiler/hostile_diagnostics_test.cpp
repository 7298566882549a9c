// libs: berth_compiler
// Whatever a source holds: every form of output stays small, is whole, and has nothing that could control a terminal.
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/diagnostic_fix.h"
#include "base/diagnostic_github.h"
#include "base/diagnostic_render.h"
#include "base/diagnostic_sarif.h"
#include "base/text_width.h"
#include "tests/support/compile_case.h"

namespace {

using namespace berth;

constexpr std::size_t kReadBack = 1U << 20U;

struct Outputs {
  std::string text;
  std::string github;
  std::string json;
  std::string sarif;
  std::size_t count = 0;
};

void check_harmless(const std::string& name, const std::string& output) {
  std::size_t bad = 0;
  for (std::string_view rest = output; !rest.empty();) {
    if (rest.front() >= ' ' && rest.front() < 0x7F) {
      rest.remove_prefix(1);
      continue;
    }
    const CodePoint next = first_code_point(rest);
    if ((next.value != '\n' && is_unprintable(next.value)) || (next.value == 0xFFFD && next.bytes == 1)) ++bad;
    rest.remove_prefix(next.bytes);
  }
  INFO(name << "\n" << output.substr(0, 2000));
  CHECK(bad == 0);
}

Outputs outputs_of(const test::Compiled& compiled) {
  const std::vector<Diagnostic> all = compiled.sink.sorted();
  Outputs outputs{.text = render_all(all, *compiled.sources),
                  .github = diagnostics_github(all, *compiled.sources),
                  .json = pretty_json(diagnostics_json(all, *compiled.sources)),
                  .sarif = pretty_json(diagnostics_sarif(all, *compiled.sources, "1")),
                  .count = all.size()};
  check_harmless("text", outputs.text);
  check_harmless("github", outputs.github);
  check_harmless("json", outputs.json);
  check_harmless("sarif", outputs.sarif);
  // Reading megabytes back would take longer than writing them.
  if (outputs.json.size() < kReadBack) CHECK(parse_json(outputs.json).has_value());
  if (outputs.sarif.size() < kReadBack) CHECK(parse_json(outputs.sarif).has_value());
  return outputs;
}

Outputs outputs_of(const std::string& text, const std::string& path = "main.ecs") { return outputs_of(test::compile_files({{path, text}})); }

/// No output shows more than some screens of one diagnostic.
void check_small(const Outputs& outputs) {
  CHECK(outputs.text.size() < 50 * 8000 + 200);
  CHECK(outputs.github.size() < 50 * 8000 + 200);
  CHECK(outputs.json.size() < outputs.count * 20000 + 200);
}

TEST_CASE("a file of one line of a quarter of a mebibyte") {
  std::string names = "stack s { }; let x = [";
  while (names.size() < (1U << 18U)) names += "unknown_name, ";
  std::string text = "stack s { }\nlet x = \"";
  text.append(1U << 18U, 'a');
  std::string brackets(1U << 18U, '{');
  std::string list = "stack s { }\nlet x = [";
  for (int i = 0; i < 1000; ++i) list += "no_" + std::to_string(i) + "," + std::string(250, ' ');
  list += "]\noutput n: int = length(x)\n";
  for (const std::string& source : {names, text, brackets, list}) {
    const Outputs outputs = outputs_of(source);
    CHECK(outputs.count >= 1);
    check_small(outputs);
  }
}

TEST_CASE("a name, a string and a unit of a hundred kilobytes") {
  const std::string longest(100000, 'n');
  for (const std::string& source :
       {"let x = " + longest, "stack s { }\ncluster main { " + longest + " = 1 }\n", "stack s { }\nparam p: \"a\" | \"b\" = \"" + longest + "\"\noutput o: string = p\n",
        "stack s { }\nlet x = 5 " + longest + "\noutput o: string = \"${x}\"\n", "stack s { }\nlet x = @" + longest, "stack \"" + longest + "\" { }\n"}) {
    const Outputs outputs = outputs_of(source);
    CHECK(outputs.count >= 1);
    check_small(outputs);
    CHECK(outputs.text.size() < 20000);
  }
}

TEST_CASE("ten thousand errors: all counted, fifty shown") {
  std::string source = "stack s { }\n";
  for (int i = 0; i < 10000; ++i) source += "output o" + std::to_string(i) + ": int = no_" + std::to_string(i) + "\n";
  const test::Compiled compiled = test::compile_files({{"main.ecs", source}});
  const std::vector<Diagnostic> all = compiled.sink.sorted();
  CHECK(all.size() == 10000);
  const std::string text = render_all(all, *compiled.sources);
  CHECK(text.find("\n10000 errors (9950 not shown)\n") != std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') < 500);
  CHECK(diagnostics_github(all, *compiled.sources).find("9950 more are not shown") != std::string::npos);
  CHECK(diagnostics_json(all, *compiled.sources).size() == 10000);
}

TEST_CASE("bytes that are no text") {
  for (const std::string& source : {std::string("\xFF\xFE\x00s", 4), std::string("stack s { }\0", 12), std::string("let x = \"\xC3\x28\"\n"), std::string("\xEF\xBB\xBF\xFF"),
                                    std::string("# \xED\xA0\x80\nx\n"), std::string("\xF8\x88\x80\x80\x80")}) {
    CHECK(outputs_of(source).count >= 1);
  }
}

TEST_CASE("what controls a terminal, in texts, names, comments and paths") {
  const std::string escape = "\x1b]0;owned\x07\x1b[2J\x1b[31m\xC2\x9B" "31m\xE2\x80\xAE\x7f";
  const std::vector<std::string> sources =
       {"let x = \"" + escape + "\"\n", "stack s { }\nlet x = " + escape + "\n", "# " + escape + "\nlet x = \n", "stack s { }\nparam p: \"a\" = \"\\u{1b}[31m\"\noutput o: string = p\n",
        "stack s { }\nassert false, \"\\u{1b}[31m \\u{9b}x \\u{202e}\"\n", "stack \"\\u{7}\" { }\n", "stack s { }\ncluster \"\\u{1b}[2J\" { }\n",
        "stack s { }\r\nlet x = \r\r\n", "stack s { }\ncluster main { tags { \"aws:\\u{1b}\" = \"a\" } }\n"};
  for (const std::string& source : sources) {
    INFO(source);
    CHECK(outputs_of(source).count >= 1);
  }
  CHECK(outputs_of("let x = \n", "a\x1b[31mb\n.ecs").count >= 1);
}

TEST_CASE("cases with bytes changed at random") {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random); };
  static constexpr char kBytes[] = "\x00\x1b\x7f\xff\xc2\x9b\"{}[]$\\\n\r\t#=,: ";
  const std::string_view bytes(kBytes, sizeof(kBytes) - 1);
  std::size_t reported = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/golden/diagnostics")) {
    if (entry.path().extension() != ".case") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream whole;
    whole << in.rdbuf();
    const auto file = test::parse_case(entry.path().string(), whole.str());
    REQUIRE(file.has_value());
    auto files = test::ecs_files(*file);
    if (files.empty() || files.begin()->second.size() > 5000) continue;
    for (int round = 0; round < 3; ++round) {
      auto changed = files;
      std::string& text = changed.begin()->second;
      for (int i = 0; i <= round; ++i) text.insert(text.begin() + static_cast<std::ptrdiff_t>(pick(text.size() + 1)), bytes[pick(bytes.size())]);
      const test::Compiled compiled = test::compile_files(changed);
      const auto all = compiled.sink.sorted();
      reported += all.size();
      outputs_of(compiled);
      for (std::size_t id = 0; id < compiled.sources->size(); ++id) apply_safe_fixes(static_cast<SourceId>(id), *compiled.sources, all);
    }
  }
  CHECK(reported > 200);
}

}  // namespace
