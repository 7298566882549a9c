#pragma once

// What holds for the lexer by hand and any UTF-8 text: its tokens are those of the grammar. Used by a unit test and by the fuzz target.

#include <fmt/format.h>

#include <string>

#include "base/json.h"
#include "compiler/syntax/fast_lexer.h"

namespace berth::test {

/// Whether the bytes are what the compiler takes tokens of: UTF-8 without NUL and byte order mark.
inline bool is_text(const std::string& bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return false;  // a byte order mark is skipped before
  const bool is_utf8 = canonical_json(Json(bytes)) == Json(bytes).dump(-1, ' ', false, Json::error_handler_t::ignore);
  return is_utf8 && bytes.find('\0') == std::string::npos;
}

/// A line a token: type, channel, first and last code point.
inline std::string all_tokens(EcsLexer& lexer) {
  lexer.removeErrorListeners();
  std::string text;
  while (true) {
    const auto token = lexer.nextToken();
    text += fmt::format("{} {} {}-{}\n", token->getType(), token->getChannel(), token->getStartIndex(), token->getStopIndex());
    if (token->getType() == antlr4::Token::EOF) return text;
  }
}

/// Both lists of tokens where they differ; "" when they are the same.
inline std::string broken_lexer_property(const std::string& text) {
  antlr4::ANTLRInputStream input(text);
  EcsLexer generated(&input);
  const std::string expected = all_tokens(generated);
  antlr4::ANTLRInputStream again(text);
  syntax::FastLexer fast(text, &again);
  const std::string actual = all_tokens(fast);
  return actual == expected ? "" : "the text:\n" + text + "\nthe grammar's tokens:\n" + expected + "\nours:\n" + actual;
}

}  // namespace berth::test
