// libs: berth_compiler

// Rules of ECS, a section each: stacks that break the rule, each with its nearest neighbour, which does not. A `frame` is the stack around what follows it;
// its line `@@` stands for a part of a section. Parts end with a line `----`. A part with a mark has to be refused, and the part after it is what the
// author should have written: it has no mark and has to be accepted. Where a part is wrong stands beside it: a line ends in `# E0303`, or a line of the
// frame that begins with some text is meant by `#@ TEXT: E0303` in a line of its own. Nothing else may be reported, but for names that are not used, and
// whatever is reported says what to write in its place.
// What was found is counted in summary.txt; what was not as it should be stands there too. With BERTH_RULES_OUT the requests to ECS of every accepted
// stack are written below that directory, for those who know ECS from elsewhere to read.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "compiler/export/export.h"
#include "tests/support/compile_case.h"
#include "tests/support/golden.h"

using namespace berth;
using namespace berth::test;

namespace {

/// Line of main.ecs and code.
using Said = std::multiset<std::pair<std::size_t, std::string>>;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string trimmed(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  return begin == std::string::npos ? "" : line.substr(begin);
}

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const std::string& line : lines_of(text)) {
    if (line == "----") parts.emplace_back();
    else parts.back() += line + "\n";
  }
  return parts;
}

/// The stack of a part in its frame.
std::string stack_of(const std::string& frame, const std::string& part) {
  std::string stack;
  for (const std::string& line : lines_of(frame)) stack += trimmed(line) == "@@" ? part : line + "\n";
  return stack;
}

/// What the marks in a stack say; a mark that means no line is in `lost`.
Said marks_of(const std::string& stack, std::string& lost) {
  Said marks;
  const std::vector<std::string> lines = lines_of(stack);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t mark = lines[i].rfind("# ");
    const std::string line = trimmed(lines[i]);
    if (line.starts_with("#@ ")) {
      const std::size_t colon = line.rfind(": ");
      const std::string text = line.substr(3, colon - 3);
      std::size_t at = 0;
      while (at < lines.size() && !trimmed(lines[at]).starts_with(text)) ++at;
      if (at == lines.size()) lost += fmt::format("no line begins with `{}`\n", text);
      marks.emplace(at + 1, line.substr(colon + 2));
    } else if (mark != std::string::npos) {
      std::string codes = lines[i].substr(mark + 2);
      for (std::size_t begin = 0; begin < codes.size(); begin += 6) marks.emplace(i + 1, codes.substr(begin, 5));
    }
  }
  return marks;
}

Said said_by(const Compiled& result) {
  Said said;
  for (const Diagnostic& diagnostic : result.sink.sorted()) {
    if (diagnostic.code == "W0501") continue;
    const Span span = diagnostic.labels.front().span;
    said.emplace(span.valid() ? result.sources->file(span.source).line_column(span.begin).line : 0, diagnostic.code);
  }
  return said;
}

std::string without_neighbour(const std::string& section, std::size_t part) {
  return fmt::format("\n{}, part {}: no valid neighbour follows it\n", section, part);
}

/// What is refused by a rule without a word about what to write in its place. (Types and names say what they take in their message.)
std::string without_way_out(const Compiled& result) {
  std::string lost;
  for (const Diagnostic& diagnostic : result.sink.sorted()) {
    const bool of_a_rule = diagnostic.code > "E0300" && diagnostic.code != "W0501";
    if (of_a_rule && diagnostic.helps.empty() && diagnostic.fixes.empty()) lost += fmt::format("{} ({}) does not say what to write in its place\n", diagnostic.code, diagnostic.message);
  }
  return lost;
}

/// Writes the requests of a program into the directory `name` below BERTH_RULES_OUT.
void write_requests(const ir::Program& program, const std::string& name) {
  const char* out = std::getenv("BERTH_RULES_OUT");
  if (out == nullptr) return;
  const std::filesystem::path directory = std::filesystem::path(out) / name;
  std::filesystem::create_directories(directory);
  for (const exporting::File& file : exporting::to_taskdef(program, {.reveal = true}).files) std::ofstream(directory / file.name) << file.text;
}

std::map<std::string, std::string> run(const CaseFile& file) {
  std::string frame;
  std::string wrong;
  std::size_t rejected = 0;
  std::size_t accepted = 0;
  for (const CaseSection& section : file.sections) {
    if (section.name.starts_with("frame")) {
      frame = section.text;
      continue;
    }
    if (section.name == "summary.txt") continue;
    const std::vector<std::string> parts = parts_of(section.text);
    bool wants_neighbour = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::string stack = stack_of(frame, parts[i]);
      std::string lost;
      const Said marks = marks_of(stack, lost);
      const bool valid = marks.empty();
      const Compiled result = compile_files({{"main.ecs", stack}});
      lost += without_way_out(result);
      const bool fits = said_by(result) == marks && lost.empty();
      (valid ? accepted : rejected) += fits ? 1 : 0;
      if (!fits) wrong += fmt::format("\n{}, part {}: {}\n{}{}", section.key, i + 1, valid ? "is a valid one" : "is not rejected as marked", lost, render_all(result.sink.sorted(), *result.sources));
      if (!valid && wants_neighbour) wrong += without_neighbour(section.key, i);
      wants_neighbour = !valid;
      if (valid && result.program) write_requests(*result.program, fmt::format("{}-{}", section.key, i + 1));
    }
    if (wants_neighbour) wrong += without_neighbour(section.key, parts.size());
  }
  return {{"summary.txt", fmt::format("{} rejected, {} accepted\n{}", rejected, accepted, wrong)}};
}

}  // namespace

int main(int argc, char** argv) { return golden_main(argc, argv, {.inputs = {"frame*", "*:*"}, .expected = {"summary.txt"}, .run = run}); }
