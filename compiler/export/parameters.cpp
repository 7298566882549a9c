#include "compiler/export/parameters.h"

#include <cctype>

#include <fmt/format.h>

#include "base/hash.h"

namespace berth::exporting {

std::string pascal_words(std::string_view text) {
  std::string result;
  bool begins = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) == 0) {
      begins = true;
      continue;
    }
    result += begins ? static_cast<char>(std::toupper(byte)) : c;
    begins = false;
  }
  return result;
}

std::string snake_words(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_word = std::isalnum(byte) != 0 || c == '_';
    result += is_word ? static_cast<char>(std::tolower(byte)) : '_';
  }
  return result;
}

const std::string& UniqueNames::of(const std::string& key, const std::string& wanted) {
  const auto [place, added] = names_.emplace(key, wanted);
  if (!added) return place->second;
  const int count = ++taken_[wanted];
  if (count > 1) place->second = fmt::format("{}{}", wanted, count);
  return place->second;
}

const SensitiveInputs::Input& SensitiveInputs::of(const ir::Address& owner, const std::string& setting, const ir::Value& value) {
  // By a hash: the text itself stays where it is kept safe.
  const auto [place, added] = inputs_.emplace(sha256_hex(value.as_sensitive()->text->reveal()), Input{});
  if (added) place->second = {.number = inputs_.size() - 1, .setting = fmt::format("{}.{}", owner.name, setting)};
  return place->second;
}

}  // namespace berth::exporting
