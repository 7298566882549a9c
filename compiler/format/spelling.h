#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/format/pieces.h"

namespace berth::format {

/// Whether there is a blank between two neighbours on one line.
bool has_gap(const Piece& left, const Piece& right);
/// Whether an item goes on when a line ends behind, or begins with the piece (the rule of the lexer, and commas within an item).
bool goes_on_behind(const Piece& piece);
bool goes_on_before(const Piece& piece);

/// The digits before a unit without needless zeros: 0.250 -> 0.25.
std::string plain_digits(std::string_view digits);
/// A string on one line without interpolation: a raw one that has nothing raw becomes a plain one.
std::string plain_spelling(std::string_view string);
/// Whether a key may be written without quotes.
bool is_name(std::string_view text);

/// What imports are sorted by: those of the standard library first, then the path.
using ImportKey = std::pair<bool, std::string>;
/// The key of the item [begin, end), when that is an import.
std::optional<ImportKey> import_key(const Pieces& pieces, std::size_t begin, std::size_t end);

}  // namespace berth::format
