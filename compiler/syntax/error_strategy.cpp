#include "compiler/syntax/error_strategy.h"

namespace berth::syntax {

using antlr4::Parser;

namespace {

/// Whether its `{` was there.
bool has_begun(const EcsParser::BodyContext& body) { return body.start != nullptr && body.start->getType() == EcsParser::LBRACE; }

}  // namespace

EcsErrorStrategy::EcsErrorStrategy(const Tokens& tokens, Listener listener) : listener_(std::move(listener)) {
  depth_.reserve(tokens.size());
  int depth = 0;
  for (const Token& token : tokens) {
    depth_.push_back(depth);
    if (is_opener(token.kind)) ++depth;
    if (is_closer(token.kind)) --depth;
  }
}

void EcsErrorStrategy::reportError(Parser* parser, const antlr4::RecognitionException& error) {
  if (inErrorRecoveryMode(parser)) return;
  beginErrorCondition(parser);
  listener_(*parser, error.getOffendingToken(), error.getExpectedTokens());
}

antlr4::Token* EcsErrorStrategy::recoverInline(Parser* parser) { throw antlr4::InputMismatchException(parser); }

void EcsErrorStrategy::recover(Parser* parser, std::exception_ptr error) {
  const std::size_t rule = parser->getContext()->getRuleIndex();
  if (rule == EcsParser::RuleItem || rule == EcsParser::RuleTopItem) return skip_item(*parser, body_depth(*parser));
  // A list or an object must not go on with the items below, which look like its elements: give up everything up to the item.
  const auto* body = dynamic_cast<EcsParser::BodyContext*>(parser->getContext());
  if (body == nullptr || !has_begun(*body)) std::rethrow_exception(error);
  // The block itself could not be read on: behind its `}`, so that the brace does not end the block around it.
  antlr4::TokenStream& stream = *parser->getTokenStream();
  const int depth = body_depth(*parser);
  while (stream.LA(1) != antlr4::Token::EOF) {
    const bool end = stream.LA(1) == EcsParser::RBRACE && depth_[stream.index()] == depth;
    stream.consume();
    if (end) return;
  }
}

void EcsErrorStrategy::sync(Parser* parser) {
  if (inErrorRecoveryMode(parser)) return;
  const auto* state = parser->getInterpreter<antlr4::atn::ParserATNSimulator>()->atn.states[parser->getState()];
  const antlr4::misc::IntervalSet next = parser->getATN().nextTokens(const_cast<antlr4::atn::ATNState*>(state));
  antlr4::TokenStream& stream = *parser->getTokenStream();
  if (next.contains(stream.LA(1)) || next.contains(antlr4::Token::EPSILON)) return;
  const auto* body = dynamic_cast<EcsParser::BodyContext*>(parser->getContext());
  if (body == nullptr || !has_begun(*body)) throw antlr4::InputMismatchException(parser);
  // Between the items of a block: stay in the block.
  beginErrorCondition(parser);
  listener_(*parser, parser->getCurrentToken(), next);
  const int depth = body_depth(*parser);
  do {
    if (stream.LA(1) == EcsParser::NL) stream.consume();
    skip_item(*parser, depth);
  } while (stream.LA(1) == EcsParser::NL && !next.contains(std::size_t{EcsParser::NL}) && !next.contains(stream.LA(2)));
  if (stream.LA(1) == EcsParser::NL && !next.contains(std::size_t{EcsParser::NL})) stream.consume();
}

/// Depth of the tokens between the items of the block we are in; 0 at the top level.
int EcsErrorStrategy::body_depth(Parser& parser) const {
  for (const antlr4::RuleContext* context = parser.getContext(); context != nullptr;
       context = dynamic_cast<const antlr4::RuleContext*>(context->parent)) {
    if (const auto* body = dynamic_cast<const EcsParser::BodyContext*>(context); body != nullptr && has_begun(*body)) {
      return depth_[body->start->getTokenIndex()] + 1;
    }
  }
  return 0;
}

void EcsErrorStrategy::skip_item(Parser& parser, int depth) const {
  antlr4::TokenStream& stream = *parser.getTokenStream();
  // Directly through the stream: what is skipped is not part of the tree.
  for (std::size_t type = stream.LA(1); type != antlr4::Token::EOF; type = stream.LA(1)) {
    const bool between_items = type == EcsParser::NL || type == EcsParser::RBRACE;
    if (between_items && depth_[stream.index()] <= depth) return;
    stream.consume();
  }
}

}  // namespace berth::syntax
