#include "planner/markup.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/printable.h"

namespace berth::plan {
namespace {

/// Characters of one value that a page repeats at most.
constexpr std::size_t kLongestValue = 400;

/// Hands the pieces of a message to `plain` and `code` in turn: what stands between two backticks is code.
template <class Plain, class Code>
std::string by_backticks(std::string_view text, Plain plain, Code code) {
  std::string result;
  while (!text.empty()) {
    const std::size_t open = text.find('`');
    const std::size_t close = open == std::string_view::npos ? open : text.find('`', open + 1);
    if (close == std::string_view::npos) return result + plain(text);
    result += plain(text.substr(0, open));
    if (close > open + 1) result += code(text.substr(open + 1, close - open - 1));
    text.remove_prefix(close + 1);
  }
  return result;
}

std::size_t longest_run(std::string_view text, char wanted) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == wanted ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

/// On one line, since a line's end also ends a table's row.
std::string one_line(std::string_view text, std::size_t limit) {
  std::string line = printable(text, limit);
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::replace(line.begin(), line.end(), '\t', ' ');
  return line;
}

std::string markdown_plain(std::string_view text) {
  constexpr std::string_view kMarks = "\\`*_{}[]<>|~#";
  std::string result;
  for (const char c : one_line(text, kLongestSentence)) {
    if (kMarks.find(c) != std::string_view::npos) result += '\\';
    if (c == '&') result += "&amp;";
    else result += c;
    if (c == '@') result += "\u200b";  // nobody is called by a name in a tag
  }
  return result;
}

std::string url_path(std::string_view path) {
  std::string result;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos) result += c;
    else result += fmt::format("%{:02X}", byte);
  }
  return result;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Takes ":14" from the end of `text`; "" when there is none.
std::string_view take_number(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_number(text.substr(colon + 1))) return {};
  const std::string_view number = text.substr(colon + 1);
  text.remove_suffix(text.size() - colon);
  return number;
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string result;
  for (const char c : printable(text, kLongestSentence)) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string html_prose(std::string_view text) {
  return by_backticks(text, html_text, [](std::string_view code) { return "<code>" + html_text(code) + "</code>"; });
}

std::string markdown_code(std::string_view text) {
  const std::string line = one_line(text, kLongestValue);
  const std::string fence(longest_run(line, '`') + 1, '`');
  const bool pad = line.empty() || line.front() == '`' || line.back() == '`';
  std::string escaped;
  for (const char c : line) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return fmt::format("{0}{1}{2}{1}{0}", fence, pad ? " " : "", escaped);
}

std::string markdown_prose(std::string_view text) { return by_backticks(text, markdown_plain, markdown_code); }

PlaceLink link_of(const std::string& place, std::string_view base) {
  std::string_view path = place;
  std::string_view line = take_number(path);
  if (const std::string_view earlier = take_number(path); !earlier.empty()) line = earlier;
  if (line.empty()) return {.label = place, .url = ""};
  if (path.rfind("./", 0) == 0) path.remove_prefix(2);
  PlaceLink link{.label = fmt::format("{}:{}", path, line), .url = ""};
  const bool outside = path.empty() || path.front() == '/' || (!base.empty() && path.rfind("../", 0) == 0);
  if (outside) return link;
  const bool slash = !base.empty() && base.back() != '/';
  link.url = fmt::format("{}{}{}#L{}", base, slash ? "/" : "", url_path(path), line);
  return link;
}

std::string markdown_link(const std::string& place, std::string_view base) {
  if (place.empty()) return "";
  const PlaceLink link = link_of(place, base);
  if (link.url.empty()) return markdown_code(link.label);
  return fmt::format("[{}]({})", markdown_plain(link.label), link.url);
}

std::string html_link(const std::string& place, std::string_view base) {
  const PlaceLink link = link_of(place, base);
  if (link.url.empty() || base.empty()) return html_text(link.label);
  return fmt::format("<a href=\"{}\">{}</a>", html_text(link.url), html_text(link.label));
}

}  // namespace berth::plan
