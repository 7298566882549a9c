#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "grammar/EcsLexer.h"

namespace berth::syntax {

/// The tokens of grammar/EcsLexer.g4, found by hand: the generated lexer walks its automaton under a lock for every character, which was a third of
/// the time of a compile. The grammar says what the tokens are; a test and a fuzz target hold the two equal.
class FastLexer final : public EcsLexer {
 public:
  /// `text` is what `input` was made of, and outlives this.
  FastLexer(std::string_view text, antlr4::CharStream* input) : EcsLexer(input), text_(text) {}

 protected:
  TokenPtr raw_token() override;

 private:
  enum class Mode : std::uint8_t { plain, line_string, block_string };

  /// The byte at an offset from where scanning is; 0 behind the end (a text has no NUL).
  [[nodiscard]] char peek(std::size_t offset = 0) const { return at_ + offset < text_.size() ? text_[at_ + offset] : '\0'; }
  [[nodiscard]] bool next_is(std::string_view expected) const { return text_.compare(at_, expected.size(), expected) == 0; }
  /// The token of type `kind`, on the channel `where`, that ends `length` bytes from here; moves behind it.
  TokenPtr take(std::size_t kind, std::size_t length, std::size_t where = antlr4::Token::DEFAULT_CHANNEL);
  TokenPtr take_entering(std::size_t kind, std::size_t length, Mode inside);
  TokenPtr take_leaving(std::size_t kind, std::size_t length);
  [[nodiscard]] std::size_t line_rest(std::size_t from) const;
  [[nodiscard]] std::size_t character_length() const;
  TokenPtr plain();
  TokenPtr word();
  TokenPtr number();
  TokenPtr raw_string();
  TokenPtr quoted();
  TokenPtr sign();
  TokenPtr in_line_string();
  TokenPtr in_block_string();

  std::string_view text_;
  std::size_t at_ = 0;         ///< in bytes
  std::size_t character_ = 0;  ///< the same in code points, as ANTLR counts
  Mode mode_ = Mode::plain;
  std::vector<Mode> modes_;  ///< to go back to
};

}  // namespace berth::syntax
