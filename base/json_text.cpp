#include "base/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace berth {
namespace {

/// Characters that stand for themselves between quotes, by byte.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

/// Eight bytes at a time: whether each is plain.
bool are_plain(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t word) { return (word - kOnes) & ~word & kHigh; };
  const std::uint64_t below_blank = (bytes - kOnes * 0x20) & ~bytes & kHigh;
  return (below_blank | (bytes & kHigh) | has_zero(bytes ^ (kOnes * '"')) | has_zero(bytes ^ (kOnes * '\\'))) == 0;
}

bool is_plain(std::string_view text) {
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    if (!are_plain(bytes)) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), [](char c) { return kPlain[static_cast<unsigned char>(c)]; });
}

}  // namespace

void JsonText::line(bool behind_comma) {
  static constexpr std::size_t kMargin = 64;
  static constexpr auto kBreak = [] {
    std::array<char, 2 + kMargin> text{',', '\n'};
    std::fill(text.begin() + 2, text.end(), ' ');
    return text;
  }();
  const std::size_t margin = depth_ * 2;
  const std::size_t comma = behind_comma ? 0 : 1;
  out_.append(kBreak.data() + comma, 2 - comma + std::min(margin, kMargin));
  if (margin > kMargin) out_.append(margin - kMargin, ' ');
}

void JsonText::separate() {
  if (behind_key_) {
    behind_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  const bool is_first = is_first_;
  is_first_ = false;
  if (pretty_) {
    line(!is_first);
  } else if (!is_first) {
    out_ += ',';
  }
}

void JsonText::begin(char bracket) {
  separate();
  out_ += bracket;
  ++depth_;
  is_first_ = true;
}

void JsonText::end(char bracket) {
  --depth_;
  if (pretty_ && !is_first_) line(false);
  out_ += bracket;
  is_first_ = false;
}

void JsonText::key(std::string_view text) {
  separate();
  quote(text, pretty_ ? ": " : ":");
  behind_key_ = true;
}

void JsonText::scalar(std::string_view text) {
  separate();
  out_ += text;
}

void JsonText::integer(std::int64_t value) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  scalar({digits, static_cast<std::size_t>(end - digits)});
}

void JsonText::string(std::string_view text) {
  separate();
  quote(text, "");
}

void JsonText::quote(std::string_view text, std::string_view after) {
  constexpr std::size_t kShort = 200;
  if (!is_plain(text)) {
    out_.append(canonical_json(Json(text))).append(after);
    return;
  }
  if (text.size() > kShort) {
    out_.append("\"").append(text).append("\"").append(after);
    return;
  }
  // Most of a large document: together, since appending costs as much as ten characters do.
  std::array<char, kShort + 4> quoted;
  char* end = quoted.data();
  *end++ = '"';
  end = std::copy(text.begin(), text.end(), end);
  *end++ = '"';
  end = std::copy(after.begin(), after.end(), end);
  out_.append(quoted.data(), static_cast<std::size_t>(end - quoted.data()));
}

void JsonText::elements(std::string_view written) {
  out_ += written;
  is_first_ = false;
}

JsonText JsonText::continues(std::string& out, const JsonText& other, bool is_first) {
  JsonText text(out, other.pretty_ ? Form::pretty : Form::canonical);
  text.depth_ = other.depth_;
  text.is_first_ = is_first;
  return text;
}

void JsonText::value(const Json& tree) {
  if (tree.is_object()) {
    begin_object();
    for (const auto& [name, item] : tree.items()) {
      key(name);
      value(item);
    }
    end_object();
  } else if (tree.is_array()) {
    begin_array();
    for (const Json& item : tree) value(item);
    end_array();
  } else if (tree.is_string()) {
    string(tree.get_ref<const std::string&>());
  } else {
    scalar(canonical_json(tree));
  }
}

}  // namespace berth
