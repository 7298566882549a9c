#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth {

/// Characters of a user's text that a sentence repeats at most.
inline constexpr std::size_t kLongestSentence = 1000;

/// `text` as it may go to a terminal or a log: characters that could control it, and bytes that are not UTF-8, become U+FFFD; line ends stay.
/// What is longer than `limit` characters is cut in the middle.
std::string printable(std::string_view text, std::size_t limit = kLongestSentence);

}  // namespace berth
