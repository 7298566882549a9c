#include "tests/support/diff.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace berth::test {

namespace {

/// Above this many cells the table of the longest common subsequence is not built; the middle is then shown as replaced.
constexpr std::size_t kMaximumCells = 16'000'000;
constexpr std::size_t kContext = 3;

struct Edit {
  char sign;  // ' ', '-' or '+'
  std::string_view line;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end == std::string_view::npos ? text.size() : end + 1));
    text.remove_prefix(lines.back().size());
  }
  return lines;
}

std::vector<Edit> replace_all(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::vector<Edit> edits;
  for (const auto line : a) edits.push_back({'-', line});
  for (const auto line : b) edits.push_back({'+', line});
  return edits;
}

/// Shortest edit script through the table of longest common subsequences of suffixes.
std::vector<Edit> edits_between(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  if ((a.size() + 1) * (b.size() + 1) > kMaximumCells) return replace_all(a, b);
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> common((a.size() + 1) * width, 0);
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i * width + j] =
          a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1 : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::vector<Edit> edits;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      edits.push_back({' ', a[i++]});
      ++j;
    } else if (i < a.size() && (j == b.size() || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      edits.push_back({'-', a[i++]});
    } else {
      edits.push_back({'+', b[j++]});
    }
  }
  return edits;
}

std::string visible(std::string_view line) {
  std::string text;
  const bool newline = line.ends_with('\n');
  if (newline) line.remove_suffix(1);
  const std::size_t trimmed = line.find_last_not_of(' ') + 1;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\r')
      text += "␍";
    else if (line[i] == '\t')
      text += "→";
    else if (i >= trimmed)
      text += "·";
    else
      text += line[i];
  }
  return newline ? text : text + " (no newline at end)";
}

}  // namespace

std::string unified_diff(std::string_view expected, std::string_view actual) {
  if (expected == actual) return {};
  const std::vector<Edit> edits = edits_between(lines_of(expected), lines_of(actual));
  std::vector<bool> shown(edits.size(), false);
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].sign == ' ') continue;
    const std::size_t first = i < kContext ? 0 : i - kContext;
    for (std::size_t k = first; k < std::min(edits.size(), i + kContext + 1); ++k) shown[k] = true;
  }
  std::string text;
  std::size_t line_a = 1;
  std::size_t line_b = 1;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (shown[i]) {
      if (i == 0 || !shown[i - 1]) text += fmt::format("@@ -{} +{} @@\n", line_a, line_b);
      text += fmt::format("{}{}\n", edits[i].sign,
                          edits[i].sign == ' ' && edits[i].line.ends_with('\n')
                              ? std::string(edits[i].line.substr(0, edits[i].line.size() - 1))
                              : visible(edits[i].line));
    }
    if (edits[i].sign != '+') ++line_a;
    if (edits[i].sign != '-') ++line_b;
  }
  return text;
}

}  // namespace berth::test
