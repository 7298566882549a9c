#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/snippet.h"
#include "base/source.h"

namespace berth {

/// Lines, columns and snippets of many places: what SourceSet says of each, but going on from the place that was asked for last, so that
/// thousands of places of one very long line take about one pass over it. The sources must outlive it.
class PlaceFinder {
 public:
  explicit PlaceFinder(const SourceSet& sources) : sources_(sources) {}

  LineColumn find(SourceId source, std::uint32_t offset);
  /// "path:line:column" of the span's begin, or "" for an invalid span.
  std::string text(const Span& span);
  /// The span's first line as snippet_text() has it.
  std::string snippet(const Span& span);

 private:
  void enter_line(SourceId source, std::uint32_t offset);

  const SourceSet& sources_;
  SourceId source_ = SourceId::none;
  std::uint32_t line_ = 0;
  std::uint32_t line_begin_ = 0;
  std::uint32_t line_end_ = 0;  ///< where the next line begins; behind the text's end for the last line
  std::uint32_t offset_ = 0;
  std::uint32_t column_ = 1;
  bool knows_credentials_ = false;
  std::vector<CredentialRange> credentials_;  ///< of the line
};

}  // namespace berth
