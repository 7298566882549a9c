#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::syntax {

/// Replace the bytes [begin, end) by `replacement`.
struct Edit {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string replacement;
};

/// The text the parser reads: the user's, with forgotten brackets and quotes put in, so that one mistake does not hide the rest of the
/// file. It knows where each byte stood in the user's file.
class EditedText {
 public:
  explicit EditedText(std::string_view original);

  /// Applies edits of the present text; they must not overlap, their order does not matter.
  void apply(std::vector<Edit> edits);
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Offset in the user's file of what begins at `offset`; for text that was put in, of what it replaces.
  [[nodiscard]] std::uint32_t original_begin(std::uint32_t offset) const;
  /// The same for what ends before `offset`.
  [[nodiscard]] std::uint32_t original_end(std::uint32_t offset) const;

 private:
  /// From `begin` on the text is the user's from `original` on, or was put in for the user's [original, original_stop).
  struct Segment {
    std::uint32_t begin = 0;
    std::uint32_t original = 0;
    bool inserted = false;
    std::uint32_t original_stop = 0;
  };
  [[nodiscard]] std::size_t segment_index(std::uint32_t offset) const;

  std::string text_;
  std::vector<Segment> segments_;
};

/// Where the lines of a text begin, and how far they are indented.
class LineTable {
 public:
  explicit LineTable(std::string_view text);
  /// Index of the line (from 0) that holds `offset`.
  [[nodiscard]] std::uint32_t line_of(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(lines_.size()); }
  [[nodiscard]] std::uint32_t begin(std::uint32_t line) const { return lines_[line].begin; }
  /// Without the line's ending.
  [[nodiscard]] std::uint32_t end(std::uint32_t line) const { return lines_[line].end; }
  /// Blanks and tabs before the first other character.
  [[nodiscard]] std::uint32_t indent(std::uint32_t line) const { return lines_[line].indent; }
  /// Whether the line has nothing but blanks.
  [[nodiscard]] bool blank(std::uint32_t line) const { return begin(line) + indent(line) >= end(line); }
  [[nodiscard]] std::string_view indentation(std::uint32_t line) const { return text_.substr(begin(line), indent(line)); }

 private:
  struct Line {
    std::uint32_t begin, end, indent;
  };
  std::string_view text_;
  std::vector<Line> lines_;
};

}  // namespace berth::syntax
