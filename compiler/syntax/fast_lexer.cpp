#include "compiler/syntax/fast_lexer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace berth::syntax {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_line_end(char c) { return c == '\n' || c == '\r'; }
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t word_type(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, std::size_t>, 24> kKeywords = {{
      {"let", EcsLexer::KW_LET}, {"param", EcsLexer::KW_PARAM}, {"fn", EcsLexer::KW_FN}, {"type", EcsLexer::KW_TYPE},
      {"import", EcsLexer::KW_IMPORT}, {"from", EcsLexer::KW_FROM}, {"as", EcsLexer::KW_AS}, {"output", EcsLexer::KW_OUTPUT},
      {"assert", EcsLexer::KW_ASSERT}, {"check", EcsLexer::KW_CHECK}, {"use", EcsLexer::KW_USE}, {"moved", EcsLexer::KW_MOVED},
      {"where", EcsLexer::KW_WHERE}, {"if", EcsLexer::KW_IF}, {"then", EcsLexer::KW_THEN}, {"else", EcsLexer::KW_ELSE},
      {"for", EcsLexer::KW_FOR}, {"in", EcsLexer::KW_IN}, {"and", EcsLexer::KW_AND}, {"or", EcsLexer::KW_OR}, {"not", EcsLexer::KW_NOT},
      {"true", EcsLexer::KW_TRUE}, {"false", EcsLexer::KW_FALSE}, {"null", EcsLexer::KW_NULL},
  }};
  if (word.size() > 6) return EcsLexer::IDENT;
  const auto found = std::find_if(kKeywords.begin(), kKeywords.end(), [&](const auto& row) { return row.first == word; });
  return found == kKeywords.end() ? static_cast<std::size_t>(EcsLexer::IDENT) : found->second;
}

/// Operators and brackets, longer ones before those that they begin with.
constexpr std::array<std::pair<std::string_view, std::size_t>, 27> kSigns = {{
    {"->", EcsLexer::ARROW}, {"=>", EcsLexer::FATARROW}, {"...", EcsLexer::ELLIPSIS}, {"..", EcsLexer::DOTDOT}, {"?.", EcsLexer::QDOT},
    {"??", EcsLexer::COALESCE}, {"==", EcsLexer::EQ}, {"!=", EcsLexer::NE}, {"<=", EcsLexer::LE}, {">=", EcsLexer::GE},
    {"(", EcsLexer::LPAREN}, {")", EcsLexer::RPAREN}, {"[", EcsLexer::LBRACK}, {"]", EcsLexer::RBRACK}, {"<", EcsLexer::LT},
    {">", EcsLexer::GT}, {"=", EcsLexer::ASSIGN}, {":", EcsLexer::COLON}, {",", EcsLexer::COMMA}, {".", EcsLexer::DOT}, {"+", EcsLexer::PLUS},
    {"-", EcsLexer::MINUS}, {"*", EcsLexer::STAR}, {"/", EcsLexer::SLASH}, {"%", EcsLexer::PERCENT}, {"|", EcsLexer::PIPE},
    {"?", EcsLexer::QUESTION},
}};

}  // namespace

FastLexer::TokenPtr FastLexer::raw_token() {
  if (at_ >= text_.size()) return std::make_unique<antlr4::CommonToken>(std::pair<TokenSource*, antlr4::CharStream*>{this, _input}, antlr4::Token::EOF, antlr4::Token::DEFAULT_CHANNEL, character_, character_ - 1);
  switch (mode_) {
    case Mode::line_string: return in_line_string();
    case Mode::block_string: return in_block_string();
    case Mode::plain: break;
  }
  return plain();
}

FastLexer::TokenPtr FastLexer::take(std::size_t kind, std::size_t length, std::size_t where) {
  const std::string_view bytes = text_.substr(at_, length);
  const auto continuations = static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), is_continuation));
  const std::size_t begin = character_;
  at_ += length;
  character_ += length - continuations;
  return std::make_unique<antlr4::CommonToken>(std::pair<TokenSource*, antlr4::CharStream*>{this, _input}, kind, where, begin, character_ - 1);
}

FastLexer::TokenPtr FastLexer::take_entering(std::size_t kind, std::size_t length, Mode inside) {
  modes_.push_back(std::exchange(mode_, inside));
  return take(kind, length);
}

FastLexer::TokenPtr FastLexer::take_leaving(std::size_t kind, std::size_t length) {
  // A `}` too many leaves nothing.
  if (!modes_.empty()) {
    mode_ = modes_.back();
    modes_.pop_back();
  }
  return take(kind, length);
}

/// Bytes from `from` (counted from here) to the end of the line, plus `from`.
std::size_t FastLexer::line_rest(std::size_t from) const {
  const std::size_t end = text_.find_first_of("\r\n", std::min(at_ + from, text_.size()));
  return (end == std::string_view::npos ? text_.size() : end) - at_;
}

std::size_t FastLexer::character_length() const {
  std::size_t length = 1;
  while (is_continuation(peek(length))) ++length;
  return length;
}

FastLexer::TokenPtr FastLexer::plain() {
  while (peek() == ' ' || peek() == '\t' || peek() == '\f') {
    ++at_;
    ++character_;
  }
  const char c = peek();
  if (at_ >= text_.size()) return raw_token();
  if (c == 'r' && peek(1) == '"') return raw_string();
  if (is_digit(c)) return number();
  if (is_word(c)) return word();
  switch (c) {
    case '\n': return take(NL, 1);
    case '\r': return peek(1) == '\n' ? take(NL, 2) : take(BAD_CHAR, 1);
    case '"': return quoted();
    case '#': return peek(1) == '#' ? take(DOC, line_rest(2), DOCS) : take(COMMENT, line_rest(1), COMMENTS);
    case '{': return take_entering(LBRACE, 1, Mode::plain);
    case '}': return take_leaving(RBRACE, 1);
    default: return sign();
  }
}

FastLexer::TokenPtr FastLexer::word() {
  std::size_t length = 1;
  while (is_word(peek(length))) ++length;
  return take(word_type(text_.substr(at_, length)), length);
}

FastLexer::TokenPtr FastLexer::number() {
  std::size_t length = 1;
  while (is_digit(peek(length)) || peek(length) == '_') ++length;
  if (peek(length) == '.' && is_digit(peek(length + 1))) {
    ++length;
    while (is_digit(peek(length))) ++length;
  }
  return take(NUMBER, length);
}

FastLexer::TokenPtr FastLexer::raw_string() {
  if (next_is("r\"\"\"")) {
    const std::size_t end = text_.find("\"\"\"", at_ + 4);
    return end == std::string_view::npos ? take(RAW_ML_UNCLOSED, 4) : take(RAW_ML, end + 3 - at_);
  }
  std::size_t length = 2;
  while (at_ + length < text_.size() && peek(length) != '"' && !is_line_end(peek(length))) ++length;
  return peek(length) == '"' ? take(RAW_STRING, length + 1) : take(RAW_UNCLOSED, length);
}

/// A whole string when it ends on its line and interpolates nothing; else its opening quotes.
FastLexer::TokenPtr FastLexer::quoted() {
  if (next_is("\"\"\"")) return take_entering(ML_OPEN, 3, Mode::block_string);
  for (std::size_t i = 1; at_ + i < text_.size(); ++i) {
    const char c = peek(i);
    if (c == '"') return take(STRING, i + 1);
    if (is_line_end(c) || (c == '$' && peek(i + 1) == '{')) break;
    if (c != '\\') continue;
    if (at_ + i + 1 >= text_.size() || is_line_end(peek(i + 1))) break;
    ++i;
  }
  return take_entering(DQ_OPEN, 1, Mode::line_string);
}

FastLexer::TokenPtr FastLexer::sign() {
  for (const auto& [spelled, kind] : kSigns) {
    if (next_is(spelled)) return take(kind, spelled.size());
  }
  return take(BAD_CHAR, character_length());
}

FastLexer::TokenPtr FastLexer::in_line_string() {
  if (next_is("${")) return take_entering(INTERP_OPEN, 2, Mode::plain);
  if (peek() == '"') return take_leaving(DQ_CLOSE, 1);
  if (peek() == '\n') return take_leaving(UNTERMINATED, 1);
  if (next_is("\r\n")) return take_leaving(UNTERMINATED, 2);
  std::size_t length = 0;
  while (at_ + length < text_.size()) {
    const char c = peek(length);
    if (c == '"' || is_line_end(c) || (c == '$' && peek(length + 1) == '{')) break;
    if (c == '\\') {
      if (at_ + length + 1 >= text_.size() || is_line_end(peek(length + 1))) break;
      ++length;
    }
    ++length;
  }
  // Alone: a `\` at the end of the line, or a carriage return.
  return take(DQ_TEXT, std::max<std::size_t>(length, 1));
}

FastLexer::TokenPtr FastLexer::in_block_string() {
  if (next_is("${")) return take_entering(INTERP_OPEN, 2, Mode::plain);
  if (next_is("\"\"\"")) return take_leaving(ML_CLOSE, 3);
  std::size_t length = 0;
  while (at_ + length < text_.size()) {
    const char c = peek(length);
    if ((c == '"' && peek(length + 1) == '"' && peek(length + 2) == '"') || (c == '$' && peek(length + 1) == '{')) break;
    if (c == '\\') {
      if (at_ + length + 1 >= text_.size()) break;
      ++length;
    }
    ++length;
  }
  // Alone: a `\` at the end of the file.
  return take(ML_TEXT, std::max<std::size_t>(length, 1));
}

}  // namespace berth::syntax
