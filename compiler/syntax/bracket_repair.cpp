#include "compiler/syntax/bracket_repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

namespace berth::syntax {
namespace {

struct Open {
  TokenKind kind = TokenKind::open_brace;
  std::size_t token = 0;  ///< its index
  std::uint32_t line = 0;
  bool in_line_string = false;  ///< a `${` of a one-line string
};

/// Brackets that are all missing at one place: one mistake.
struct Missing {
  std::vector<Open> opens;         ///< innermost first
  std::size_t after = 0;           ///< index of the token after which the closers were expected
  std::optional<std::size_t> before;  ///< the token whose indentation or kind told; none at the end of the file
};
struct Stray {
  std::size_t token = 0;
  std::optional<Open> instead_of;  ///< the bracket it should have closed
};
struct Findings {
  std::vector<Missing> missing;
  std::vector<Stray> strays;
  std::size_t missing_count = 0;
};

/// One pass over the tokens with a stack of brackets. `missing_budget` and `stray_budget` are how many mistakes may be concluded from
/// indentation alone; with none it is the plain matching of brackets.
class Matcher {
 public:
  Matcher(const Tokens& tokens, const LineTable& lines) : tokens_(tokens), lines_(lines) {}

  Findings run(std::size_t missing_budget, std::size_t stray_budget) {
    missing_budget_ = missing_budget;
    stray_budget_ = stray_budget;
    for (index_ = 0; index_ < tokens_.size(); ++index_) {
      const Token& token = tokens_[index_];
      if (!token.visible || token.kind == TokenKind::newline) continue;
      const std::uint32_t line = missing_budget_ + stray_budget_ > 0 ? lines_.line_of(token.begin) : 0;
      track_string(token.kind);
      if (!in_string_text(token.kind) && (missing_budget_ > 0 || stray_budget_ > 0) && line != last_line_) check_indentation(token, line);
      match(token, line);
      last_ = index_;
      last_line_ = missing_budget + stray_budget > 0 ? lines_.line_of(std::max(token.end, 1u) - 1) : 0;
    }
    return std::move(findings_);
  }

 private:
  static bool in_string_text(TokenKind kind) {
    return kind == TokenKind::string_text || kind == TokenKind::block_string_close || kind == TokenKind::line_string_close ||
           kind == TokenKind::open_interpolation;
  }

  void track_string(TokenKind kind) {
    if (kind == TokenKind::line_string_open || kind == TokenKind::block_string_open) {
      line_strings_.push_back(kind == TokenKind::line_string_open);
    } else if ((kind == TokenKind::line_string_close || kind == TokenKind::block_string_close || kind == TokenKind::line_string_end) &&
               !line_strings_.empty()) {
      line_strings_.pop_back();
    }
  }

  /// A line that is indented no deeper than the one with the open bracket is outside of it.
  void check_indentation(const Token& first, std::uint32_t line) {
    const std::uint32_t indent = lines_.indent(line);
    bool found = false;
    while (missing_budget_ > 0 && !open_.empty() && open_.back().line < line && ends_before(first, indent)) {
      add_missing(open_.back(), index_, found);
      open_.pop_back();
      --missing_budget_;
      found = true;
    }
  }

  [[nodiscard]] bool ends_before(const Token& first, std::uint32_t indent) const {
    const std::uint32_t own = lines_.indent(open_.back().line);
    return first.kind == TokenKind::end ? false : matches(open_.back().kind, first.kind) ? indent < own : indent <= own;
  }

  void match(const Token& token, std::uint32_t line) {
    if (is_opener(token.kind)) {
      open_.push_back({token.kind, index_, line, !line_strings_.empty() && line_strings_.back()});
    } else if (token.kind == TokenKind::close_brace) {
      close_brace(token, line);
    } else if (is_closer(token.kind)) {
      close_other(token);
    } else if (token.kind == TokenKind::end) {
      for (bool merge = false; !open_.empty(); open_.pop_back(), merge = true) add_missing(open_.back(), std::nullopt, merge);
    }
  }

  void close_brace(const Token& token, std::uint32_t line) {
    const bool any = std::any_of(open_.rbegin(), open_.rend(), [](const Open& open) { return matches(open.kind, TokenKind::close_brace); });
    if (!any) return findings_.strays.push_back({index_, std::nullopt});
    if (stray_budget_ > 0 && open_.back().kind == TokenKind::open_brace && open_.back().line < line && begins_line(token, line) &&
        lines_.indent(line) > lines_.indent(open_.back().line)) {
      --stray_budget_;
      return findings_.strays.push_back({index_, std::nullopt});
    }
    for (bool merge = false; !matches(open_.back().kind, TokenKind::close_brace); open_.pop_back(), merge = true) {
      add_missing(open_.back(), index_, merge);
    }
    open_.pop_back();
  }

  void close_other(const Token& token) {
    const bool brace_inside = open_.empty() || matches(open_.back().kind, TokenKind::close_brace);
    if (brace_inside) return findings_.strays.push_back({index_, std::nullopt});
    if (!matches(open_.back().kind, token.kind)) {
      if (open_.size() < 2 || !matches(open_[open_.size() - 2].kind, token.kind)) {
        findings_.strays.push_back({index_, open_.back()});
        return open_.pop_back();
      }
      add_missing(open_.back(), index_, false);
      open_.pop_back();
    }
    open_.pop_back();
  }

  [[nodiscard]] bool begins_line(const Token& token, std::uint32_t line) const {
    return token.begin == lines_.begin(line) + lines_.indent(line);
  }

  void add_missing(const Open& open, std::optional<std::size_t> before, bool merge) {
    ++findings_.missing_count;
    if (merge && !findings_.missing.empty()) {
      findings_.missing.back().opens.push_back(open);
    } else {
      findings_.missing.push_back({{open}, last_, before});
    }
  }

  const Tokens& tokens_;
  const LineTable& lines_;
  std::vector<Open> open_;
  std::vector<bool> line_strings_;  ///< the strings we are in; whether each is a one-line string
  std::size_t index_ = 0;
  std::size_t last_ = 0;  ///< index of the visible token before
  std::uint32_t last_line_ = 0xFFFFFFFF;
  std::size_t missing_budget_ = 0;
  std::size_t stray_budget_ = 0;
  Findings findings_;
};

std::string_view spelling(TokenKind opener) {
  switch (opener) {
    case TokenKind::open_bracket: return "[";
    case TokenKind::open_parenthesis: return "(";
    case TokenKind::open_interpolation: return "${";
    default: return "{";
  }
}
std::string_view closer_of(TokenKind opener) {
  return opener == TokenKind::open_bracket ? "]" : opener == TokenKind::open_parenthesis ? ")" : "}";
}

/// What to insert for the forgotten closers, innermost first.
std::string closers(const Missing& missing, const Tokens& tokens, const LineTable& lines, bool line_goes_on) {
  std::string text;
  std::uint32_t line = lines.line_of(tokens[missing.after].begin);
  for (const Open& open : missing.opens) {
    const std::uint32_t open_line = lines.line_of(tokens[open.token].begin);
    if (open.kind != TokenKind::open_brace) {
      text += closer_of(open.kind);
      if (open.in_line_string && !line_goes_on) text += '"';
    } else if (open_line == line || line_goes_on) {
      text += " }";
    } else {
      text += "\n";
      text += lines.indentation(open_line);
      text += "}";
    }
  }
  return text;
}

class Repair {
 public:
  Repair(std::string_view text, const Tokens& tokens, const LineTable& lines, Reporter& reporter)
      : text_(text), tokens_(tokens), lines_(lines), reporter_(reporter) {}

  void report(const Missing& missing) {
    const Open& open = missing.opens.front();
    const Token& opener = tokens_[open.token];
    const std::uint32_t place = tokens_[missing.after].end;
    const bool line_goes_on = missing.before && lines_.line_of(tokens_[*missing.before].begin) == lines_.line_of(place);
    const std::string insertion = closers(missing, tokens_, lines_, line_goes_on);
    Diagnostic& diagnostic =
        reporter_.report("E0004", opener.begin, opener.end, fmt::format("`{}` opened here is never closed", spelling(open.kind)));
    if (missing.before) {
      label_evidence(diagnostic, missing, line_goes_on);
    } else {
      diagnostic.label(reporter_.span(place, place), "the file ends here");
    }
    if (missing.opens.size() > 1) diagnostic.note(fmt::format("{} brackets are missing here", missing.opens.size()));
    diagnostic.help(fmt::format("insert `{}`", closer_of(open.kind))).fix(reporter_.span(place, place), insertion);
    edits_.push_back({place, place, insertion});
  }

  void report(const Stray& stray) {
    const Token& token = tokens_[stray.token];
    const std::string_view spelled = text_.substr(token.begin, token.end - token.begin);
    std::string replacement;
    if (stray.instead_of) {
      replacement = closer_of(stray.instead_of->kind);
      const Token& opener = tokens_[stray.instead_of->token];
      reporter_.report("E0005", token.begin, token.end, fmt::format("this `{}` closes nothing", spelled))
          .label(reporter_.span(opener.begin, opener.end), fmt::format("`{}` is open here", spelling(stray.instead_of->kind)))
          .help(fmt::format("close it with `{}`", replacement))
          .fix(reporter_.span(token.begin, token.end), replacement);
    } else {
      reporter_.report("E0005", token.begin, token.end, fmt::format("this `{}` closes nothing", spelled))
          .help("blocks opened above are all closed; remove it")
          .fix(reporter_.span(token.begin, token.end), "");
    }
    edits_.push_back({token.begin, token.end, replacement});
  }

  std::vector<Edit> take_edits() { return std::move(edits_); }

 private:
  void label_evidence(Diagnostic& diagnostic, const Missing& missing, bool line_goes_on) {
    const Token& evidence = tokens_[*missing.before];
    const std::string_view word = text_.substr(evidence.begin, evidence.end - evidence.begin);
    const std::string_view closer = closer_of(missing.opens.front().kind);
    const bool top = lines_.indent(lines_.line_of(evidence.begin)) == 0;
    const Span place = reporter_.span(evidence.begin, evidence.end);
    if (line_goes_on || is_closer(evidence.kind)) {
      diagnostic.label(place, fmt::format("the `{}` was expected before this `{}`", closer, word));
    } else if (top && missing.opens.front().kind == TokenKind::open_brace) {
      diagnostic.label(place, fmt::format("`{}` is indented like a new top-level block, so the `{}` was expected before it", word, closer));
    } else {
      diagnostic.label(place, fmt::format("`{}` is not indented deeper, so the `{}` was expected before it", word, closer));
    }
  }

  std::string_view text_;
  const Tokens& tokens_;
  const LineTable& lines_;
  Reporter& reporter_;
  std::vector<Edit> edits_;
};

}  // namespace

std::vector<Edit> repair_brackets(std::string_view text, const Tokens& tokens, Reporter& reporter) {
  const LineTable lines(text);
  const Findings plain = Matcher(tokens, lines).run(0, 0);
  if (plain.missing.empty() && plain.strays.empty()) return {};
  Findings findings = Matcher(tokens, lines).run(plain.missing_count, plain.strays.size());
  // Where the indentation misleads, closers are left over that closed something.
  const auto left_over = [](const Findings& found) {
    return std::count_if(found.strays.begin(), found.strays.end(), [](const Stray& stray) { return !stray.instead_of; });
  };
  if (left_over(findings) > left_over(plain)) findings = plain;
  Repair repair(text, tokens, lines, reporter);
  for (const Missing& missing : findings.missing) repair.report(missing);
  for (const Stray& stray : findings.strays) repair.report(stray);
  return repair.take_edits();
}

}  // namespace berth::syntax
