#include "base/diagnostic_github.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/printable.h"

namespace berth {
namespace {

/// Text of a command's message; of a property (`file=…`) when `property`. As the toolkit of GitHub Actions escapes it.
std::string escaped(std::string_view text, bool property) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '%': result += "%25"; break;
      case '\r': result += "%0D"; break;
      case '\n': result += "%0A"; break;
      case ':': result += property ? "%3A" : ":"; break;
      case ',': result += property ? "%2C" : ","; break;
      default: result += c;
    }
  }
  return result;
}

std::string_view command_of(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "notice";
}

std::string properties(const Diagnostic& diagnostic, const SourceSet& sources) {
  const std::string title = "title=" + escaped(diagnostic.code, true);
  if (diagnostic.labels.empty() || !diagnostic.labels.front().span.valid()) return title;
  const Span& span = diagnostic.labels.front().span;
  const SourceFile& file = sources.file(span.source);
  const LineColumn begin = file.line_column(span.begin);
  const LineColumn end = file.line_column(std::max(span.begin, span.end == 0 ? 0 : span.end - 1));
  const std::string place = fmt::format("file={},line={}", escaped(printable(file.path()), true), begin.line);
  if (begin.line != end.line) return fmt::format("{},endLine={},{}", place, end.line, title);
  return fmt::format("{},col={},endLine={},endColumn={},{}", place, begin.column, end.line, end.column, title);
}

std::string message(const Diagnostic& diagnostic) {
  std::string text = printable(diagnostic.message);
  if (!diagnostic.labels.empty() && !diagnostic.labels.front().text.empty()) text += "\n" + printable(diagnostic.labels.front().text);
  for (const std::string& note : diagnostic.notes) text += "\nnote: " + printable(note);
  for (const std::string& help : diagnostic.helps) text += "\nhelp: " + printable(help);
  return text;
}

}  // namespace

std::string github_message(const std::string& text) { return escaped(printable(text), false); }

std::string diagnostics_github(const std::vector<Diagnostic>& diagnostics, const SourceSet& sources, std::size_t limit) {
  std::string text;
  const std::size_t shown = std::min(diagnostics.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) {
    const Diagnostic& diagnostic = diagnostics[i];
    text += fmt::format("::{} {}::{}\n", command_of(diagnostic.severity), properties(diagnostic, sources), escaped(message(diagnostic), false));
  }
  if (shown < diagnostics.size()) text += fmt::format("::notice title=berth::{} more are not shown\n", diagnostics.size() - shown);
  return text;
}

}  // namespace berth
