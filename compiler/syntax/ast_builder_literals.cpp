#include <fmt/format.h>

#include "compiler/syntax/ast_builder.h"
#include "compiler/syntax/string_text.h"

namespace berth::syntax {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether `unit` is the rest of `2h30m` after the 2: letters and digits in turn, ending with letters.
bool is_compound_unit(std::string_view unit) {
  if (unit.empty() || is_digit(unit.front()) || is_digit(unit.back()) || unit.find('_') != std::string_view::npos) return false;
  for (const char c : unit) {
    if (is_digit(c)) return true;
  }
  return false;
}

std::string without_underscores(std::string_view digits) {
  std::string out;
  for (const char c : digits) {
    if (c != '_') out += c;
  }
  return out;
}

}  // namespace

ast::Number AstBuilder::number(TerminalNode* digits, TerminalNode* unit) const {
  const Token& first = token(digits->getSymbol());
  ast::Quantity quantity{without_underscores(text_of(first)), std::nullopt, span(first)};
  if (unit == nullptr) return {{std::move(quantity)}};
  const Token& word = token(unit->getSymbol());
  const std::string_view text = text_of(word);
  if (!is_compound_unit(text)) {
    quantity.unit = name(unit);
    quantity.span = quantity.span.through(span(word));
    return {{std::move(quantity)}};
  }
  // `2h30m` is lexed as the number 2 and the word h30m.
  ast::Number number;
  std::size_t at = 0;
  while (true) {
    std::size_t unit_end = at;
    while (unit_end < text.size() && !is_digit(text[unit_end])) ++unit_end;
    const auto unit_begin = static_cast<std::uint32_t>(word.begin + at);
    const auto unit_stop = static_cast<std::uint32_t>(word.begin + unit_end);
    quantity.unit = ast::Name{std::string(text.substr(at, unit_end - at)), reporter_.span(unit_begin, unit_stop)};
    quantity.span = quantity.span.through(quantity.unit->span);
    number.parts.push_back(std::move(quantity));
    if (unit_end == text.size()) return number;
    std::size_t digits_end = unit_end;
    while (is_digit(text[digits_end])) ++digits_end;
    quantity = {std::string(text.substr(unit_end, digits_end - unit_end)), std::nullopt,
                reporter_.span(unit_stop, static_cast<std::uint32_t>(word.begin + digits_end))};
    at = digits_end;
  }
}

std::optional<ast::String> AstBuilder::string(EcsParser::StringContext* context) {
  if (context == nullptr || context->start == nullptr) return std::nullopt;
  if (context->interp() != nullptr) return interpolated(context->interp());
  const std::size_t type = context->start->getType();
  if (type != EcsLexer::STRING && type != EcsLexer::RAW_STRING && type != EcsLexer::RAW_ML) return std::nullopt;
  return plain_string(token(context->start), type);
}

ast::String AstBuilder::plain_string(const Token& whole, std::size_t type) {
  ast::String string{{}, type != EcsLexer::STRING, type == EcsLexer::RAW_ML, span(whole)};
  const std::uint32_t open = type == EcsLexer::STRING ? 1 : type == EcsLexer::RAW_STRING ? 2 : 4;
  const std::uint32_t close = type == EcsLexer::RAW_ML ? 3 : 1;
  const std::uint32_t begin = whole.begin + open;
  const std::uint32_t end = whole.end - close;
  const std::string_view text = text_.substr(begin, end - begin);
  ast::StringPart part{std::string{}, reporter_.span(begin, end)};
  auto& out = std::get<std::string>(part.value);
  if (type == EcsLexer::STRING) {
    append_decoded(out, text, begin, false);
  } else if (type == EcsLexer::RAW_STRING) {
    out = text;
  } else {
    std::vector<Chunk> chunks = {{text, {}}};
    remove_indentation(chunks);
    for (const Chunk::Piece& piece : chunks.front().pieces) out += piece.text;
  }
  if (!out.empty()) string.parts.push_back(std::move(part));
  return string;
}

ast::String AstBuilder::interpolated(EcsParser::InterpContext* context) {
  const bool multiline = context->ML_OPEN() != nullptr;
  ast::String string{{}, false, multiline, span(context)};
  // Texts and expressions in turn, as written; the text of one chunk may be several tokens.
  struct Part {
    std::uint32_t begin, end;
    EcsParser::ExprContext* expr;
  };
  std::vector<Part> parts;
  std::uint32_t interpolation = 0;
  std::uint32_t text_begin = token(context->start).end;
  std::uint32_t last_end = text_begin;
  EcsParser::ExprContext* pending = nullptr;
  for (auto* child : context->children) {
    if (auto* value = dynamic_cast<EcsParser::ExprContext*>(child)) pending = value;
    auto* terminal = dynamic_cast<TerminalNode*>(child);
    if (terminal == nullptr) continue;
    const Token& symbol = token(terminal->getSymbol());
    if (symbol.kind == TokenKind::open_interpolation) {
      parts.push_back({text_begin, symbol.begin, nullptr});
      interpolation = symbol.begin;
      pending = nullptr;
    } else if (symbol.kind == TokenKind::close_brace) {
      parts.push_back({interpolation, symbol.end, pending});
      text_begin = symbol.end;
    }
    const bool closes = symbol.kind == TokenKind::line_string_close || symbol.kind == TokenKind::block_string_close;
    last_end = closes ? symbol.begin : symbol.end;
  }
  parts.push_back({text_begin, std::max(text_begin, last_end), nullptr});

  std::vector<Chunk> chunks;
  for (std::size_t i = 0; i < parts.size(); i += 2) chunks.push_back({text_.substr(parts[i].begin, parts[i].end - parts[i].begin), {}});
  if (multiline) {
    remove_indentation(chunks);
  } else {
    for (Chunk& chunk : chunks) chunk.pieces = {{0, chunk.text}};
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Span place = reporter_.span(parts[i].begin, parts[i].end);
    if (i % 2 == 1) {
      string.parts.push_back({expr(parts[i].expr), place});
      continue;
    }
    std::string text;
    for (const Chunk::Piece& piece : chunks[i / 2].pieces) {
      append_decoded(text, piece.text, parts[i].begin + static_cast<std::uint32_t>(piece.offset), multiline);
    }
    if (!text.empty()) string.parts.push_back({std::move(text), place});
  }
  return string;
}

void AstBuilder::append_decoded(std::string& out, std::string_view text, std::uint32_t begin, bool multiline) {
  out += decode_escapes(text, multiline, [&](std::size_t offset, std::size_t length) {
    const auto at = begin + static_cast<std::uint32_t>(offset);
    const std::string_view escape = text.substr(offset, length);
    Diagnostic& diagnostic = reporter_.report("E0012", at, at + static_cast<std::uint32_t>(length), fmt::format("there is no escape `{}`", escape));
    diagnostic.note("escapes are `\\n`, `\\r`, `\\t`, `\\\\`, `\\\"`, `\\${` and `\\u{…}`");
    diagnostic.help(fmt::format("write `\\{}` for a backslash, or a raw string: r\"…\"", escape)).fix(reporter_.span(at, at), "\\");
  });
}

}  // namespace berth::syntax
