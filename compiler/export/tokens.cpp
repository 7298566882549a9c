#include "compiler/export/tokens.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace berth::exporting {
namespace {

/// Characters for private use, which no setting of ECS may have.
constexpr std::string_view kBegin = "\xF3\xB0\x80\x80";
constexpr std::string_view kEnd = "\xF3\xB0\x80\x81";

}  // namespace

std::string Tokens::mark(const std::string& meaning) {
  const auto [known, added] = numbers_.emplace(meaning, meanings_.size());
  if (added) meanings_.push_back(meaning);
  return fmt::format("{}{}{}", kBegin, known->second, kEnd);
}

std::vector<Tokens::Piece> Tokens::pieces(std::string_view text) const {
  std::vector<Piece> all;
  std::string plain;
  while (!text.empty()) {
    const std::size_t begin = text.find(kBegin);
    const std::size_t end = begin == std::string_view::npos ? begin : text.find(kEnd, begin);
    if (end == std::string_view::npos) break;
    const std::string_view number = text.substr(begin + kBegin.size(), end - begin - kBegin.size());
    std::size_t index = meanings_.size();
    std::from_chars(number.data(), number.data() + number.size(), index);
    plain += text.substr(0, begin);
    text.remove_prefix(end + kEnd.size());
    if (index >= meanings_.size()) continue;
    if (!plain.empty()) all.push_back({std::exchange(plain, ""), false});
    all.push_back({meanings_[index], true});
  }
  plain += text;
  if (!plain.empty() || all.empty()) all.push_back({std::move(plain), false});
  return all;
}

Json Tokens::replaced(const Json& document, const Expression& expression) const {
  if (document.is_object()) {
    Json object = Json::object();
    for (const auto& [key, value] : document.items()) object[key] = replaced(value, expression);
    return object;
  }
  if (document.is_array()) {
    Json array = Json::array();
    for (const Json& item : document) array.push_back(replaced(item, expression));
    return array;
  }
  if (!document.is_string()) return document;
  const std::vector<Piece> parts = pieces(document.get_ref<const std::string&>());
  const bool has_mark = std::any_of(parts.begin(), parts.end(), [](const Piece& piece) { return piece.is_mark; });
  return has_mark ? expression(parts) : document;
}

}  // namespace berth::exporting
