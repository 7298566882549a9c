#include "base/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace berth {
namespace {

/// Characters that stand for themselves between quotes, by byte.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return kPlain[static_cast<unsigned char>(c)]; });
}

}  // namespace

void JsonText::line() {
  out_ += '\n';
  out_.append(depth_ * 2, ' ');
}

void JsonText::separate() {
  if (behind_key_) {
    behind_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!is_first_) out_ += ',';
  is_first_ = false;
  if (pretty_) line();
}

void JsonText::begin(char bracket) {
  separate();
  out_ += bracket;
  ++depth_;
  is_first_ = true;
}

void JsonText::end(char bracket) {
  --depth_;
  if (pretty_ && !is_first_) line();
  out_ += bracket;
  is_first_ = false;
}

void JsonText::key(std::string_view text) {
  separate();
  quote(text);
  out_ += pretty_ ? ": " : ":";
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
  quote(text);
}

void JsonText::quote(std::string_view text) {
  if (is_plain(text)) {
    out_ += '"';
    out_ += text;
    out_ += '"';
  } else {
    out_ += canonical_json(Json(text));
  }
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
