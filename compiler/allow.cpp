#include "compiler/allow.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace berth {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kExample = "write `# ecs: allow {} -- why it may stay`";

bool contains(const Span& outer, const Span& inner) {
  return outer.source == inner.source && outer.begin <= inner.begin && inner.end <= outer.end;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

/// Takes `word` and the blanks around it from the front of `text`; false when something else stands there.
bool take(std::string_view& text, std::string_view word) {
  const std::string_view rest = trimmed(text);
  if (!rest.starts_with(word)) return false;
  text = rest.substr(word.size());
  return true;
}

/// The bodies of an item, whatever kind of item it is.
std::vector<const ast::Body*> bodies_of(const ast::Item& item) {
  std::vector<const ast::Body*> bodies;
  if (const auto* entry = ast::as<ast::Entry>(item)) {
    if (entry->body) bodies.push_back(&*entry->body);
  } else if (const auto* loop = ast::as<ast::For>(item)) {
    bodies.push_back(&loop->body);
  } else if (const auto* check = ast::as<ast::Check>(item)) {
    bodies.push_back(&check->body);
  } else if (const auto* choice = ast::as<ast::If>(item)) {
    for (const ast::IfBranch& branch : choice->branches) bodies.push_back(&branch.body);
    if (choice->otherwise) bodies.push_back(&*choice->otherwise);
  }
  return bodies;
}

/// The item that follows `comment` in the innermost block around it; an invalid span when there is none.
Span item_after(const std::vector<ast::Item>& items, const Span& comment) {
  const auto after = std::lower_bound(items.begin(), items.end(), comment.begin,
                                      [](const ast::Item& item, std::uint32_t begin) { return item.span.begin < begin; });
  if (after != items.begin() && contains(std::prev(after)->span, comment)) {
    for (const ast::Body* body : bodies_of(*std::prev(after))) {
      if (contains(body->span, comment)) return item_after(body->items, comment);
    }
    return {};
  }
  return after == items.end() ? Span{} : after->span;
}

/// Whether nothing is in front of the comment on its line: a comment behind an item is about that one, not about the next.
bool stands_alone(const SourceFile& file, const Span& comment) {
  const std::uint32_t begin = file.line_start(file.line_column(comment.begin).line);
  return file.text().substr(begin, comment.begin - begin).find_first_not_of(kBlanks) == std::string_view::npos;
}

bool is_warning(const std::string& code) {
  const DiagnosticCode* row = find_diagnostic_code(code);
  return row != nullptr && row->severity == Severity::warning;
}

}  // namespace

void Allows::read(const ast::File& file, const SourceSet& sources) {
  for (const ast::Comment& comment : file.comments) {
    std::string_view text = sources.text(comment.span);
    if (comment.doc || !take(text, "#") || !take(text, "ecs:") || !take(text, "allow")) continue;
    if (!text.empty() && kBlanks.find(text.front()) == std::string_view::npos) continue;
    Allow allow = parse(sources.text(comment.span), comment.span);
    if (stands_alone(sources.file(file.source), comment.span)) allow.item = item_after(file.items, comment.span);
    allows_.push_back(std::move(allow));
  }
}

Allows::Allow Allows::parse(std::string_view text, Span comment) {
  Allow allow{.comment = comment, .codes = {}, .has_reason = false, .item = {}};
  const std::size_t dashes = text.find("--");
  allow.has_reason = dashes != std::string_view::npos && !trimmed(text.substr(dashes + 2)).empty();
  std::size_t at = text.find("allow") + 5;
  const std::size_t end = std::min(dashes, text.size());
  while (at < end) {
    const std::size_t comma = std::min({text.find(',', at), end});
    const std::string_view code = trimmed(text.substr(at, comma - at));
    if (!code.empty()) {
      const auto begin = comment.begin + static_cast<std::uint32_t>(code.data() - text.data());
      allow.codes.push_back({std::string(code), {comment.source, begin, begin + static_cast<std::uint32_t>(code.size())}});
    }
    at = comma + 1;
  }
  return allow;
}

void Allows::report(const Allow& allow, DiagnosticSink& sink) {
  if (allow.codes.empty()) {
    sink.report("E0014", allow.comment, "this `allow` names no warning").help(fmt::format(kExample, "W0501"));
    return;
  }
  for (const Code& code : allow.codes) {
    if (is_warning(code.text)) continue;
    const bool is_error = find_diagnostic_code(code.text) != nullptr;
    Diagnostic& diagnostic = is_error ? sink.report("E0014", code.span, fmt::format("`{}` is an error, and errors cannot be allowed", code.text))
                                      : sink.report("E0014", code.span, fmt::format("there is no warning `{}`", code.text));
    if (is_error) {
      diagnostic.note("a file with an error has no meaning that could be deployed").help("remove the comment, and mend the error");
      if (allow.codes.size() == 1) diagnostic.fix(allow.comment, "");
    } else {
      diagnostic.help("`berth explain` lists the codes; warnings begin with `W`");
    }
  }
  if (allow.has_reason) return;
  sink.report("E0013", allow.comment, fmt::format("this `allow` of {} has no reason", allow.codes.front().text))
      .note("whoever reads the file next wants to know whether it still holds")
      .help(fmt::format(kExample, allow.codes.front().text));
}

void Allows::apply(DiagnosticSink& sink, bool complete) const {
  std::set<std::pair<const Allow*, std::string>> used;
  sink.remove_if([&](const Diagnostic& diagnostic) {
    if (diagnostic.severity != Severity::warning || diagnostic.labels.empty()) return false;
    bool silenced = false;
    for (const Allow& allow : allows_) {
      // Without a reason the comment is an error; what it is about is not one more.
      if (!allow.item.valid() || !contains(allow.item, diagnostic.labels.front().span)) continue;
      const auto code = std::find_if(allow.codes.begin(), allow.codes.end(), [&](const Code& named) { return named.text == diagnostic.code; });
      if (code == allow.codes.end()) continue;
      used.emplace(&allow, code->text);
      silenced = true;
    }
    return silenced;
  });
  for (const Allow& allow : allows_) {
    report(allow, sink);
    for (const Code& code : allow.codes) {
      if (!complete || !allow.has_reason || !is_warning(code.text) || used.count({&allow, code.text}) == 1) continue;
      Diagnostic& diagnostic = allow.item.valid() ? sink.report("W0506", code.span, fmt::format("this `allow` of {} silences nothing", code.text),
                                                                "the next item has no such warning")
                                                  : sink.report("W0506", code.span, fmt::format("this `allow` of {} silences nothing", code.text),
                                                                "it is about no item");
      diagnostic.help("remove it, or write it on a line of its own above the item");
      if (allow.codes.size() == 1) diagnostic.fix(allow.comment, "");
    }
  }
}

}  // namespace berth
