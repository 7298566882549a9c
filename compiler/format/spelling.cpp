#include "compiler/format/spelling.h"

#include <algorithm>
#include <array>

namespace berth::format {
namespace {

/// Units that stand apart from their number: 512 MiB, but 30s.
constexpr std::array<std::string_view, 11> kUnitsApart = {"B", "KiB", "MiB", "GiB", "TiB", "KB", "MB", "GB", "vCPU", "mCPU", "units"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_duration_unit(std::string_view unit) { return unit == "ms" || unit == "s" || unit == "m" || unit == "h" || unit == "d"; }

/// `s`, or what follows the first number of `2h30m`.
bool is_duration(std::string_view text) {
  while (true) {
    const auto digits = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_digit) - text.begin());
    if (!is_duration_unit(text.substr(0, digits))) return false;
    if (digits == text.size()) return true;
    text.remove_prefix(digits);
    const auto next = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    text.remove_prefix(next);
  }
}

bool has_gap_before_unit(const Piece& number, const Piece& unit) {
  if (is_duration(unit.text)) return false;
  if (std::find(kUnitsApart.begin(), kUnitsApart.end(), unit.text) != kUnitsApart.end()) return true;
  // No unit that there is: as the author had it.
  return number.text.data() + number.text.size() != unit.text.data();
}

/// What a bracket calls or indexes when it follows directly.
bool is_callee(const Piece& piece) {
  switch (piece.kind) {
    case PieceKind::word: case PieceKind::string: case PieceKind::number: case PieceKind::percent: case PieceKind::close: case PieceKind::question:
      return true;
    case PieceKind::keyword: return piece.is("true") || piece.is("false") || piece.is("null");
    default: return false;
  }
}

}  // namespace

bool has_gap(const Piece& left, const Piece& right) {
  using Kind = PieceKind;
  if (left.is("(") || left.is("[") || right.is(")") || right.is("]")) {
    const bool brackets = (left.kind == Kind::open && !left.is("{")) || (right.kind == Kind::close && !right.is("}"));
    if (brackets) return false;
  }
  if (right.kind == Kind::comma || right.kind == Kind::dot || right.kind == Kind::range || right.kind == Kind::colon ||
      right.kind == Kind::question || right.kind == Kind::percent) {
    return false;
  }
  if (left.kind == Kind::dot || left.kind == Kind::range || left.kind == Kind::spread || left.kind == Kind::sign) return false;
  if (left.kind == Kind::number && right.is_unit) return has_gap_before_unit(left, right);
  if (right.kind == Kind::open && !right.is("{")) return !is_callee(left);
  return true;
}

bool goes_on_behind(const Piece& piece) {
  switch (piece.kind) {
    case PieceKind::operation: return !piece.is("=");
    case PieceKind::colon: case PieceKind::comma: case PieceKind::range: return true;
    case PieceKind::dot: return piece.is(".");
    case PieceKind::sign: return true;
    case PieceKind::keyword: return piece.is("and") || piece.is("or") || piece.is("in") || piece.is("then");
    default: return false;
  }
}

bool goes_on_before(const Piece& piece) {
  switch (piece.kind) {
    case PieceKind::operation: return piece.is("+") || piece.is("??") || piece.is("|");
    case PieceKind::dot: return true;
    case PieceKind::keyword:
      return piece.is("else") || piece.is("then") || piece.is("and") || piece.is("or") || piece.is("where");
    default: return false;
  }
}

std::string plain_digits(std::string_view digits) {
  if (digits.find('.') != std::string_view::npos) {
    digits = digits.substr(0, digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.remove_suffix(1);
  }
  return std::string(digits);
}

std::string plain_spelling(std::string_view string) {
  const bool is_raw = string.front() == 'r';
  const bool needs_raw = string.find('\\') != std::string_view::npos || string.find("${") != std::string_view::npos;
  return std::string(is_raw && !needs_raw ? string.substr(1) : string);
}

bool is_name(std::string_view text) {
  if (text.empty() || !is_letter(text.front()) || is_keyword(text)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

std::optional<ImportKey> import_key(const Pieces& pieces, std::size_t begin, std::size_t end) {
  const Piece& first = pieces[begin];
  if (begin + 1 >= end || first.kind != PieceKind::keyword || !(first.is("import") || first.is("from"))) return std::nullopt;
  const Piece& path = pieces[begin + 1];
  if (path.kind != PieceKind::string) return std::nullopt;
  const std::string text(path.runs.front().text);
  return ImportKey{text.rfind("std/", 0) != 0, text};
}

}  // namespace berth::format
