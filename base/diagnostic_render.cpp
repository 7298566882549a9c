#include "base/diagnostic_render.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/diagnostic_fix.h"
#include "base/place_finder.h"
#include "base/printable.h"
#include "base/snippet.h"
#include "base/text_width.h"

namespace berth {

namespace {

constexpr std::size_t kMaximumLabels = 4;
/// Characters of the notes and helps together, for programs.
constexpr std::size_t kLongestDetail = 8000;
/// Where `[fix: …]` starts when the help is short enough.
constexpr int kFixColumn = 60;
constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[1;33m";
constexpr std::string_view kBlue = "\x1b[34m";
constexpr std::string_view kGreen = "\x1b[32m";

std::string_view severity_color(Severity severity) {
  return severity == Severity::error ? kRed : severity == Severity::warning ? kYellow : kGreen;
}

/// A row of marks below one source line.
struct Mark {
  std::uint32_t line = 0;
  /// Bytes in the line.
  std::size_t begin = 0;
  std::size_t end = 0;
  bool primary = false;
  std::string text;
};

/// Byte of `offset` in its line, not behind the line's text (a line end is not part of it).
std::size_t offset_in_line(const SourceFile& file, std::uint32_t line, std::uint32_t offset) {
  return std::min<std::size_t>(offset - file.line_start(line), file.line_text(line).size());
}

/// The marks of one label: one row, or for a span over several lines the first and the last line, with the text at the last.
std::vector<Mark> marks_of(const Label& label, const SourceFile& file, bool primary) {
  const std::uint32_t first = file.line_column(label.span.begin).line;
  // A span that ends right behind a line end belongs to the line before it.
  const std::uint32_t last_offset = label.span.end > label.span.begin ? label.span.end - 1 : label.span.begin;
  const std::uint32_t last = std::max(first, file.line_column(last_offset).line);
  const std::size_t begin = offset_in_line(file, first, label.span.begin);
  if (first == last)
    return {{first, begin, offset_in_line(file, first, std::max(label.span.begin, label.span.end)), primary, label.text}};
  const std::string_view last_text = file.line_text(last);
  const std::size_t indent = std::min(last_text.find_first_not_of(" \t"), last_text.size());
  return {{first, begin, file.line_text(first).size(), primary, ""},
          {last, std::min(indent, offset_in_line(file, last, label.span.end)), offset_in_line(file, last, label.span.end),
           primary, label.text}};
}

/// Breaks at blanks so that every line fits `width`; a longer word stays whole.
std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> lines;
  for (std::string_view rest = text;;) {
    const std::size_t line_end = rest.find('\n');
    std::string_view line = rest.substr(0, line_end);
    std::string current;
    while (!line.empty()) {
      const std::size_t blank =
          line.find(' ', line.find_first_not_of(' ') == std::string_view::npos ? 0 : line.find_first_not_of(' '));
      const std::string_view word = line.substr(0, blank);
      if (!current.empty() && display_width(current) + 1 + display_width(word) > width) {
        lines.push_back(std::move(current));
        current.clear();
      }
      if (!current.empty()) current += ' ';
      current += word;
      line.remove_prefix(blank == std::string_view::npos ? line.size() : blank + 1);
    }
    lines.push_back(std::move(current));
    if (line_end == std::string_view::npos) return lines;
    rest.remove_prefix(line_end + 1);
  }
}

std::string trimmed(std::string row) {
  row.erase(row.find_last_not_of(' ') + 1);
  return row;
}

/// Writes one diagnostic.
class Renderer {
 public:
  Renderer(const Diagnostic& diagnostic, const SourceSet& sources, const RenderOptions& options)
      : diagnostic_(diagnostic), sources_(sources), options_(options) {}

  std::string render() {
    out_ = fmt::format("{}: {}\n",
                       painted(severity_color(diagnostic_.severity),
                               fmt::format("{}[{}]", severity_word(diagnostic_.severity), diagnostic_.code)),
                       painted(kBold, printable(diagnostic_.message)));
    const std::vector<SourceId> files = collect_labels();
    for (const SourceId file : files) snippet(file);
    if (!files.empty() && (!diagnostic_.notes.empty() || !diagnostic_.helps.empty() || !diagnostic_.fixes.empty()))
      gutter_row("");
    footer();
    return out_;
  }

 private:
  [[nodiscard]] std::string painted(std::string_view color, std::string_view text) const {
    return options_.color && !text.empty() ? fmt::format("{}{}{}", color, text, kReset) : std::string(text);
  }

  /// Fills marks_ and gutter_; returns the files in the order they are shown, the primary label's first.
  std::vector<SourceId> collect_labels() {
    std::vector<SourceId> files;
    std::uint32_t highest = 0;
    for (std::size_t i = 0; i < std::min(diagnostic_.labels.size(), kMaximumLabels); ++i) {
      const Label& label = diagnostic_.labels[i];
      if (!label.span.valid()) continue;
      if (std::find(files.begin(), files.end(), label.span.source) == files.end()) files.push_back(label.span.source);
      for (Mark& mark : marks_of(label, sources_.file(label.span.source), i == 0)) {
        highest = std::max(highest, mark.line);
        marks_[label.span.source].push_back(std::move(mark));
      }
    }
    gutter_ = std::max<std::size_t>(3, std::to_string(highest).size());
    return files;
  }

  void gutter_row(std::string_view text, std::string_view number = "") {
    const std::string bar = painted(kBlue, fmt::format("{:>{}}│", number, gutter_));
    out_ += bar + (text.empty() ? "" : " ") + std::string(text) + "\n";
  }

  void snippet(SourceId id) {
    const SourceFile& file = sources_.file(id);
    std::vector<Mark>& marks = marks_[id];
    const Label& first = *std::find_if(diagnostic_.labels.begin(), diagnostic_.labels.end(),
                                       [&](const Label& label) { return label.span.source == id; });
    if (id != first_file()) gutter_row("");
    out_ += painted(kBlue, fmt::format("{:>{}}┌─", "", gutter_)) + " " + printable(sources_.place(first.span)) + "\n";
    gutter_row("");
    std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.line < b.line; });
    for (std::size_t i = 0; i < marks.size(); ++i) {
      const bool new_line = i == 0 || marks[i - 1].line != marks[i].line;
      if (new_line && i > 0 && marks[i].line > marks[i - 1].line + 1)
        out_ += painted(kBlue, fmt::format("{:>{}}·", "", gutter_)) + "\n";
      const auto focus = std::find_if(marks.begin(), marks.end(), [&](const Mark& mark) { return mark.line == marks[i].line; });
      SnippetLine line(file.line_text(marks[i].line), focus->begin);
      line.cut(options_.width - static_cast<int>(gutter_) - 2, focus->begin);
      if (new_line) gutter_row(trimmed(line.text()), std::to_string(marks[i].line));
      mark_row(line, marks[i]);
    }
  }

  void mark_row(const SnippetLine& line, const Mark& mark) {
    const int begin = line.column(mark.begin);
    const int end = std::max(line.column(mark.end), begin + 1);
    const std::string signs(static_cast<std::size_t>(end - begin), mark.primary ? '^' : '-');
    const std::string text = signs + (mark.text.empty() ? "" : " " + printable(mark.text));
    gutter_row(std::string(static_cast<std::size_t>(begin), ' ') +
               painted(mark.primary ? severity_color(diagnostic_.severity) : kBlue, text));
  }

  [[nodiscard]] SourceId first_file() const {
    for (const Label& label : diagnostic_.labels) {
      if (label.span.valid()) return label.span.source;
    }
    return SourceId::none;
  }

  /// `   = kind: text`, wrapped; `suffix` stands at a fixed column behind its last line where there is room.
  void footer_row(std::string_view kind, std::string_view text, std::string_view suffix = "") {
    const std::string head = fmt::format("{:>{}}= {}: ", "", gutter_, kind);
    const std::string indent(head.size(), ' ');
    const auto lines = wrap(printable(text), std::max(20, options_.width - static_cast<int>(head.size())));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::string row = (i == 0 ? head : indent) + lines[i];
      if (i + 1 == lines.size() && !suffix.empty()) {
        row.append(static_cast<std::size_t>(std::max(2, kFixColumn - display_width(row))), ' ');
        if (display_width(row) + display_width(suffix) > options_.width && display_width(row) > kFixColumn)
          row = trimmed(row) + "\n" + indent;
        row += suffix;
      }
      out_ += trimmed(row) + "\n";
    }
  }

  void footer() {
    for (std::size_t i = 1; i < diagnostic_.labels.size(); ++i) {
      if (!diagnostic_.labels[i].span.valid() && !diagnostic_.labels[i].text.empty())
        footer_row("note", diagnostic_.labels[i].text);
    }
    for (const std::string& note : diagnostic_.notes) footer_row("note", note);
    // As many helps as fixes are pairs; else the first fix belongs to the first help.
    const bool pairs = diagnostic_.helps.size() == diagnostic_.fixes.size();
    const std::size_t beside = diagnostic_.helps.empty() ? 0 : pairs ? diagnostic_.fixes.size() : std::min<std::size_t>(1, diagnostic_.fixes.size());
    for (std::size_t i = 0; i < diagnostic_.helps.size(); ++i) {
      footer_row("help", diagnostic_.helps[i], i < beside ? fmt::format("[fix: {}]", describe_fix(diagnostic_.fixes[i], sources_)) : "");
    }
    for (std::size_t i = beside; i < diagnostic_.fixes.size(); ++i) footer_row("fix", describe_fix(diagnostic_.fixes[i], sources_));
  }

  const Diagnostic& diagnostic_;
  const SourceSet& sources_;
  const RenderOptions& options_;
  std::map<SourceId, std::vector<Mark>> marks_;
  std::size_t gutter_ = 3;
  std::string out_;
};

Json position_json(SourceId source, std::uint32_t offset, PlaceFinder& places) {
  const LineColumn at = places.find(source, offset);
  return {{"line", at.line}, {"column", at.column}, {"byte", offset}};
}

Json range_json(const Span& span, const SourceSet& sources, PlaceFinder& places) {
  if (!span.valid()) return nullptr;
  return {{"filename", sources.file(span.source).path()},
          {"start", position_json(span.source, span.begin, places)},
          {"end", position_json(span.source, span.end, places)}};
}

Json diagnostic_json(const Diagnostic& diagnostic, const SourceSet& sources, PlaceFinder& places) {
  const Label primary = diagnostic.labels.empty() ? Label{} : diagnostic.labels.front();
  std::vector<std::string> detail;
  if (!primary.text.empty()) detail.push_back(primary.text);
  detail.insert(detail.end(), diagnostic.notes.begin(), diagnostic.notes.end());
  detail.insert(detail.end(), diagnostic.helps.begin(), diagnostic.helps.end());
  Json related = Json::array();
  for (std::size_t i = 1; i < diagnostic.labels.size(); ++i) {
    related.push_back({{"message", printable(diagnostic.labels[i].text)}, {"range", range_json(diagnostic.labels[i].span, sources, places)}});
  }
  Json fixes = Json::array();
  for (const Fix& fix : diagnostic.fixes) {
    fixes.push_back(
        {{"range", range_json(fix.span, sources, places)}, {"replacement", fix.replacement}, {"description", describe_fix(fix, sources)}, {"safe", is_safe(diagnostic)}});
  }
  Json snippet = nullptr;
  if (primary.span.valid()) snippet = printable(places.snippet(primary.span));
  return {{"severity", severity_word(diagnostic.severity)},
          {"code", diagnostic.code},
          {"summary", printable(diagnostic.message)},
          {"detail", printable(fmt::format("{}", fmt::join(detail, "\n")), kLongestDetail)},
          {"range", range_json(primary.span, sources, places)},
          {"snippet", std::move(snippet)},
          {"related", std::move(related)},
          {"fixes", std::move(fixes)}};
}

}  // namespace

std::string render_text(const Diagnostic& diagnostic, const SourceSet& sources, const RenderOptions& options) {
  return Renderer(diagnostic, sources, options).render();
}

std::string render_all(const std::vector<Diagnostic>& diagnostics, const SourceSet& sources, const RenderOptions& options) {
  if (diagnostics.empty()) return {};
  std::string text;
  const std::size_t shown = std::min(diagnostics.size(), options.limit);
  for (std::size_t i = 0; i < shown; ++i) text += render_text(diagnostics[i], sources, options) + "\n";
  text += count_text(diagnostics);
  if (shown < diagnostics.size()) text += fmt::format(" ({} not shown)", diagnostics.size() - shown);
  return text + "\n";
}

std::string count_text(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> parts;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    const auto count =
        std::count_if(diagnostics.begin(), diagnostics.end(), [&](const Diagnostic& d) { return d.severity == severity; });
    if (count > 0) parts.push_back(fmt::format("{} {}{}", count, severity_word(severity), count == 1 ? "" : "s"));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

Json diagnostics_json(const std::vector<Diagnostic>& diagnostics, const SourceSet& sources) {
  PlaceFinder places(sources);
  Json array = Json::array();
  for (const Diagnostic& diagnostic : diagnostics) array.push_back(diagnostic_json(diagnostic, sources, places));
  return array;
}

}  // namespace berth
