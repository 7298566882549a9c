#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/syntax/ast_builder.h"
#include "compiler/syntax/lexed_text.h"
#include "compiler/syntax/reporter.h"

namespace berth::syntax {

/// How the items of a text were read.
struct ParseStatistics {
  std::size_t items = 0;
  std::size_t fallbacks = 0;  ///< items that only the slow prediction could read; without mistakes there should be none
};

/// Reads a text with balanced brackets item by item: each with the fast SLL prediction, and again with LL and recovery when that fails.
/// The parse tree of an item is released before the next, so memory does not grow with the file but for the AST.
class ItemParser {
 public:
  ItemParser(std::string_view text, LexedText& lexed, Reporter& reporter);
  std::vector<ast::Item> run();
  [[nodiscard]] const ParseStatistics& statistics() const { return statistics_; }

 private:
  EcsParser::TopItemContext* parse_fast();
  EcsParser::TopItemContext* parse_with_reports();
  void restart(std::size_t index);

  std::string_view text_;
  LexedText& lexed_;
  Reporter& reporter_;
  AstBuilder builder_;
  EcsParser parser_;
  std::shared_ptr<antlr4::ANTLRErrorStrategy> bail_;
  std::shared_ptr<antlr4::ANTLRErrorStrategy> recovering_;  ///< made with the first mistake
  std::size_t mistakes_ = 0;
  ParseStatistics statistics_;
};

}  // namespace berth::syntax
