#include "tests/support/golden.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "base/file_system.h"
#include "tests/support/diff.h"

namespace berth::test {

namespace {

bool matches_any(std::string_view name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches_pattern(name, pattern); });
}

std::string check_names(const CaseFile& file, const Suite& suite) {
  std::string problems;
  for (const CaseSection& section : file.sections) {
    if (matches_any(section.name, suite.inputs) || matches_any(section.name, suite.expected)) continue;
    problems += fmt::format("unknown section `{}`: this suite has the inputs {} and expects {}\n", section.name,
                            fmt::join(suite.inputs, ", "), fmt::join(suite.expected, ", "));
  }
  return problems;
}

bool is_expected(const CaseSection& section, const Suite& suite) {
  return matches_any(section.name, suite.expected) && !matches_any(section.name, suite.inputs);
}

std::string check_outputs(const CaseFile& file, const Suite& suite, const std::map<std::string, std::string>& actual) {
  std::string problems;
  bool has_expectation = false;
  for (const CaseSection& section : file.sections) {
    if (!is_expected(section, suite)) continue;
    has_expectation = true;
    const auto found = actual.find(section.key);
    if (found == actual.end()) {
      problems += fmt::format("section `{}` is expected, but the run has no such result\n", section.key);
    } else if (found->second != section.text) {
      problems +=
          fmt::format("section `{}` differs (- expected, + actual):\n{}", section.key, unified_diff(section.text, found->second));
    }
  }
  for (const auto& [key, text] : actual) {
    if (text.empty() || file.find(key) != nullptr) continue;
    problems += fmt::format("section `{}` is missing in the case; the run produced:\n{}", key, unified_diff("", text));
  }
  if (!has_expectation && problems.empty()) problems += "the case expects nothing: it has no expected section\n";
  return problems;
}

int run_file(const std::string& path, const std::string& program, const Suite& suite, bool accept) {
  const RealFileSystem disk;
  const auto text = disk.read(path);
  if (!text) return std::fprintf(stderr, "%s\n", text.error().message.c_str()), 1;
  const auto file = parse_case(path, *text);
  if (!file) return std::fprintf(stderr, "%s\n", file.error().message.c_str()), 1;
  if (accept && check_names(*file, suite).empty()) {
    const std::string rewritten = print_case(accept_case(*file, suite));
    if (rewritten == *text) return 0;
    const auto written = write_file_atomically(path, rewritten, 0644);
    if (!written) return std::fprintf(stderr, "%s\n", written.error().message.c_str()), 1;
    std::printf("accepted %s\n", path.c_str());
    return 0;
  }
  const std::string problems = check_case(*file, suite);
  if (problems.empty()) return 0;
  std::fprintf(stderr, "%s: FAILED\n%s%s\nTo accept the new text, then read the git diff:\n  BERTH_ACCEPT=1 %s %s\n",
               path.c_str(), file->comment.c_str(), problems.c_str(), program.c_str(), path.c_str());
  return 1;
}

}  // namespace

bool matches_pattern(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t skipped = 0; skipped <= name.size(); ++skipped) {
    if (matches_pattern(name.substr(skipped), pattern)) return true;
  }
  return false;
}

std::string check_case(const CaseFile& file, const Suite& suite) {
  const std::string problems = check_names(file, suite);
  if (!problems.empty()) return problems;
  return check_outputs(file, suite, suite.run(file));
}

CaseFile accept_case(const CaseFile& file, const Suite& suite) {
  const std::map<std::string, std::string> actual = suite.run(file);
  CaseFile accepted = file;
  std::erase_if(accepted.sections,
                [&](const CaseSection& section) { return is_expected(section, suite) && !actual.contains(section.key); });
  for (const auto& [key, text] : actual) {
    if (!text.empty() || accepted.find(key) != nullptr) accepted.set(key, text);
  }
  return accepted;
}

int golden_main(int argc, char** argv, const Suite& suite) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CASE...   (BERTH_ACCEPT=1 rewrites the expected sections)\n", argv[0]);
    return 64;
  }
  const char* accept_text = std::getenv("BERTH_ACCEPT");
  const bool accept = accept_text != nullptr && std::string_view(accept_text) == "1";
  int failed = 0;
  for (int i = 1; i < argc; ++i) failed += run_file(argv[i], argv[0], suite, accept);
  return failed == 0 ? 0 : 1;
}

}  // namespace berth::test
