#include "compiler/format/format.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"
#include "compiler/format/layout.h"
#include "compiler/format/pieces.h"
#include "compiler/syntax/parse.h"

namespace berth::format {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
/// What is mended in a broken file may let more of it be read, which is then formatted too; this often at most.
constexpr int kRounds = 4;

struct Read {
  ast::File tree;
  bool has_errors = false;
};

Read read(const std::string& text) {
  SourceSet sources;
  DiagnosticSink sink;
  const SourceId source = sources.add("", text);
  Read result{syntax::parse(source, sources, sink), false};
  result.has_errors = sink.has_errors();
  return result;
}

std::string format_clean(std::string_view text) {
  while (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  std::string plain(text);
  if (plain.ends_with('\r')) plain += '\n';  // the last line ends with the text, for the parser too
  return lay_out(take_apart(plain));
}

/// Where the items of a text begin, each at the start of its line; and the text's begin and end.
std::vector<std::size_t> item_lines(const std::string& text, const ast::File& tree) {
  std::vector<std::size_t> starts = {0};
  for (const ast::Item& item : tree.items) {
    const std::size_t newline = item.span.begin == 0 ? std::string::npos : text.rfind('\n', item.span.begin - 1);
    const std::size_t start = newline == std::string::npos ? 0 : newline + 1;
    if (start > starts.back()) starts.push_back(start);
  }
  if (text.size() > starts.back()) starts.push_back(text.size());
  return starts;
}

bool ends_with_blank_line(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  const std::string_view rest = text.substr(last == std::string_view::npos ? 0 : last + 1);
  return std::count(rest.begin(), rest.end(), '\n') > 1;
}

/// Formats the runs of items that can be read by themselves.
std::string format_readable(const std::string& text, const ast::File& tree) {
  const std::vector<std::size_t> starts = item_lines(text, tree);
  std::string out;
  std::string clean;
  const auto finish_clean = [&](bool is_last) {
    if (clean.empty()) return;
    std::string formatted = read(clean).has_errors ? clean : format_clean(clean);
    if (!is_last && ends_with_blank_line(clean) && !ends_with_blank_line(formatted)) formatted += '\n';
    out += formatted;
    clean.clear();
  };
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    std::string piece = text.substr(starts[i], starts[i + 1] - starts[i]);
    if (!read(piece).has_errors) {
      clean += piece;
      continue;
    }
    finish_clean(false);
    out += piece;
  }
  finish_clean(true);
  return out;
}

}  // namespace

Formatted format(const std::string& text) {
  Read current = read(text);
  if (!current.has_errors) return {format_clean(text), true};
  std::string before = text;
  for (int round = 0; round < kRounds; ++round) {
    std::string after = format_readable(before, current.tree);
    if (after == before) return {std::move(after), false};
    before = std::move(after);
    current = read(before);
    if (!current.has_errors) break;
  }
  // No end in sight: what is doubtful stays as it is.
  return {text, false};
}

}  // namespace berth::format
