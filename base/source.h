#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

/// Index of a file in a SourceSet.
enum class SourceId : std::uint32_t { none = 0xFFFFFFFF };

/// Half-open range of byte offsets in one file. A default Span points nowhere.
struct Span {
  SourceId source = SourceId::none;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] bool valid() const { return source != SourceId::none; }
  /// The smallest span that covers both; the other one when one is invalid. Both must be of one file.
  [[nodiscard]] Span through(const Span& last) const;
  auto operator<=>(const Span&) const = default;
};

/// Both count from 1; `column` counts characters (code points), not bytes.
struct LineColumn {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const LineColumn&) const = default;
};

/// One input file: path as shown to the user, and its bytes. Immutable.
class SourceFile {
 public:
  SourceFile(std::string path, std::string text);
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] LineColumn line_column(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t line_count() const { return static_cast<std::uint32_t>(line_starts_.size()); }
  /// Text of line `line` (from 1) without its line ending.
  [[nodiscard]] std::string_view line_text(std::uint32_t line) const;
  /// Byte offset where line `line` (from 1) begins.
  [[nodiscard]] std::uint32_t line_start(std::uint32_t line) const { return line_starts_[line - 1]; }

 private:
  std::string path_;
  std::string text_;
  std::vector<std::uint32_t> line_starts_;
};

/// All files of one compile. Owns them; references stay valid as long as the set lives.
class SourceSet {
 public:
  SourceId add(std::string path, std::string text);
  [[nodiscard]] const SourceFile& file(SourceId id) const { return *files_[static_cast<std::size_t>(id)]; }
  [[nodiscard]] std::size_t size() const { return files_.size(); }
  [[nodiscard]] std::string_view text(const Span& span) const;
  /// "path:line:column" of the span's begin, or "" for an invalid span.
  [[nodiscard]] std::string place(const Span& span) const;

 private:
  std::vector<std::unique_ptr<SourceFile>> files_;
};

}  // namespace berth
