#pragma once

#include <functional>
#include <vector>

#include "compiler/syntax/token.h"
#include "grammar/EcsParser.h"

namespace berth::syntax {

/// Item-level recovery: one mistake is one report. After it the parser goes on behind the item it is in, never behind the block around
/// it, and nothing is invented or left out to make the tokens fit.
class EcsErrorStrategy : public antlr4::DefaultErrorStrategy {
 public:
  /// Told about the mistake at `offending`; `expected` is what could have stood there.
  using Listener = std::function<void(antlr4::Parser& parser, antlr4::Token* offending, const antlr4::misc::IntervalSet& expected)>;

  /// `tokens` are those of the parser's stream, with balanced brackets.
  EcsErrorStrategy(const Tokens& tokens, Listener listener);

  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) override;
  void recover(antlr4::Parser* parser, std::exception_ptr error) override;
  antlr4::Token* recoverInline(antlr4::Parser* parser) override;
  void sync(antlr4::Parser* parser) override;

 private:
  [[nodiscard]] int body_depth(antlr4::Parser& parser) const;
  void skip_item(antlr4::Parser& parser, int depth) const;

  std::vector<int> depth_;  ///< brackets around each token; those of a closer include its own
  Listener listener_;
};

}  // namespace berth::syntax
