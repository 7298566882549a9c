#pragma once

// What holds for the formatter and any text. Used by the property tests and by the fuzz target.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "compiler/ast/print.h"
#include "compiler/format/format.h"
#include "compiler/syntax/parse.h"

namespace berth::test {

struct ReadText {
  SourceSet sources;
  DiagnosticSink sink;
  ast::File tree;
};

inline void read_text(const std::string& text, ReadText& out) {
  const SourceId source = out.sources.add("main.ecs", text);
  out.tree = syntax::parse(source, out.sources, out.sink);
}

/// The tree without what the style may change: quotes, `r`, zeros behind a decimal point, and the order of imports.
inline std::string tree_for_comparison(const ast::File& tree) {
  const std::string printed = ast::print(tree);
  std::string plain;
  for (std::size_t i = 0; i < printed.size(); ++i) {
    const bool is_raw = printed[i] == 'r' && i + 1 < printed.size() && printed[i + 1] == '"';
    if (printed[i] == '"' || is_raw) continue;
    if (printed[i] != '.') {
      plain += printed[i];
      continue;
    }
    std::size_t end = i + 1;
    while (end < printed.size() && printed[end] >= '0' && printed[end] <= '9') ++end;
    const bool has_unit = end > i + 1 && end + 1 < printed.size() && printed[end] == ' ';
    std::size_t kept = end;
    while (has_unit && kept > i + 1 && printed[kept - 1] == '0') --kept;
    if (!has_unit || kept > i + 1) plain += printed.substr(i, kept - i);
    i = end - 1;
  }
  // Top-level nodes: imports with their docs first, sorted.
  std::vector<std::string> imports;
  std::vector<std::string> others;
  std::string doc;
  for (std::size_t begin = 0; begin < plain.size();) {
    std::size_t end = begin;
    do end = plain.find('\n', end) + 1;
    while (end < plain.size() && plain[end] == ' ');
    const std::string node = plain.substr(begin, end - begin);
    begin = end;
    if (node.rfind("doc ", 0) == 0) {
      doc = node;
      continue;
    }
    const bool is_import = node.rfind("import ", 0) == 0 || node.rfind("from ", 0) == 0;
    (is_import ? imports : others).push_back(doc + node);
    doc.clear();
  }
  std::sort(imports.begin(), imports.end());
  std::string out;
  for (const auto& nodes : {imports, others}) {
    for (const std::string& node : nodes) out += node;
  }
  return out;
}

inline std::vector<std::string> sorted_comments(const std::string& text, const ast::File& tree) {
  std::vector<std::string> all;
  for (const ast::Comment& comment : tree.comments) {
    std::string one = text.substr(comment.span.begin, comment.span.end - comment.span.begin);
    one.erase(one.find_last_not_of(" \t\f\v") + 1);
    all.push_back(std::move(one));
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// How often each byte occurs that the formatter neither adds nor removes.
inline std::array<std::size_t, 256> kept_bytes(std::string_view text) {
  constexpr std::string_view kFree = " \t\f\v\r\n,\"r0.\xEF\xBB\xBF";
  std::array<std::size_t, 256> counts{};
  for (const char c : text) {
    if (kFree.find(c) == std::string_view::npos) ++counts[static_cast<unsigned char>(c)];
  }
  return counts;
}

/// The first property that formatting `text` breaks, with the result; "" when all hold.
inline std::string broken_format_property(const std::string& text) {
  const format::Formatted once = format::format(text);
  const format::Formatted twice = format::format(once.text);
  const auto broken = [&](std::string_view what) { return std::string(what) + "; the result:\n" + once.text; };
  if (once.text != twice.text) return broken("formatting again changes the text") + "\nand again:\n" + twice.text;
  if (kept_bytes(text) != kept_bytes(once.text)) return broken("something is lost or added");
  ReadText before;
  read_text(text, before);
  if (once.complete == before.sink.has_errors()) return broken("`complete` does not say whether there are syntax errors");
  if (!once.complete) return "";
  ReadText after;
  read_text(once.text, after);
  if (after.sink.has_errors()) return broken("the result has syntax errors");
  if (tree_for_comparison(before.tree) != tree_for_comparison(after.tree)) {
    return broken("the tree is another one") + "\nbefore:\n" + tree_for_comparison(before.tree) + "after:\n" + tree_for_comparison(after.tree);
  }
  if (sorted_comments(text, before.tree) != sorted_comments(once.text, after.tree)) return broken("the comments are others");
  return "";
}

}  // namespace berth::test
