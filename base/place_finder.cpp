#include "base/place_finder.h"

#include <algorithm>

#include <fmt/format.h>

namespace berth {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

LineColumn PlaceFinder::find(SourceId source, std::uint32_t offset) {
  const std::string_view text = sources_.file(source).text();
  offset = std::min(offset, static_cast<std::uint32_t>(text.size()));
  if (source != source_ || offset < line_begin_ || offset >= line_end_) enter_line(source, offset);
  for (; offset_ < offset; ++offset_) column_ += begins_character(text[offset_]) ? 1 : 0;
  for (; offset_ > offset; --offset_) column_ -= begins_character(text[offset_ - 1]) ? 1 : 0;
  return {line_, column_};
}

std::string PlaceFinder::text(const Span& span) {
  if (!span.valid()) return {};
  const LineColumn at = find(span.source, span.begin);
  return fmt::format("{}:{}:{}", sources_.file(span.source).path(), at.line, at.column);
}

std::string PlaceFinder::snippet(const Span& span) {
  find(span.source, span.begin);
  const std::string_view line = sources_.file(span.source).line_text(line_);
  if (!knows_credentials_) credentials_ = credential_ranges(line);
  knows_credentials_ = true;
  return snippet_text(line, span.begin - line_begin_, credentials_);
}

void PlaceFinder::enter_line(SourceId source, std::uint32_t offset) {
  const SourceFile& file = sources_.file(source);
  std::uint32_t low = 1;
  std::uint32_t high = file.line_count();
  while (low < high) {
    const std::uint32_t middle = low + (high - low + 1) / 2;
    if (file.line_start(middle) <= offset) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  source_ = source;
  line_ = low;
  line_begin_ = file.line_start(low);
  line_end_ = low < file.line_count() ? file.line_start(low + 1) : static_cast<std::uint32_t>(file.text().size()) + 1;
  offset_ = line_begin_;
  column_ = 1;
  knows_credentials_ = false;
}

}  // namespace berth
