#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "base/diagnostic.h"

namespace berth::sema {

/// A sink for text that is looked at more than once: what a loop's body does wrong is reported at its first iteration only, and what the static types
/// find only where evaluation has not said it with the value at hand.
class Reporter {
 public:
  explicit Reporter(DiagnosticSink& sink, const SourceSet* sources = nullptr) : sink_(sink), sources_(sources) {}

  /// As DiagnosticSink::report; a code that was reported at this place before is dropped.
  Diagnostic& report(std::string_view code, Span span, std::string message, std::string label = "") {
    if (const DiagnosticCode* row = find_diagnostic_code(code); row != nullptr && row->severity == Severity::error) ++errors_;
    if (is_type_error(code)) type_errors_[span.source].push_back(span);
    if (!seen_.insert(Place{std::string(code), span}).second) {
      dropped_ = {};
      return dropped_;
    }
    return sink_.report(code, span, std::move(message), std::move(label));
  }
  /// The same for what may be wrong at one place in several ways: only the same words are dropped.
  Diagnostic& report_each(std::string_view code, Span span, std::string message, std::string label = "") {
    if (seen_.insert(Place{fmt::format("{} {}", code, message), span}).second) {
      if (const DiagnosticCode* row = find_diagnostic_code(code); row != nullptr && row->severity == Severity::error) ++errors_;
      return sink_.report(code, span, std::move(message), std::move(label));
    }
    dropped_ = {};
    return dropped_;
  }
  /// A type error that is certain without the value: settle() reports it, unless another one has been reported about the same text by then.
  Diagnostic& later(std::string_view code, Span span, std::string message, std::string label = "");
  void later(Diagnostic diagnostic) { waiting_.push_back(std::move(diagnostic)); }
  /// Reports what waits. Called once, after evaluation.
  void settle();
  /// Errors reported so far, dropped repetitions included.
  [[nodiscard]] std::size_t errors() const { return errors_; }
  [[nodiscard]] const SourceSet* sources() const { return sources_; }
  /// The text at a place, as the user wrote it; "" when it is not known.
  [[nodiscard]] std::string_view text(Span span) const { return sources_ == nullptr || !span.valid() ? std::string_view() : sources_->text(span); }

 private:
  struct Place {
    std::string code;
    Span span;
    bool operator==(const Place&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Place& place) const {
      const std::size_t where = (static_cast<std::size_t>(place.span.source) * 0x9E3779B97F4A7C15ULL) ^
                                ((static_cast<std::size_t>(place.span.begin) << 24U) + place.span.end);
      return std::hash<std::string>()(place.code) ^ where;
    }
  };

  [[nodiscard]] static bool is_type_error(std::string_view code);

  DiagnosticSink& sink_;
  const SourceSet* sources_;
  std::deque<Diagnostic> waiting_;
  std::unordered_map<SourceId, std::vector<Span>> type_errors_;
  std::unordered_set<Place, Hash> seen_;
  Diagnostic dropped_;
  std::size_t errors_ = 0;
};

}  // namespace berth::sema
