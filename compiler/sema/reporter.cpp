#include "compiler/sema/reporter.h"

#include <algorithm>
#include <limits>

namespace berth::sema {
namespace {

/// Ranges of one file, for asking whether one of them holds a given range or lies in it.
class Overlaps {
 public:
  explicit Overlaps(std::vector<Span> spans) : spans_(std::move(spans)) {
    std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
    std::uint32_t furthest = 0;
    for (const Span& span : spans_) furthest_.push_back(furthest = std::max(furthest, span.end));
    nearest_.resize(spans_.size());
    std::uint32_t nearest = std::numeric_limits<std::uint32_t>::max();
    for (std::size_t i = spans_.size(); i-- > 0;) nearest_[i] = nearest = std::min(nearest, spans_[i].end);
  }

  [[nodiscard]] bool with(const Span& span) const {
    const auto after = std::upper_bound(spans_.begin(), spans_.end(), span.begin, [](std::uint32_t at, const Span& s) { return at < s.begin; });
    if (after != spans_.begin() && furthest_[static_cast<std::size_t>(after - spans_.begin()) - 1] >= span.end) return true;
    const auto from = std::lower_bound(spans_.begin(), spans_.end(), span.begin, [](const Span& s, std::uint32_t at) { return s.begin < at; });
    return from != spans_.end() && nearest_[static_cast<std::size_t>(from - spans_.begin())] <= span.end;
  }

 private:
  std::vector<Span> spans_;               ///< by begin
  std::vector<std::uint32_t> furthest_;   ///< the largest end up to here
  std::vector<std::uint32_t> nearest_;    ///< the smallest end from here on
};

}  // namespace

bool Reporter::is_type_error(std::string_view code) {
  return (code >= "E0104" && code <= "E0125") || code == "E0201" || code == "E0213" || code == "E0310";
}

Diagnostic& Reporter::later(std::string_view code, Span span, std::string message, std::string label) {
  Diagnostic& diagnostic = waiting_.emplace_back();
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  return diagnostic.label(span, std::move(label));
}

void Reporter::settle() {
  std::unordered_map<SourceId, Overlaps> reported;
  for (auto& [source, spans] : type_errors_) reported.emplace(source, Overlaps(std::move(spans)));
  type_errors_.clear();
  std::deque<Diagnostic> waiting;
  waiting.swap(waiting_);
  for (Diagnostic& found : waiting) {
    const Span span = found.labels.front().span;
    const auto known = reported.find(span.source);
    if (known != reported.end() && known->second.with(span)) continue;
    Diagnostic& diagnostic = report(found.code, span, "");
    diagnostic.message = std::move(found.message);
    diagnostic.labels = std::move(found.labels);
    diagnostic.notes = std::move(found.notes);
    diagnostic.helps = std::move(found.helps);
    diagnostic.fixes = std::move(found.fixes);
  }
}

}  // namespace berth::sema
