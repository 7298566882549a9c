#pragma once

#include <antlr4-runtime.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/syntax/fast_lexer.h"
#include "compiler/syntax/token.h"

namespace berth::syntax {

/// A text, lexed once: as ANTLR's token stream for the parser, and as neutral tokens with byte offsets for everybody else.
class LexedText {
 public:
  /// `text` must be valid UTF-8.
  explicit LexedText(const std::string& text);
  LexedText(const LexedText&) = delete;
  LexedText& operator=(const LexedText&) = delete;

  /// All of them, with comments and hidden newlines; the same indices as in `stream()`. The last one is `end`.
  [[nodiscard]] const Tokens& tokens() const { return tokens_; }
  [[nodiscard]] antlr4::CommonTokenStream& stream() { return stream_; }

 private:
  [[nodiscard]] std::uint32_t byte_offset(std::size_t code_point) const;

  antlr4::ANTLRInputStream input_;
  FastLexer lexer_;
  antlr4::CommonTokenStream stream_;
  std::vector<std::uint32_t> byte_offsets_;  ///< by code point; empty when every character is one byte
  Tokens tokens_;
};

}  // namespace berth::syntax
