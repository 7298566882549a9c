#include "base/diagnostic_fix.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/diagnostic_explain.h"
#include "base/place_finder.h"
#include "base/printable.h"
#include "base/snippet.h"

namespace berth {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kLongestShown = 60;
/// Bytes of a fix that are looked at to show them.
constexpr std::size_t kLongestRead = 4096;

bool is_blank(std::string_view text) { return text.find_first_not_of(kBlanks) == std::string_view::npos; }

/// The first line of `text` between backquotes.
std::string shown(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  text = text.substr(0, kLongestRead);
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  const bool one_line = text.find('\n') == std::string_view::npos;
  std::string_view line = text.substr(0, text.find('\n'));
  line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
  return fmt::format("`{}{}`", printable(mask_credentials(line), kLongestShown), one_line ? "" : " …");
}

/// An edit of one file.
struct Edit {
  std::size_t begin;
  std::size_t end;
  std::string replacement;
};

/// A removal of all that a line has takes the line as well.
void widen_to_lines(Edit& edit, std::string_view text) {
  if (!edit.replacement.empty() || edit.begin == edit.end) return;
  const std::size_t before = edit.begin == 0 ? std::string_view::npos : text.rfind('\n', edit.begin - 1);
  const std::size_t line_begin = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t newline = text.find('\n', edit.end);
  const std::size_t line_end = newline == std::string_view::npos ? text.size() : newline + 1;
  if (!is_blank(text.substr(line_begin, edit.begin - line_begin)) || !is_blank(text.substr(edit.end, line_end - edit.end))) return;
  edit.begin = line_begin;
  edit.end = line_end;
}

std::string with_line_ends(const std::string& replacement, std::string_view text) {
  const std::size_t newline = text.find('\n');
  if (newline == std::string_view::npos || newline == 0 || text[newline - 1] != '\r') return replacement;
  std::string converted;
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] == '\n' && (i == 0 || replacement[i - 1] != '\r')) converted += '\r';
    converted += replacement[i];
  }
  return converted;
}

}  // namespace

std::string describe_fix(const Fix& fix, const SourceSet& sources) {
  const std::string_view old = sources.text(fix.span);
  if (fix.replacement.empty()) return is_blank(old) ? "remove the blanks" : "remove " + shown(old);
  const std::string_view verb = old.empty() ? "insert" : "replace with";
  if (!is_blank(fix.replacement)) return fmt::format("{} {}", verb, shown(fix.replacement));
  const bool line_break = fix.replacement.find('\n') != std::string::npos;
  if (is_blank(old)) return line_break ? "insert a line break" : "insert a blank";
  return fmt::format("{} {}", verb, line_break ? "a line break" : "a blank");
}

bool is_safe(const Diagnostic& diagnostic) {
  const Explanation* explanation = find_explanation(diagnostic.code);
  return diagnostic.fixes.size() == 1 && explanation != nullptr && explanation->fix == FixSafety::safe;
}

FixedSource apply_safe_fixes(SourceId id, const SourceSet& sources, const std::vector<Diagnostic>& diagnostics) {
  const std::string_view text = sources.file(id).text();
  std::vector<const Diagnostic*> fixable;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (is_safe(diagnostic) && diagnostic.fixes.front().span.source == id) fixable.push_back(&diagnostic);
  }
  std::stable_sort(fixable.begin(), fixable.end(), [](const Diagnostic* a, const Diagnostic* b) {
    return a->fixes.front().span < b->fixes.front().span;
  });
  FixedSource fixed;
  PlaceFinder places(sources);
  std::size_t done = 0;
  for (const Diagnostic* diagnostic : fixable) {
    const Fix& fix = diagnostic->fixes.front();
    Edit edit{fix.span.begin, fix.span.end, with_line_ends(fix.replacement, text)};
    widen_to_lines(edit, text);
    const bool touches = !fixed.applied.empty() && edit.begin <= done;
    if (touches || edit.end > text.size()) continue;
    fixed.text += text.substr(done, edit.begin - done);
    fixed.text += edit.replacement;
    done = edit.end;
    fixed.applied.push_back({diagnostic->code, sources.file(id).path(), places.text(fix.span), describe_fix(fix, sources)});
  }
  fixed.text += text.substr(done);
  return fixed;
}

}  // namespace berth
