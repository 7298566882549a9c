#include "compiler/syntax/edited_text.h"

#include <algorithm>

namespace berth::syntax {

EditedText::EditedText(std::string_view original) : text_(original), segments_{{}} {}

void EditedText::apply(std::vector<Edit> edits) {
  if (edits.empty()) return;
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string text;
  std::vector<Segment> segments;
  std::size_t next_segment = 0;  // the first segment that begins at or after what has been copied
  const auto keep = [&](std::uint32_t begin, std::uint32_t end) {
    if (begin >= end) return;
    const auto at = static_cast<std::uint32_t>(text.size());
    const Segment& first = segments_[segment_index(begin)];
    segments.push_back({at, first.inserted ? first.original : first.original + (begin - first.begin), first.inserted,
                        first.original_stop});
    while (next_segment < segments_.size() && segments_[next_segment].begin <= begin) ++next_segment;
    for (; next_segment < segments_.size() && segments_[next_segment].begin < end; ++next_segment) {
      const Segment& segment = segments_[next_segment];
      segments.push_back({at + (segment.begin - begin), segment.original, segment.inserted, segment.original_stop});
    }
    text.append(text_, begin, end - begin);
  };
  std::uint32_t done = 0;
  for (const Edit& edit : edits) {
    keep(done, edit.begin);
    if (!edit.replacement.empty()) {
      const std::uint32_t original = original_begin(edit.begin);
      const std::uint32_t stop = edit.end > edit.begin ? original_end(edit.end) : original;
      segments.push_back({static_cast<std::uint32_t>(text.size()), original, true, stop});
      text += edit.replacement;
    }
    done = edit.end;
  }
  keep(done, static_cast<std::uint32_t>(text_.size()));
  // The end of the text has a place too.
  const auto size = static_cast<std::uint32_t>(text_.size());
  segments.push_back({static_cast<std::uint32_t>(text.size()), original_end(size), true, original_end(size)});
  text_ = std::move(text);
  segments_ = std::move(segments);
}

std::size_t EditedText::segment_index(std::uint32_t offset) const {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), offset,
                                      [](std::uint32_t value, const Segment& segment) { return value < segment.begin; });
  return after == segments_.begin() ? 0 : static_cast<std::size_t>(after - segments_.begin()) - 1;
}

std::uint32_t EditedText::original_begin(std::uint32_t offset) const {
  const Segment& segment = segments_[segment_index(offset)];
  return segment.inserted ? segment.original : segment.original + (offset - segment.begin);
}

std::uint32_t EditedText::original_end(std::uint32_t offset) const {
  if (offset == 0) return original_begin(0);
  const Segment& segment = segments_[segment_index(offset - 1)];
  return segment.inserted ? segment.original_stop : segment.original + (offset - segment.begin);
}

LineTable::LineTable(std::string_view text) : text_(text) {
  std::size_t begin = 0;
  while (true) {
    const std::size_t newline = text.find('\n', begin);
    std::size_t end = newline == std::string_view::npos ? text.size() : newline;
    if (end > begin && newline != std::string_view::npos && text[end - 1] == '\r') --end;
    std::size_t indent = begin;
    while (indent < end && (text[indent] == ' ' || text[indent] == '\t')) ++indent;
    lines_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), static_cast<std::uint32_t>(indent - begin)});
    if (newline == std::string_view::npos) return;
    begin = newline + 1;
  }
}

std::uint32_t LineTable::line_of(std::uint32_t offset) const {
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), offset,
                                      [](std::uint32_t value, const Line& line) { return value < line.begin; });
  return static_cast<std::uint32_t>(after - lines_.begin()) - 1;
}

}  // namespace berth::syntax
