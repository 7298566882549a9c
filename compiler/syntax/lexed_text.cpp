#include "compiler/syntax/lexed_text.h"

#include <algorithm>

namespace berth::syntax {
namespace {

TokenKind kind_of(std::size_t type) {
  switch (type) {
    case antlr4::Token::EOF: return TokenKind::end;
    case EcsLexer::NL: return TokenKind::newline;
    case EcsLexer::COMMA: return TokenKind::comma;
    case EcsLexer::KW_IF: return TokenKind::keyword_if;
    case EcsLexer::KW_NOT: return TokenKind::unary_operator;
    case EcsLexer::KW_OR: case EcsLexer::KW_AND: case EcsLexer::KW_IN: case EcsLexer::EQ: case EcsLexer::NE: case EcsLexer::LT:
    case EcsLexer::LE: case EcsLexer::GT: case EcsLexer::GE: case EcsLexer::PLUS: case EcsLexer::MINUS: case EcsLexer::STAR:
    case EcsLexer::SLASH: case EcsLexer::COALESCE: case EcsLexer::DOTDOT: case EcsLexer::DOT: case EcsLexer::QDOT:
      return TokenKind::binary_operator;
    case EcsLexer::LBRACE: return TokenKind::open_brace;
    case EcsLexer::LBRACK: return TokenKind::open_bracket;
    case EcsLexer::LPAREN: return TokenKind::open_parenthesis;
    case EcsLexer::INTERP_OPEN: return TokenKind::open_interpolation;
    case EcsLexer::RBRACE: return TokenKind::close_brace;
    case EcsLexer::RBRACK: return TokenKind::close_bracket;
    case EcsLexer::RPAREN: return TokenKind::close_parenthesis;
    case EcsLexer::DQ_OPEN: return TokenKind::line_string_open;
    case EcsLexer::DQ_CLOSE: return TokenKind::line_string_close;
    case EcsLexer::UNTERMINATED: return TokenKind::line_string_end;
    case EcsLexer::ML_OPEN: return TokenKind::block_string_open;
    case EcsLexer::ML_CLOSE: return TokenKind::block_string_close;
    case EcsLexer::DQ_TEXT: case EcsLexer::ML_TEXT: return TokenKind::string_text;
    case EcsLexer::RAW_ML: return TokenKind::raw_block_string;
    case EcsLexer::RAW_UNCLOSED: return TokenKind::raw_unclosed;
    case EcsLexer::RAW_ML_UNCLOSED: return TokenKind::raw_block_unclosed;
    case EcsLexer::BAD_CHAR: return TokenKind::bad;
    case EcsLexer::COMMENT: return TokenKind::comment;
    case EcsLexer::DOC: return TokenKind::doc_comment;
    case EcsLexer::IDENT: case EcsLexer::NUMBER: return TokenKind::word;
    default: return type >= EcsLexer::KW_LET && type <= EcsLexer::KW_NULL ? TokenKind::word : TokenKind::other;
  }
}

/// Byte offset of every code point and of the end; empty for ASCII.
std::vector<std::uint32_t> code_point_offsets(const std::string& text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), is_ascii)) return {};
  std::vector<std::uint32_t> offsets;
  offsets.reserve(text.size() + 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) offsets.push_back(static_cast<std::uint32_t>(i));
  }
  offsets.push_back(static_cast<std::uint32_t>(text.size()));
  return offsets;
}

}  // namespace

Tokens read_tokens(const std::string& text) { return LexedText(text).tokens(); }

LexedText::LexedText(const std::string& text)
    : input_(text), lexer_(text, &input_), stream_(&lexer_), byte_offsets_(code_point_offsets(text)) {
  lexer_.removeErrorListeners();
  stream_.fill();
  tokens_.reserve(stream_.size());
  for (const antlr4::Token* token : stream_.getTokens()) {
    tokens_.push_back({.kind = kind_of(token->getType()),
                       .visible = token->getChannel() == antlr4::Token::DEFAULT_CHANNEL,
                       .begin = byte_offset(token->getStartIndex()),
                       .end = byte_offset(token->getStopIndex() + 1)});
  }
}

std::uint32_t LexedText::byte_offset(std::size_t code_point) const {
  return byte_offsets_.empty() ? static_cast<std::uint32_t>(code_point) : byte_offsets_[code_point];
}

}  // namespace berth::syntax
