#pragma once

#include <string>
#include <string_view>

namespace berth {

/// "a cluster", "an environment".
inline std::string with_article(std::string_view word) {
  const bool is_vowel = !word.empty() && std::string_view("aeiou").find(word.front()) != std::string_view::npos;
  return std::string(is_vowel ? "an " : "a ").append(word);
}

}  // namespace berth
