#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "base/source.h"
#include "compiler/syntax/edited_text.h"

namespace berth::syntax {

/// Reports mistakes at places of the edited text, as places of the user's file. A line on which an earlier stage (text, strings, brackets,
/// grammar) found a mistake gets no second report from a later one: that would be a consequence.
class Reporter {
 public:
  Reporter(SourceId source, const SourceFile& file, const EditedText& text, DiagnosticSink& sink)
      : source_(source), file_(file), text_(text), sink_(sink) {}

  /// A report; it goes nowhere when it is a consequence. The reference is valid until the next report.
  Diagnostic& report(std::string_view code, std::uint32_t begin, std::uint32_t end, std::string message, std::string label = "");
  /// Where [begin, end) of the edited text is in the user's file.
  [[nodiscard]] Span span(std::uint32_t begin, std::uint32_t end) const;
  /// The file is something else altogether: nothing more is reported of it.
  void give_up() { given_up_ = true; }
  /// What follows is a later stage.
  void end_stage();
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  [[nodiscard]] std::uint32_t line_of(std::uint32_t original_offset) const;

  SourceId source_;
  const SourceFile& file_;
  const EditedText& text_;
  DiagnosticSink& sink_;
  std::set<std::uint32_t> damaged_lines_;  ///< by earlier stages
  std::set<std::uint32_t> reported_lines_;  ///< by this stage
  std::size_t count_ = 0;
  bool given_up_ = false;
  Span last_place_;  ///< of the last report; a second one for the same characters is a consequence
  Diagnostic discarded_;
};

}  // namespace berth::syntax
