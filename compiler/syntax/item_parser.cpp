#include "compiler/syntax/item_parser.h"

#include "compiler/syntax/error_report.h"
#include "compiler/syntax/error_strategy.h"

namespace berth::syntax {

ItemParser::ItemParser(std::string_view text, LexedText& lexed, Reporter& reporter)
    : text_(text),
      lexed_(lexed),
      reporter_(reporter),
      builder_(text, lexed.tokens(), reporter),
      parser_(&lexed.stream()),
      bail_(std::make_shared<antlr4::BailErrorStrategy>()) {
  parser_.removeErrorListeners();
}

std::vector<ast::Item> ItemParser::run() {
  std::vector<ast::Item> items;
  antlr4::TokenStream& stream = lexed_.stream();
  while (stream.LA(1) != antlr4::Token::EOF) {
    const std::size_t start = stream.index();
    ++statistics_.items;
    EcsParser::TopItemContext* context = parse_fast();
    if (context == nullptr) {
      restart(start);
      context = parse_with_reports();
      if (stream.LA(1) == EcsParser::NL) stream.consume();
      if (stream.index() == start) stream.consume();
    }
    if (auto item = builder_.item(context->item())) items.push_back(std::move(*item));
    restart(stream.index());
  }
  return items;
}

/// Forgets the tree and everything about the item before.
void ItemParser::restart(std::size_t index) {
  parser_.reset();
  lexed_.stream().seek(index);
}

EcsParser::TopItemContext* ItemParser::parse_fast() {
  parser_.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::SLL);
  parser_.setErrorHandler(bail_);
  try {
    return parser_.topItem();
  } catch (const antlr4::ParseCancellationException&) {
    return nullptr;
  }
}

EcsParser::TopItemContext* ItemParser::parse_with_reports() {
  const std::size_t mistakes = mistakes_;
  if (recovering_ == nullptr) {
    recovering_ = std::make_shared<EcsErrorStrategy>(
        lexed_.tokens(), [this](antlr4::Parser& parser, antlr4::Token* offending, const antlr4::misc::IntervalSet& expected) {
          ++mistakes_;
          report_syntax_error(parser, offending, expected, text_, lexed_, reporter_);
        });
  }
  parser_.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::LL);
  parser_.setErrorHandler(recovering_);
  EcsParser::TopItemContext* context = parser_.topItem();
  if (mistakes_ == mistakes) ++statistics_.fallbacks;
  return context;
}

}  // namespace berth::syntax
