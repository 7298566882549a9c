#include "compiler/import/spelling.h"

#include <fmt/format.h>

#include "compiler/format/spelling.h"

namespace berth::importing {
namespace {

/// Characters for private use: no input that people write has them.
constexpr std::string_view kMarkOpen = "\xEE\x80\x80";   // U+E000
constexpr std::string_view kMarkClose = "\xEE\x80\x81";  // U+E001
constexpr std::size_t kShortBody = 72;
constexpr std::size_t kFewItems = 4;

/// The code point at `at` and its length; the text is UTF-8.
std::pair<std::uint32_t, std::size_t> code_point_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])); };
  const std::uint32_t first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 1 || at + length > text.size()) return {first, 1};
  std::uint32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = (value << 6U) | (byte(i) & 0x3FU);
  return {value, length};
}

/// What nobody sees, or what changes how the rest is shown.
bool is_invisible(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
         c == 0xFEFF;
}

std::string escaped(std::uint32_t c) {
  switch (c) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return fmt::format("\\u{{{:x}}}", c);
  }
}

}  // namespace

std::string parameter_mark(std::string_view parameter) { return fmt::format("{}{}{}", kMarkOpen, parameter, kMarkClose); }

std::string lone_parameter(std::string_view text) {
  if (!text.starts_with(kMarkOpen) || !text.ends_with(kMarkClose)) return "";
  const std::string_view inside = text.substr(kMarkOpen.size(), text.size() - kMarkOpen.size() - kMarkClose.size());
  return inside.find(kMarkClose) == std::string_view::npos ? std::string(inside) : "";
}

std::string without_marks(std::string_view text) {
  std::string result(text);
  for (const std::string_view mark : {kMarkOpen, kMarkClose}) {
    for (std::size_t at = result.find(mark); at != std::string::npos; at = result.find(mark, at)) result.erase(at, mark.size());
  }
  return result;
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(kMarkOpen)) {
      const std::size_t close = text.find(kMarkClose, at);
      if (close != std::string_view::npos) {
        result += fmt::format("${{{}}}", text.substr(at + kMarkOpen.size(), close - at - kMarkOpen.size()));
        at = close + kMarkClose.size();
        continue;
      }
    }
    const auto [c, length] = code_point_at(text, at);
    if (c == '"' || c == '\\' || (c == '$' && text.substr(at).starts_with("${"))) {
      result += '\\';
      result += static_cast<char>(c);
    } else if (is_invisible(c)) {
      result += escaped(c);
    } else {
      result += text.substr(at, length);
    }
    at += length;
  }
  return result + "\"";
}

std::string key_text(std::string_view name) { return format::is_name(name) ? std::string(name) : quote(name); }

std::string braces(const std::string& head, const std::vector<std::string>& items) {
  if (items.empty()) return head + " { }";
  std::size_t length = head.size();
  bool simple = items.size() <= kFewItems;
  for (const std::string& item : items) {
    length += item.size() + 2;
    simple = simple && item.find_first_of("\n{") == std::string::npos;
  }
  if (simple && length <= kShortBody) return fmt::format("{} {{ {} }}", head, fmt::join(items, ", "));
  return fmt::format("{} {{\n{}\n}}", head, fmt::join(items, "\n"));
}

std::string brackets(const std::vector<std::string>& items) { return fmt::format("[{}]", fmt::join(items, ", ")); }

}  // namespace berth::importing
