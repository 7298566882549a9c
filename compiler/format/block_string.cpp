#include "compiler/format/block_string.h"

#include <algorithm>

namespace berth::format {
namespace {

constexpr std::string_view kBlanks = " \t";

/// The blanks before the closing quotes when these stand alone on their line.
std::optional<std::string_view> closing_indentation(std::string_view last) {
  const std::size_t newline = last.rfind('\n');
  if (newline == std::string_view::npos) return std::nullopt;
  const std::string_view rest = last.substr(newline + 1);
  return rest.find_first_not_of(kBlanks) == std::string_view::npos ? std::optional(rest) : std::nullopt;
}

std::string_view without_prefix(std::string_view line, std::string_view prefix) {
  const auto [end, ignored] = std::mismatch(line.begin(), line.end(), prefix.begin(), prefix.end());
  return line.substr(static_cast<std::size_t>(end - line.begin()));
}

}  // namespace

std::string with_plain_line_ends(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_line_end = text.compare(i, 2, "\r\n") == 0 && (i == 0 || text[i - 1] != '\r');
    if (!is_line_end) out += text[i];
  }
  return out;
}

std::optional<std::vector<std::string>> reindent(const std::vector<std::string_view>& texts, std::string_view indentation) {
  const auto old = closing_indentation(texts.back());
  if (!old) return std::nullopt;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string text = with_plain_line_ends(texts[i]);
    const bool is_last = i + 1 == texts.size();
    std::string& result = out.emplace_back();
    std::size_t begin = 0;
    for (bool line_start = false; begin <= text.size(); line_start = true) {
      const std::size_t newline = text.find('\n', begin);
      const bool ends_here = newline == std::string::npos;
      std::string_view line = std::string_view(text).substr(begin, ends_here ? std::string_view::npos : newline - begin);
      const bool is_opening = i == 0 && !line_start;
      if (is_opening && !ends_here && line.find_first_not_of(" \t\r") == std::string_view::npos) line = {};
      if (line_start) line = without_prefix(line, *old);
      // Where the line goes on with an interpolation or the closing quotes, it is not empty.
      if (line_start && (ends_here || !line.empty())) result += indentation;
      if (ends_here && is_last && line_start) line = {};
      result += line;
      if (ends_here) break;
      result += '\n';
      begin = newline + 1;
    }
  }
  return out;
}

}  // namespace berth::format
