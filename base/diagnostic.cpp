#include "base/diagnostic.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/check.h"

namespace berth {
namespace {

auto place_of(const Diagnostic& diagnostic) {
  const Span span = diagnostic.labels.empty() ? Span{} : diagnostic.labels.front().span;
  return std::make_tuple(span.source, span.begin, span.end);
}

}  // namespace

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::note: return "note";
  }
  return "error";
}

Diagnostic& Diagnostic::label(Span span, std::string text) {
  labels.push_back({span, std::move(text)});
  return *this;
}

Diagnostic& Diagnostic::note(std::string text) {
  notes.push_back(std::move(text));
  return *this;
}

Diagnostic& Diagnostic::help(std::string text) {
  helps.push_back(std::move(text));
  return *this;
}

Diagnostic& Diagnostic::fix(Span span, std::string replacement) {
  fixes.push_back({span, std::move(replacement)});
  return *this;
}

const std::vector<DiagnosticCode>& diagnostic_codes() {
  static const std::vector<DiagnosticCode> codes = {
#define BERTH_DIAGNOSTIC(code, severity, title) {#code, Severity::severity, title},
#include "base/diagnostic_codes.def"
#undef BERTH_DIAGNOSTIC
  };
  return codes;
}

const DiagnosticCode* find_diagnostic_code(std::string_view code) {
  for (const DiagnosticCode& row : diagnostic_codes()) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

Diagnostic& DiagnosticSink::report(std::string_view code, Span span, std::string message, std::string label) {
  const DiagnosticCode* row = find_diagnostic_code(code);
  BERTH_CHECK(row != nullptr, code);
  diagnostics_.push_back({std::string(code), row->severity, std::move(message), {{span, std::move(label)}}, {}, {}, {}});
  return diagnostics_.back();
}

bool DiagnosticSink::has_errors() const {
  return std::any_of(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::size_t DiagnosticSink::count(Severity severity) const {
  const auto all = sorted();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const Diagnostic& d) { return d.severity == severity; }));
}

void DiagnosticSink::remove_if(const std::function<bool(const Diagnostic&)>& unwanted) {
  diagnostics_.erase(std::remove_if(diagnostics_.begin(), diagnostics_.end(), unwanted), diagnostics_.end());
}

void DiagnosticSink::deny(const std::vector<std::string>& codes) {
  for (Diagnostic& diagnostic : diagnostics_) {
    const bool denied = std::any_of(codes.begin(), codes.end(),
                                    [&](const std::string& code) { return code == "warnings" || code == diagnostic.code; });
    if (denied && diagnostic.severity == Severity::warning) diagnostic.severity = Severity::error;
  }
}

std::vector<Diagnostic> DiagnosticSink::sorted() const {
  std::vector<Diagnostic> all;
  std::set<std::tuple<std::string_view, SourceId, std::uint32_t, std::uint32_t, std::string_view>> seen;
  for (const Diagnostic& diagnostic : diagnostics_) {
    const auto [source, begin, end] = place_of(diagnostic);
    if (seen.emplace(diagnostic.code, source, begin, end, diagnostic.message).second) all.push_back(diagnostic);
  }
  std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) { return place_of(a) < place_of(b); });
  return all;
}

}  // namespace berth
