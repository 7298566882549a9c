#include "base/source.h"

#include <algorithm>

#include <fmt/format.h>

namespace berth {

Span Span::through(const Span& last) const {
  if (!valid()) return last;
  if (!last.valid()) return *this;
  return {source, std::min(begin, last.begin), std::max(end, last.end)};
}

SourceFile::SourceFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)), line_starts_{0} {
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
  }
}

LineColumn SourceFile::line_column(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::uint32_t>(next - line_starts_.begin());
  std::uint32_t column = 1;
  for (std::uint32_t i = *(next - 1); i < offset; ++i) {
    const bool continuation = (static_cast<unsigned char>(text_[i]) & 0xC0) == 0x80;
    if (!continuation) ++column;
  }
  return {line, column};
}

std::string_view SourceFile::line_text(std::uint32_t line) const {
  const std::uint32_t begin = line_starts_[line - 1];
  const std::size_t end = line < line_starts_.size() ? line_starts_[line] : text_.size();
  std::string_view text = std::string_view(text_).substr(begin, end - begin);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

SourceId SourceSet::add(std::string path, std::string text) {
  files_.push_back(std::make_unique<SourceFile>(std::move(path), std::move(text)));
  return static_cast<SourceId>(files_.size() - 1);
}

std::string_view SourceSet::text(const Span& span) const {
  if (!span.valid()) return {};
  return file(span.source).text().substr(span.begin, span.end - span.begin);
}

std::string SourceSet::place(const Span& span) const {
  if (!span.valid()) return {};
  const SourceFile& source = file(span.source);
  const LineColumn at = source.line_column(span.begin);
  return fmt::format("{}:{}:{}", source.path(), at.line, at.column);
}

}  // namespace berth
