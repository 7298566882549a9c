#include "base/printable.h"

#include <vector>

#include "base/text_width.h"

namespace berth {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kCut = " … ";

bool is_plain(std::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || static_cast<unsigned char>(c) >= 0x7F) return false;
  }
  return true;
}

/// Offset behind the first `count` characters.
std::size_t behind(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += first_code_point(text.substr(at)).bytes;
  return at;
}

/// At most `limit` characters: the first two thirds and the last ones of a longer text. Reads no more of it than that.
std::string clipped(std::string_view text, std::size_t limit) {
  if (text.size() <= limit || behind(text, limit) == text.size()) return std::string(text);
  const std::size_t head = behind(text, limit * 2 / 3);
  std::size_t tail = text.size();
  for (std::size_t count = limit / 3; count > 0 && tail > head; --count) {
    do --tail;
    while (tail > head && (static_cast<unsigned char>(text[tail]) & 0xC0) == 0x80);
  }
  return std::string(text.substr(0, head)).append(kCut).append(text.substr(tail));
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  const std::string all = clipped(text, limit);
  if (is_plain(all)) return all;
  std::string shown;
  shown.reserve(all.size());
  for (std::string_view rest = all; !rest.empty();) {
    const CodePoint next = first_code_point(rest);
    const bool invalid = next.value == 0xFFFD && next.bytes == 1;
    shown += rest.front() != '\n' && (invalid || is_unprintable(next.value)) ? kReplacement : rest.substr(0, next.bytes);
    rest.remove_prefix(next.bytes);
  }
  return shown;
}

}  // namespace berth
