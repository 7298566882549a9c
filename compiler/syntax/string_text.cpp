#include "compiler/syntax/string_text.h"

#include <optional>

namespace berth::syntax {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3F));
  } else {
    put(0xF0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3F));
    put(0x80 | ((code_point >> 6) & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
}

std::optional<std::uint32_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint32_t>(c - 'A' + 10);
  return std::nullopt;
}

/// The `\u{…}` at the beginning of `text`: its length (0 when it is none) and its code point.
std::pair<std::size_t, std::uint32_t> read_unicode_escape(std::string_view text) {
  if (text.substr(0, 3) != "\\u{") return {0, 0};
  std::uint32_t value = 0;
  std::size_t at = 3;
  for (; at < text.size() && at < 9; ++at) {
    const auto digit = hex_digit(text[at]);
    if (!digit) break;
    value = value * 16 + *digit;
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (at == 3 || at >= text.size() || text[at] != '}' || value == 0 || value > 0x10FFFF || surrogate) return {0, 0};
  return {at + 1, value};
}

std::optional<char> simple_escape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '\\': case '"': case '$': return c;
    default: return std::nullopt;
  }
}

std::size_t character_length(std::string_view text, std::size_t at) {
  std::size_t length = 1;
  while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xC0) == 0x80) ++length;
  return length;
}

/// The blanks before the closing quotes when these stand alone on their line.
std::optional<std::string_view> closing_indentation(std::string_view last) {
  const std::size_t newline = last.rfind('\n');
  if (newline == std::string_view::npos) return std::nullopt;
  const std::string_view rest = last.substr(newline + 1);
  return rest.find_first_not_of(" \t") == std::string_view::npos ? std::optional(rest) : std::nullopt;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  std::size_t length = 0;
  while (length < a.size() && length < b.size() && a[length] == b[length]) ++length;
  return length;
}

/// Keeps text[begin, end) as pieces: `\r\n` is split behind the dropped `\r`.
void keep(Chunk& chunk, std::size_t begin, std::size_t end) {
  const std::string_view text = chunk.text;
  for (std::size_t from = begin; from < end;) {
    const std::size_t carriage = text.substr(0, end).find("\r\n", from);
    const std::size_t to = carriage == std::string_view::npos ? end : carriage;
    if (to > from) chunk.pieces.push_back({from, text.substr(from, to - from)});
    from = carriage == std::string_view::npos ? end : carriage + 1;
  }
}

}  // namespace

std::string decode_escapes(std::string_view text, bool multiline, const BadEscape& bad_escape) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      out += text[at++];
      continue;
    }
    const bool ends_line = at + 1 == text.size() || text[at + 1] == '\n' || text[at + 1] == '\r';
    if (ends_line && multiline) {
      out += text[at++];
    } else if (const auto simple = ends_line ? std::nullopt : simple_escape(text[at + 1])) {
      out += *simple;
      at += 2;
    } else if (const auto [length, code_point] = read_unicode_escape(text.substr(at)); length > 0) {
      append_utf8(out, code_point);
      at += length;
    } else {
      const std::size_t escape = ends_line ? 1 : 1 + character_length(text, at + 1);
      bad_escape(at, escape);
      out += text.substr(at, escape);
      at += escape;
    }
  }
  return out;
}

void remove_indentation(std::vector<Chunk>& chunks) {
  if (chunks.empty()) return;
  const auto indentation = closing_indentation(chunks.back().text);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    Chunk& chunk = chunks[i];
    const std::string_view text = chunk.text;
    std::size_t begin = 0;
    std::size_t end = text.size();
    if (i + 1 == chunks.size() && indentation) {
      end = text.size() - indentation->size() - 1;  // the closing line and the newline before it
      if (end > 0 && text[end - 1] == '\r') --end;
    }
    bool line_start = false;
    if (i == 0) {
      std::size_t rest = 0;
      while (rest < text.size() && (is_blank(text[rest]) || text[rest] == '\r')) ++rest;
      if (rest < text.size() && text[rest] == '\n') {
        begin = rest + 1;
        line_start = true;
      }
    }
    while (begin < end) {
      if (line_start && indentation) begin += common_prefix(text.substr(begin, end - begin), *indentation);
      const std::size_t newline = text.substr(0, end).find('\n', begin);
      const std::size_t next = newline == std::string_view::npos ? end : newline + 1;
      keep(chunk, begin, next);
      begin = next;
      line_start = true;
    }
  }
}

}  // namespace berth::syntax
