#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/edited_text.h"
#include "compiler/syntax/token.h"

namespace berth::syntax {

/// A run of characters that no token begins with: what to say about it, and how to go on.
struct BadCharacters {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string message;
  std::vector<std::string> helps;
  std::optional<Edit> fix;  ///< for the user; only where it is certain
  Edit repair;              ///< for us
};

/// Describes the run that begins at the token `index`, in a line that ends at `line_end`, inside of brackets or not.
BadCharacters describe_bad_characters(std::string_view text, const Tokens& tokens, std::size_t index, std::uint32_t line_end,
                                      bool inside_brackets);

}  // namespace berth::syntax
