#pragma once

#include <antlr4-runtime.h>

#include <deque>
#include <memory>
#include <vector>

/// What the generated lexer cannot say in its grammar:
///  1. the newline rule: an NL token ends an item; where the line plainly goes on, the NL is on the hidden channel;
///  2. exactly one visible NL before EOF (none in an empty file);
///  3. `}` without an open mode is no exception: the stray brace is reported by the compiler.
class EcsLexerBase : public antlr4::Lexer {
 public:
  using antlr4::Lexer::Lexer;
  size_t popMode() override;
  std::unique_ptr<antlr4::Token> nextToken() override;
  void reset() override;

 protected:
  using TokenPtr = std::unique_ptr<antlr4::Token>;
  /// The next token of the text, before the newline rule.
  virtual TokenPtr raw_token() { return Lexer::nextToken(); }

 private:
  void fetch();
  void fetch_newline(TokenPtr newline);
  void push_visible(TokenPtr token);
  void push_end(TokenPtr end);
  /// Whether newlines mean nothing here: inside `( )` and `${ }`.
  [[nodiscard]] bool newlines_are_blank() const;
  void track_bracket(size_t type);
  void close_bracket(size_t opener);

  std::deque<TokenPtr> pending_;
  std::vector<size_t> open_;  ///< token types of the open brackets
  size_t last_ = 0;           ///< type of the last visible token; 0 before the first
};
