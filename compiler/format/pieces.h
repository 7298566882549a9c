#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::format {

/// What the layout tells apart.
enum class PieceKind : std::uint8_t {
  word,
  keyword,        ///< not where it is a member's name
  number,
  string,         ///< a whole one, with what is interpolated
  operation,      ///< has blanks around it: binary operators, `=`, `->`, `=>`, `|`
  sign,           ///< a `-` that belongs to what follows
  dot,            ///< `.` and `?.`
  range,          ///< `..`
  spread,         ///< `...`
  colon,
  comma,
  question,
  percent,
  open,
  close,
  comment,
};

struct Piece;
using Pieces = std::vector<Piece>;

/// A run of a string between its quotes: text as written, or what stands in a `${ }`.
struct StringRun {
  std::string_view text;             ///< of an interpolation: with its brackets
  bool is_interpolation = false;
  std::vector<Piece> inside;  ///< of an interpolation
};

/// A token of the text, or a whole string, and what the layout has to know of its surroundings.
struct Piece {
  PieceKind kind = PieceKind::word;
  std::string_view text;
  std::size_t newlines = 0;   ///< between the piece before and this one
  bool separated = false;     ///< one of them ends an item
  bool is_unit = false;       ///< a word that belongs to the number before it
  bool is_body = false;       ///< an open brace of settings, not of a value
  bool is_block_string = false;
  std::size_t match = 0;      ///< of brackets: the index of the other one
  std::vector<StringRun> runs;  ///< of a string: texts and interpolations in turn, without the quotes

  [[nodiscard]] bool is(std::string_view spelled) const { return text == spelled; }
};

/// Takes a text without syntax errors apart. The pieces point into `text`.
Pieces take_apart(const std::string& text);

/// Whether `word` is a keyword of the language.
bool is_keyword(std::string_view word);

}  // namespace berth::format
