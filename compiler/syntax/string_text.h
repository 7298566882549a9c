#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::syntax {

/// Told about an escape that does not exist: its offset in the text given, and its length.
using BadEscape = std::function<void(std::size_t offset, std::size_t length)>;

/// Replaces `\n \r \t \\ \" \$ \u{…}` by what they mean. Others are reported and stay as written; in a multi-line string a `\` at the
/// end of a line stays as well (shell scripts have them).
std::string decode_escapes(std::string_view text, bool multiline, const BadEscape& bad_escape);

/// A run of text of a multi-line string, between two `${ }` or its ends.
struct Chunk {
  /// A run of lines' bytes that is kept, and where it began in the chunk.
  struct Piece {
    std::size_t offset = 0;
    std::string_view text;
  };
  std::string_view text;
  std::vector<Piece> pieces;  ///< the result: without indentation, and with `\n` for `\r\n`
};

/// Fills the `pieces`: without the blank rest of the opening line, without the line of the closing quotes, and with the indentation of
/// these removed from every line (from lines with less, what they have).
void remove_indentation(std::vector<Chunk>& chunks);

}  // namespace berth::syntax
