#include "grammar/EcsLexerBase.h"

#include "grammar/EcsLexer.h"

using antlr4::CommonToken;
using antlr4::Token;

namespace {

/// Tokens after which a line goes on. Not `=`: "expected a value after `=`" must be said on that line.
bool continues_after(size_t type) {
  switch (type) {
    case 0:
    case EcsLexer::NL:
    case EcsLexer::LBRACE: case EcsLexer::LBRACK: case EcsLexer::LPAREN: case EcsLexer::COMMA:
    case EcsLexer::PLUS: case EcsLexer::MINUS: case EcsLexer::STAR: case EcsLexer::SLASH:
    case EcsLexer::EQ: case EcsLexer::NE: case EcsLexer::LT: case EcsLexer::LE: case EcsLexer::GT: case EcsLexer::GE:
    case EcsLexer::COALESCE: case EcsLexer::DOTDOT: case EcsLexer::KW_AND: case EcsLexer::KW_OR: case EcsLexer::KW_IN:
    case EcsLexer::COLON: case EcsLexer::FATARROW: case EcsLexer::ARROW: case EcsLexer::PIPE: case EcsLexer::DOT:
    case EcsLexer::KW_THEN:
      return true;
    default: return false;
  }
}

/// Tokens that no item begins with, so that a line which does continues the one above.
bool continues_before(size_t type, bool inside_brackets) {
  switch (type) {
    // A stray closer must not glue itself to the item above.
    case EcsLexer::RBRACE: case EcsLexer::RBRACK: case EcsLexer::RPAREN: return inside_brackets;
    case EcsLexer::KW_ELSE: case EcsLexer::KW_THEN: case EcsLexer::KW_AND: case EcsLexer::KW_OR: case EcsLexer::KW_WHERE:
    case EcsLexer::PLUS: case EcsLexer::COALESCE: case EcsLexer::DOT: case EcsLexer::QDOT: case EcsLexer::PIPE:
      return true;
    default: return false;
  }
}

void hide(Token& token) { static_cast<CommonToken&>(token).setChannel(Token::HIDDEN_CHANNEL); }

}  // namespace

size_t EcsLexerBase::popMode() { return modeStack.empty() ? mode : Lexer::popMode(); }

void EcsLexerBase::reset() {
  pending_.clear();
  open_.clear();
  last_ = 0;
  Lexer::reset();
}

std::unique_ptr<Token> EcsLexerBase::nextToken() {
  if (pending_.empty()) fetch();
  TokenPtr token = std::move(pending_.front());
  pending_.pop_front();
  return token;
}

void EcsLexerBase::fetch() {
  TokenPtr token = raw_token();
  if (token->getType() == Token::EOF) return push_end(std::move(token));
  if (token->getType() == EcsLexer::NL) return fetch_newline(std::move(token));
  if (token->getChannel() != Token::DEFAULT_CHANNEL) return pending_.push_back(std::move(token));
  push_visible(std::move(token));
}

void EcsLexerBase::fetch_newline(TokenPtr newline) {
  if (newlines_are_blank() || continues_after(last_)) {
    hide(*newline);
    return pending_.push_back(std::move(newline));
  }
  // Whether it ends the item depends on the next visible token; blank lines and comments until there are hidden anyway.
  Token& decided = *newline;
  pending_.push_back(std::move(newline));
  TokenPtr next = raw_token();
  while (next->getType() == EcsLexer::NL || (next->getChannel() != Token::DEFAULT_CHANNEL && next->getType() != Token::EOF)) {
    if (next->getType() == EcsLexer::NL) hide(*next);
    pending_.push_back(std::move(next));
    next = raw_token();
  }
  if (continues_before(next->getType(), !open_.empty())) {
    hide(decided);
  } else {
    last_ = EcsLexer::NL;
  }
  if (next->getType() == Token::EOF) return push_end(std::move(next));
  push_visible(std::move(next));
}

void EcsLexerBase::push_visible(TokenPtr token) {
  last_ = token->getType();
  track_bracket(last_);
  const bool ends_line = last_ == EcsLexer::UNTERMINATED;
  TokenPtr newline = ends_line ? std::make_unique<CommonToken>(token.get()) : nullptr;
  pending_.push_back(std::move(token));
  if (!ends_line) return;
  // The newline that ended the string ends the item too.
  static_cast<CommonToken&>(*newline).setType(EcsLexer::NL);
  if (newlines_are_blank()) hide(*newline);
  last_ = EcsLexer::NL;
  pending_.push_back(std::move(newline));
}

void EcsLexerBase::push_end(TokenPtr end) {
  if (last_ != 0 && last_ != EcsLexer::NL) {
    auto newline = std::make_unique<CommonToken>(end.get());
    newline->setType(EcsLexer::NL);
    newline->setText("\n");
    last_ = EcsLexer::NL;
    pending_.push_back(std::move(newline));
  }
  pending_.push_back(std::move(end));
}

bool EcsLexerBase::newlines_are_blank() const {
  return !open_.empty() && (open_.back() == EcsLexer::LPAREN || open_.back() == EcsLexer::INTERP_OPEN);
}

void EcsLexerBase::track_bracket(size_t type) {
  switch (type) {
    case EcsLexer::LPAREN: case EcsLexer::LBRACK: case EcsLexer::LBRACE: case EcsLexer::INTERP_OPEN: open_.push_back(type); break;
    case EcsLexer::RPAREN: close_bracket(EcsLexer::LPAREN); break;
    case EcsLexer::RBRACK: close_bracket(EcsLexer::LBRACK); break;
    case EcsLexer::RBRACE: close_bracket(EcsLexer::LBRACE); break;
    default: break;
  }
}

void EcsLexerBase::close_bracket(size_t opener) {
  const bool brace = opener == EcsLexer::LBRACE;
  // A brace is the stronger bracket: it ends parentheses that were forgotten inside of it, and no parenthesis ends a brace.
  while (brace && !open_.empty() && (open_.back() == EcsLexer::LPAREN || open_.back() == EcsLexer::LBRACK)) open_.pop_back();
  if (!open_.empty() && (brace || open_.back() == opener)) open_.pop_back();
}
