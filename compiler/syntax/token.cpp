#include "compiler/syntax/token.h"

namespace berth::syntax {

const Token* find_too_deep(const Tokens& tokens, std::size_t limit) {
  // Per open bracket, what the expression before it has nested so far; `depth` is the sum of all of them and the brackets.
  std::vector<std::size_t> levels = {0};
  std::size_t depth = 0;
  TokenKind before = TokenKind::newline;
  for (const Token& token : tokens) {
    if (!token.visible) continue;
    if (is_opener(token.kind)) {
      if (is_closer(before)) {  // `f(1)(2)` nests the first call in the second
        ++levels.back();
        ++depth;
      }
      levels.push_back(0);
      ++depth;
    } else if (is_closer(token.kind) && levels.size() > 1) {
      depth -= levels.back() + 1;
      levels.pop_back();
    } else if (token.kind == TokenKind::newline || token.kind == TokenKind::comma) {
      depth -= levels.back();
      levels.back() = 0;
    } else if (token.kind == TokenKind::binary_operator || token.kind == TokenKind::unary_operator ||
               token.kind == TokenKind::keyword_if) {
      ++levels.back();
      ++depth;
    }
    if (depth > limit) return &token;
    before = token.kind;
  }
  return nullptr;
}

}  // namespace berth::syntax
