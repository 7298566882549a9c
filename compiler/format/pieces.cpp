#include "compiler/format/pieces.h"

#include <algorithm>
#include <array>

#include "compiler/syntax/token.h"

namespace berth::format {
namespace {

using syntax::Token;
using syntax::TokenKind;
using syntax::Tokens;

constexpr std::array<std::string_view, 24> kKeywords = {"let",   "param",  "fn",    "type", "import", "from", "as",  "output",
                                                        "assert", "check", "use",   "moved", "where", "if",  "then", "else",
                                                        "for",   "in",     "and",   "or",   "not",    "true", "false", "null"};
constexpr std::array<std::string_view, 3> kConstants = {"true", "false", "null"};

template <class Set>
bool one_of(const Set& set, std::string_view text) {
  return std::find(set.begin(), set.end(), text) != set.end();
}

bool is_operand_end(const Piece& piece) {
  switch (piece.kind) {
    case PieceKind::word: case PieceKind::number: case PieceKind::string: case PieceKind::percent: case PieceKind::close: case PieceKind::question:
      return true;
    case PieceKind::keyword: return one_of(kConstants, piece.text);
    default: return false;
  }
}

/// Reads tokens[first, last) into pieces; strings recurse into their interpolations.
class Assembler {
 public:
  Assembler(std::string_view text, const Tokens& tokens, std::size_t first, std::size_t last)
      : text_(text), tokens_(tokens), at_(first), last_(last) {}

  Pieces run() {
    while (at_ < last_ && tokens_[at_].kind != TokenKind::end) {
      const Token& token = tokens_[at_];
      if (token.kind == TokenKind::newline) {
        ++newlines_;
        separated_ = separated_ || token.visible;
        ++at_;
      } else if (token.kind == TokenKind::line_string_open || token.kind == TokenKind::block_string_open) {
        add_string();
      } else {
        add(token);
        ++at_;
      }
    }
    return std::move(pieces_);
  }

 private:
  [[nodiscard]] std::string_view spelled(const Token& token) const { return text_.substr(token.begin, token.end - token.begin); }

  Piece& push(PieceKind kind, std::string_view text) {
    Piece piece;
    piece.kind = kind;
    piece.text = text;
    piece.newlines = newlines_;
    piece.separated = separated_;
    separated_since_previous_ = kind == PieceKind::comment && (separated_since_previous_ || separated_);
    newlines_ = 0;
    separated_ = false;
    if (kind != PieceKind::comment) previous_ = pieces_.size();
    pieces_.push_back(std::move(piece));
    return pieces_.back();
  }

  /// The last piece that is no comment, or null where an item begins.
  [[nodiscard]] const Piece* previous() const {
    return previous_ == kNone || separated_ || separated_since_previous_ ? nullptr : &pieces_[previous_];
  }

  void add(const Token& token) {
    const std::string_view text = spelled(token);
    const Piece* before = previous();
    if (before == nullptr) thens_.back() = 0;
    switch (token.kind) {
      case TokenKind::comment:
      case TokenKind::doc_comment: push(PieceKind::comment, text.substr(0, text.find_last_not_of(" \t\f\v") + 1)); return;
      case TokenKind::comma: push(PieceKind::comma, text); return;
      case TokenKind::word:
      case TokenKind::keyword_if:
      case TokenKind::unary_operator: return add_word(text, before);
      case TokenKind::open_brace:
      case TokenKind::open_bracket:
      case TokenKind::open_parenthesis: return add_open(text, before);
      case TokenKind::close_brace:
      case TokenKind::close_bracket:
      case TokenKind::close_parenthesis: return add_close(text);
      case TokenKind::raw_block_string: return add_raw_string(text, 4, 3, true);
      default: break;
    }
    if (text.front() == '"') return add_raw_string(text, 1, 1, false);
    if (text.size() > 1 && text.front() == 'r' && text[1] == '"') return add_raw_string(text, 2, 1, false);
    add_sign(text, before);
  }

  void add_word(std::string_view text, const Piece* before) {
    const bool is_member = before != nullptr && before->kind == PieceKind::dot;
    if (text.front() >= '0' && text.front() <= '9') {
      push(PieceKind::number, text);
    } else if (is_keyword(text) && !is_member) {
      if (text == "then") ++thens_.back();
      Piece& piece = push(PieceKind::keyword, text);
      // The `else` of a value belongs to a `then`; that of an `if` with bodies does not.
      if (text == "else") {
        piece.is_body = thens_.back() == 0;
        if (thens_.back() > 0) --thens_.back();
      }
    } else {
      const bool is_unit = before != nullptr && before->kind == PieceKind::number;
      push(PieceKind::word, text).is_unit = is_unit;
    }
  }

  void add_open(std::string_view text, const Piece* before) {
    // `use { … }` is a block of that name.
    const bool is_name = before != nullptr && before->kind == PieceKind::keyword && (before == &pieces_.front() || starts_item(before));
    const bool is_body = text == "{" && before != nullptr && (is_operand_end(*before) || is_name || (before->is("else") && before->is_body));
    open_.push_back(pieces_.size());
    push(PieceKind::open, text).is_body = is_body;
    thens_.push_back(0);
  }

  [[nodiscard]] bool starts_item(const Piece* piece) const {
    const Piece& before = *(piece - 1);
    return piece->separated || before.is("{") || before.is(",");
  }

  void add_close(std::string_view text) {
    const std::size_t index = pieces_.size();
    Piece& piece = push(PieceKind::close, text);
    if (open_.empty()) return;
    piece.match = open_.back();
    pieces_[open_.back()].match = index;
    open_.pop_back();
    thens_.pop_back();
  }

  void add_sign(std::string_view text, const Piece* before) {
    if (text == "-") {
      push(before != nullptr && is_operand_end(*before) ? PieceKind::operation : PieceKind::sign, text);
    } else if (text == "." || text == "?.") {
      push(PieceKind::dot, text);
    } else if (text == "..") {
      push(PieceKind::range, text);
    } else if (text == "...") {
      push(PieceKind::spread, text);
    } else if (text == ":") {
      push(PieceKind::colon, text);
    } else if (text == "?") {
      push(PieceKind::question, text);
    } else if (text == "%") {
      push(PieceKind::percent, text);
    } else if (is_keyword(text)) {
      push(PieceKind::keyword, text);  // and, or, in
    } else {
      push(PieceKind::operation, text);
    }
  }

  void add_raw_string(std::string_view text, std::size_t open, std::size_t close, bool is_block) {
    Piece& piece = push(PieceKind::string, text);
    piece.is_block_string = is_block;
    piece.runs.push_back({text.substr(open, text.size() - open - close), false, {}});
  }

  void add_string() {
    const Token& opening = tokens_[at_];
    const bool is_block = opening.kind == TokenKind::block_string_open;
    const TokenKind closing = is_block ? TokenKind::block_string_close : TokenKind::line_string_close;
    std::vector<StringRun> runs;
    std::size_t text_begin = opening.end;
    for (++at_; at_ < last_ && tokens_[at_].kind != closing; ++at_) {
      if (tokens_[at_].kind != TokenKind::open_interpolation) continue;
      const std::size_t begin = at_;
      at_ = end_of_interpolation(begin);
      const std::size_t text_end = tokens_[begin].begin;
      runs.push_back({text_.substr(text_begin, text_end - text_begin), false, {}});
      text_begin = tokens_[at_].end;
      runs.push_back({text_.substr(text_end, text_begin - text_end), true, Assembler(text_, tokens_, begin + 1, at_).run()});
    }
    const Token& end = tokens_[at_++];
    runs.push_back({text_.substr(text_begin, end.begin - text_begin), false, {}});
    Piece& piece = push(PieceKind::string, text_.substr(opening.begin, end.end - opening.begin));
    piece.is_block_string = is_block;
    piece.runs = std::move(runs);
  }

  /// Index of the `}` that closes the `${` at `begin`.
  [[nodiscard]] std::size_t end_of_interpolation(std::size_t begin) const {
    std::size_t depth = 0;
    for (std::size_t i = begin; i < last_; ++i) {
      const TokenKind kind = tokens_[i].kind;
      if (kind == TokenKind::open_interpolation || kind == TokenKind::open_brace) ++depth;
      if (kind == TokenKind::close_brace && --depth == 0) return i;
    }
    return last_ - 1;
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::string_view text_;
  const Tokens& tokens_;
  std::size_t at_;
  std::size_t last_;
  Pieces pieces_;
  std::size_t previous_ = kNone;  ///< the last piece that is no comment
  std::size_t newlines_ = 0;
  bool separated_ = false;                  ///< between the last piece and what comes next
  bool separated_since_previous_ = false;   ///< before one of the comments behind `previous_`
  std::vector<std::size_t> open_;
  std::vector<std::size_t> thens_ = {0};  ///< per open bracket: how many `then` wait for their `else`
};

}  // namespace

bool is_keyword(std::string_view word) { return one_of(kKeywords, word); }

Pieces take_apart(const std::string& text) {
  const Tokens tokens = syntax::read_tokens(text);
  return Assembler(text, tokens, 0, tokens.size()).run();
}

}  // namespace berth::format
