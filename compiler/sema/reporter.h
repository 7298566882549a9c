#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/diagnostic.h"

namespace berth::sema {

/// A sink for text that is evaluated more than once: what a loop's body does wrong is reported at its first iteration only.
class Reporter {
 public:
  explicit Reporter(DiagnosticSink& sink, const SourceSet* sources = nullptr) : sink_(sink), sources_(sources) {}

  /// As DiagnosticSink::report; a code that was reported at this place before is dropped.
  Diagnostic& report(std::string_view code, Span span, std::string message, std::string label = "") {
    if (const DiagnosticCode* row = find_diagnostic_code(code); row != nullptr && row->severity == Severity::error) ++errors_;
    if (!seen_.insert(Place{std::string(code), span}).second) {
      dropped_ = {};
      return dropped_;
    }
    return sink_.report(code, span, std::move(message), std::move(label));
  }
  /// Errors reported so far, dropped repetitions included.
  [[nodiscard]] std::size_t errors() const { return errors_; }
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

  DiagnosticSink& sink_;
  const SourceSet* sources_;
  std::unordered_set<Place, Hash> seen_;
  Diagnostic dropped_;
  std::size_t errors_ = 0;
};

}  // namespace berth::sema
