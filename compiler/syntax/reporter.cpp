#include "compiler/syntax/reporter.h"

#include <algorithm>

namespace berth::syntax {
namespace {

/// A file that is not .ecs at all has a mistake on every line; nobody reads more than this.
constexpr std::size_t kMaxReportsPerFile = 1000;

}  // namespace

Diagnostic& Reporter::report(std::string_view code, std::uint32_t begin, std::uint32_t end, std::string message, std::string label) {
  const Span place = span(begin, end);
  const std::uint32_t line = line_of(place.begin);
  if (given_up_ || damaged_lines_.count(line) > 0 || count_ >= kMaxReportsPerFile || place == last_place_) return discarded_ = {};
  last_place_ = place;
  reported_lines_.insert(line);
  ++count_;
  return sink_.report(code, place, std::move(message), std::move(label));
}

Span Reporter::span(std::uint32_t begin, std::uint32_t end) const {
  const std::uint32_t original = text_.original_begin(begin);
  return {source_, original, std::max(original, begin == end ? original : text_.original_end(end))};
}

void Reporter::end_stage() {
  damaged_lines_.merge(reported_lines_);
  reported_lines_.clear();
}

std::uint32_t Reporter::line_of(std::uint32_t original_offset) const {
  std::uint32_t low = 1;
  std::uint32_t high = file_.line_count();
  while (low < high) {
    const std::uint32_t middle = low + (high - low + 1) / 2;
    if (file_.line_start(middle) <= original_offset) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace berth::syntax
