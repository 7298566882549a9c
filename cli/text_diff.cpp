#include "cli/text_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace berth::cli {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kContext = 3;
/// Above this many pairs of lines the shortest difference is not looked for: everything between the first and the last change is shown.
constexpr std::size_t kMaxPairs = 16'000'000;

struct Edit {
  char sign = ' ';  ///< ' ', '-' or '+'
  std::string_view line;
};

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    lines.push_back(text.substr(0, newline == std::string_view::npos ? text.size() : newline + 1));
    text.remove_prefix(lines.back().size());
  }
  return lines;
}

/// The edits between a[begin, a_end) and b[begin, b_end), by the longest common subsequence.
void append_middle(std::vector<Edit>& edits, const Lines& a, const Lines& b, std::size_t begin, std::size_t a_end, std::size_t b_end) {
  const std::size_t width = b_end - begin + 1;
  const bool is_small = (a_end - begin + 1) * width <= kMaxPairs;
  std::vector<std::uint32_t> common(is_small ? (a_end - begin + 1) * width : 0, 0);
  const auto cell = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return common[(i - begin) * width + (j - begin)]; };
  if (is_small) {
    for (std::size_t i = a_end; i-- > begin;) {
      for (std::size_t j = b_end; j-- > begin;) cell(i, j) = a[i] == b[j] ? cell(i + 1, j + 1) + 1 : std::max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  std::size_t i = begin;
  std::size_t j = begin;
  while (i < a_end || j < b_end) {
    if (is_small && i < a_end && j < b_end && a[i] == b[j]) {
      edits.push_back({' ', a[i++]});
      ++j;
    } else if (i < a_end && (!is_small || j == b_end || cell(i + 1, j) >= cell(i, j + 1))) {
      edits.push_back({'-', a[i++]});
    } else {
      edits.push_back({'+', b[j++]});
    }
  }
}

std::vector<Edit> edits_between(const Lines& a, const Lines& b) {
  std::size_t begin = 0;
  while (begin < a.size() && begin < b.size() && a[begin] == b[begin]) ++begin;
  std::size_t tail = 0;
  while (tail < a.size() - begin && tail < b.size() - begin && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < begin; ++i) edits.push_back({' ', a[i]});
  append_middle(edits, a, b, begin, a.size() - tail, b.size() - tail);
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) edits.push_back({' ', a[i]});
  return edits;
}

/// "12,5"; before the first line when there is none, as diff counts.
std::string range(std::size_t first, std::size_t count) { return fmt::format("{},{}", count == 0 ? first - 1 : first, count); }

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name) {
  if (before == after) return "";
  const std::vector<Edit> edits = edits_between(lines_of(before), lines_of(after));
  std::string text = fmt::format("--- {}\n+++ {}\n", name, name);
  std::size_t a = 1;
  std::size_t b = 1;
  for (std::size_t i = 0; i < edits.size();) {
    const auto is_change = [](const Edit& edit) { return edit.sign != ' '; };
    const auto change = std::find_if(edits.begin() + static_cast<std::ptrdiff_t>(i), edits.end(), is_change);
    if (change == edits.end()) break;
    const auto first = static_cast<std::size_t>(change - edits.begin());
    const std::size_t begin = std::max(i, first - std::min(first, kContext));
    a += begin - i;
    b += begin - i;
    // The hunk goes on while the next change is near enough to share lines around it.
    std::size_t end = first;
    for (std::size_t k = first; k < edits.size() && k <= end + 2 * kContext; ++k) {
      if (is_change(edits[k])) end = k;
    }
    end = std::min(end + kContext + 1, edits.size());
    std::string lines;
    std::size_t in_a = 0;
    std::size_t in_b = 0;
    for (i = begin; i < end; ++i) {
      in_a += edits[i].sign != '+' ? 1 : 0;
      in_b += edits[i].sign != '-' ? 1 : 0;
      lines += edits[i].sign;
      lines += edits[i].line;
      if (!edits[i].line.ends_with('\n')) lines += "\n\\ No newline at end of file\n";
    }
    text += fmt::format("@@ -{} +{} @@\n{}", range(a, in_a), range(b, in_b), lines);
    a += in_a;
    b += in_b;
  }
  return text;
}

}  // namespace berth::cli
