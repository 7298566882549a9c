#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::syntax {

/// What the checks before the parser tell apart.
enum class TokenKind : std::uint8_t {
  other,
  word,               ///< names, keywords and numbers
  newline,            ///< visible where it ends an item
  comma,
  binary_operator,    ///< also `.` and `?.`: they nest what is left of them
  unary_operator,     ///< `not` (a `-` is a binary_operator)
  keyword_if,
  open_brace,
  open_bracket,
  open_parenthesis,
  open_interpolation, ///< `${`
  close_brace,
  close_bracket,
  close_parenthesis,
  line_string_open,   ///< `"` of a string that is interpolated or never closed
  line_string_close,
  line_string_end,    ///< the newline that ended a string instead of a `"`
  block_string_open,  ///< `"""`
  block_string_close,
  string_text,
  raw_block_string,   ///< `r"""…"""`
  raw_unclosed,       ///< `r"` and the rest of its line
  raw_block_unclosed, ///< an `r"""` that no `"""` follows
  bad,                ///< a character that the language does not have
  comment,
  doc_comment,
  end,
};

/// A token and its byte offsets in the text it was read from.
struct Token {
  TokenKind kind = TokenKind::other;
  bool visible = true;  ///< whether the parser sees it
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

using Tokens = std::vector<Token>;

/// The tokens of a text, which must be valid UTF-8; the last one is `end`.
Tokens read_tokens(const std::string& text);

/// The first token that is nested deeper than `limit` brackets, `if`s and operators, or null. Linear, and it does not recurse: it is what
/// lets everything after it recurse.
const Token* find_too_deep(const Tokens& tokens, std::size_t limit);

[[nodiscard]] constexpr bool is_opener(TokenKind kind) {
  return kind >= TokenKind::open_brace && kind <= TokenKind::open_interpolation;
}
[[nodiscard]] constexpr bool is_closer(TokenKind kind) {
  return kind >= TokenKind::close_brace && kind <= TokenKind::close_parenthesis;
}
/// Whether `closer` ends what `opener` began.
[[nodiscard]] constexpr bool matches(TokenKind opener, TokenKind closer) {
  switch (closer) {
    case TokenKind::close_brace: return opener == TokenKind::open_brace || opener == TokenKind::open_interpolation;
    case TokenKind::close_bracket: return opener == TokenKind::open_bracket;
    case TokenKind::close_parenthesis: return opener == TokenKind::open_parenthesis;
    default: return false;
  }
}

}  // namespace berth::syntax
