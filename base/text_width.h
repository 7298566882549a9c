#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth {

/// One character of UTF-8 text.
struct CodePoint {
  /// U+FFFD for bytes that are not UTF-8.
  char32_t value = 0;
  /// Bytes it takes in the text; 1 for a byte that is not UTF-8.
  std::size_t bytes = 1;
};

/// The first character of `text`, which must not be empty.
CodePoint first_code_point(std::string_view text);

/// Columns a terminal gives the character: 0 for combining marks, 2 for East Asian wide characters and emoji, else 1.
int code_point_width(char32_t value);

/// Columns the text takes on a terminal, without control characters and tabs in mind.
int display_width(std::string_view text);

/// Whether printing the character could move the cursor, change colours or reorder the line (control and bidirectional
/// characters).
bool is_unprintable(char32_t value);

}  // namespace berth
