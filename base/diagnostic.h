#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace berth {

enum class Severity { error, warning, note };

/// "error", "warning" or "note".
std::string_view severity_word(Severity severity);

/// Text under a range of the user's characters. The first label of a diagnostic is its primary one (`^`), at most three more are
/// secondary (`-`).
struct Label {
  Span span;
  std::string text;
  bool operator==(const Label&) const = default;
};

/// A machine-applicable repair: replace `span` by `replacement`. Applying it yields a file without this diagnostic. Several fixes of one
/// diagnostic are alternatives.
struct Fix {
  Span span;
  std::string replacement;
  bool operator==(const Fix&) const = default;
};

/// One mistake in the user's text. `code` is a row of diagnostic_codes.def; `message` is one sentence, lower case, no period.
struct Diagnostic {
  std::string code;
  Severity severity = Severity::error;
  std::string message;
  std::vector<Label> labels;
  std::vector<std::string> notes;  ///< why
  std::vector<std::string> helps;  ///< what to type
  std::vector<Fix> fixes;

  Diagnostic& label(Span span, std::string text = "");
  Diagnostic& note(std::string text);
  Diagnostic& help(std::string text);
  Diagnostic& fix(Span span, std::string replacement);
  bool operator==(const Diagnostic&) const = default;
};

/// A row of the registry.
struct DiagnosticCode {
  std::string_view code;
  Severity severity;
  std::string_view title;
};

/// Every code there is, in order.
const std::vector<DiagnosticCode>& diagnostic_codes();
/// The row of `code`, or null.
const DiagnosticCode* find_diagnostic_code(std::string_view code);

/// Collects the diagnostics of one run. An exact repetition (same code, same primary place) is kept once.
class DiagnosticSink {
 public:
  /// Starts a diagnostic whose severity is the registry's; fill it through the returned reference, which stays valid until the
  /// next call.
  Diagnostic& report(std::string_view code, Span span, std::string message, std::string label = "");
  /// Takes over a diagnostic of another sink.
  void add(Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }
  [[nodiscard]] bool has_errors() const;
  [[nodiscard]] std::size_t count(Severity severity) const;
  /// By file, then position; notes of equal places in order of report.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;
  [[nodiscard]] bool empty() const { return diagnostics_.empty(); }
  /// Takes out what the user does not want to hear.
  void remove_if(const std::function<bool(const Diagnostic&)>& unwanted);
  /// Makes errors of the warnings with these codes; "warnings" stands for all of them.
  void deny(const std::vector<std::string>& codes);

 private:
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace berth
