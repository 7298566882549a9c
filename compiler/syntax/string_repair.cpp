#include "compiler/syntax/string_repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "compiler/syntax/bad_characters.h"

namespace berth::syntax {
namespace {

/// A `${` that is open, and how.
struct OpenInterpolation {
  std::size_t token = 0;
  bool in_block_string = false;
  std::size_t depth = 0;  ///< brackets around it
};

/// Whether something is certainly wrong with the strings or brackets: only then is indentation looked at.
bool is_broken(const Tokens& tokens) {
  std::ptrdiff_t depth = 0;
  for (const Token& token : tokens) {
    if (is_opener(token.kind)) ++depth;
    if (is_closer(token.kind)) --depth;
    if (token.kind == TokenKind::line_string_end || depth < 0) return true;
  }
  return depth != 0;
}

class Scanner {
 public:
  Scanner(std::string_view text, const Tokens& tokens, Reporter& reporter)
      : text_(text), tokens_(tokens), lines_(text), reporter_(reporter), broken_(is_broken(tokens)) {}

  CharacterRepair run() {
    for (std::size_t i = 0; i < tokens_.size() && !repair_.cut_short; ++i) {
      if (tokens_[i].begin >= skip_to_) inspect(i);
      if (is_opener(tokens_[i].kind)) ++depth_;
      if (is_closer(tokens_[i].kind) && depth_ > 0) --depth_;
    }
    return std::move(repair_);
  }

 private:
  void inspect(std::size_t index) {
    const Token& token = tokens_[index];
    switch (token.kind) {
      case TokenKind::bad: return bad_character(index);
      case TokenKind::raw_unclosed: return unclosed_line_string(token);
      case TokenKind::raw_block_unclosed: return unclosed_block_string(token);
      case TokenKind::line_string_open: strings_.push_back(index); break;
      case TokenKind::block_string_open: return block_string_open(index);
      case TokenKind::line_string_close:
      case TokenKind::block_string_close: close_string(index); break;
      case TokenKind::line_string_end: return line_string_end();
      case TokenKind::open_interpolation:
        interpolations_.push_back({index, !strings_.empty() && tokens_[strings_.back()].kind == TokenKind::block_string_open, depth_});
        braces_.push_back(true);
        break;
      case TokenKind::open_brace: braces_.push_back(false); break;
      case TokenKind::close_brace:
        if (!braces_.empty()) {
          if (braces_.back()) interpolations_.pop_back();
          braces_.pop_back();
        }
        break;
      case TokenKind::newline:
        if (broken_) line_end_in_interpolation(index);
        break;
      case TokenKind::raw_block_string:
        if (looks_like_opening(token, token.end - 3)) unclosed_block_string(token);
        break;
      case TokenKind::end:
        if (!strings_.empty()) unclosed_block_string(tokens_[strings_.front()]);
        break;
      default: break;
    }
  }

  [[nodiscard]] std::uint32_t line(const Token& token) const { return lines_.line_of(token.begin); }
  void edit(std::uint32_t begin, std::uint32_t end, std::string replacement) {
    repair_.edits.push_back({begin, end, std::move(replacement)});
  }
  void skip_line(std::uint32_t index) { skip_to_ = lines_.end(index); }

  void bad_character(std::size_t index) {
    const std::uint32_t at = line(tokens_[index]);
    const BadCharacters bad = describe_bad_characters(text_, tokens_, index, lines_.end(at), depth_ > 0);
    Diagnostic& diagnostic = reporter_.report("E0007", bad.begin, bad.end, bad.message);
    for (const std::string& help : bad.helps) diagnostic.help(help);
    if (bad.fix) diagnostic.fix(reporter_.span(bad.fix->begin, bad.fix->end), bad.fix->replacement);
    repair_.edits.push_back(bad.repair);
    skip_line(at);
  }

  void close_string(std::size_t index) {
    if (strings_.empty()) return;
    const Token& opener = tokens_[strings_.back()];
    strings_.pop_back();
    if (tokens_[index].kind == TokenKind::block_string_close && looks_like_opening(opener, tokens_[index].begin)) {
      unclosed_block_string(opener);
    }
  }

  /// Whether the `"""` at `close` stands on a line `name = """` that is indented no deeper than the line of the opener: then it was meant
  /// to open another string.
  [[nodiscard]] bool looks_like_opening(const Token& opener, std::uint32_t close) const {
    const std::uint32_t at = lines_.line_of(close);
    const std::string_view before = text_.substr(lines_.begin(at), close - lines_.begin(at));
    const std::size_t last = before.find_last_not_of(" \tr");
    const std::size_t first = before.find_first_not_of(" \t");
    return at != line(opener) && lines_.indent(at) <= lines_.indent(line(opener)) && close + 3 == lines_.end(at) &&
           last != std::string_view::npos && before[last] == '=' && first < last;
  }

  /// A line that is indented no deeper than the one with the `"` is not inside of its `${`.
  void line_end_in_interpolation(std::size_t index) {
    if (interpolations_.empty() || interpolations_.back().in_block_string || interpolations_.back().depth + 1 != depth_) return;
    const Token& open = tokens_[interpolations_.back().token];
    const std::uint32_t next = line(tokens_[index]) + 1;
    if (next >= lines_.size() || lines_.blank(next) || lines_.indent(next) > lines_.indent(line(open))) return;
    const std::uint32_t place = last_token_of_line(interpolations_.back().token);
    unclosed_interpolation(open, place, "}\"");
    repair_.cut_short = true;
  }

  /// A `"` whose line ended. If a `${` of the same line is open, the `"` was meant to close the string around it.
  void line_string_end() {
    if (strings_.empty()) return;
    const Token& opener = tokens_[strings_.back()];
    strings_.pop_back();
    if (!interpolations_.empty() && !interpolations_.back().in_block_string &&
        line(tokens_[interpolations_.back().token]) == line(opener)) {
      unclosed_interpolation(tokens_[interpolations_.back().token], opener.begin, "}");
      repair_.cut_short = true;  // the strings of this line began and ended elsewhere
      return;
    }
    unclosed_line_string(opener);
  }

  void unclosed_interpolation(const Token& open, std::uint32_t place, std::string insertion) {
    reporter_.report("E0004", open.begin, open.end, "`${` opened here is never closed")
        .label(reporter_.span(place, place), fmt::format("the `{}` was expected here", insertion))
        .help(fmt::format("insert `{}`", insertion))
        .fix(reporter_.span(place, place), insertion);
    edit(place, place, std::move(insertion));
  }

  void unclosed_line_string(const Token& opener) {
    const std::uint32_t at = line(opener);
    const std::uint32_t place = end_of_meant_text(opener, at);
    // After a lone `\` a quote would be text.
    const bool escaped = opener.kind != TokenKind::raw_unclosed && !even_backslashes(place);
    const std::string quote = escaped ? "\\\"" : "\"";
    reporter_.report("E0006", opener.begin, lines_.end(at), "the string is not closed on this line")
        .help("close it, or use `\"\"\"` for several lines")
        .fix(reporter_.span(place, place), quote);
    edit(place, place, quote);
    skip_line(at);
  }

  /// Where the closing quote was forgotten: at the line's end, but before a comma and the closers of brackets that this line opened.
  [[nodiscard]] std::uint32_t end_of_meant_text(const Token& opener, std::uint32_t at) const {
    const std::uint32_t begin = lines_.begin(at);
    std::string open;
    for (const char c : text_.substr(begin, opener.begin - begin)) {
      if (c == '(' || c == '[' || c == '{') open += c == '(' ? ')' : c == '[' ? ']' : '}';
      if (!open.empty() && c == open.back()) open.pop_back();
    }
    std::uint32_t place = lines_.end(at);
    const auto trim = [&](std::uint32_t from) {
      while (from > opener.end && (text_[from - 1] == ' ' || text_[from - 1] == '\t')) --from;
      return from;
    };
    place = trim(place);
    for (const char closer : open) {  // the outermost closes last
      if (place <= opener.end || text_[place - 1] != closer) break;
      place = trim(place - 1);
    }
    if (place > opener.end && text_[place - 1] == ',') place = trim(place - 1);
    return std::max(place, std::min(opener.end, lines_.end(at)));
  }

  [[nodiscard]] bool even_backslashes(std::uint32_t end) const {
    std::uint32_t count = 0;
    while (count < end && text_[end - 1 - count] == '\\') ++count;
    return count % 2 == 0;
  }

  void block_string_open(std::size_t index) {
    const Token& token = tokens_[index];
    const std::uint32_t at = line(token);
    const bool begins_line = token.begin == lines_.begin(at) + lines_.indent(at);
    if (begins_line && !interpolations_.empty() && interpolations_.back().in_block_string) {
      // Nothing but the end of the string around an open `${` begins a line with `"""`.
      const Token& open = tokens_[interpolations_.back().token];
      const std::uint32_t place = last_token_of_line(interpolations_.back().token);
      unclosed_interpolation(open, place, "}");
      repair_.cut_short = true;
      return;
    }
    strings_.push_back(index);
  }

  /// End of the last token on the line of the token `index`.
  [[nodiscard]] std::uint32_t last_token_of_line(std::size_t index) const {
    const std::uint32_t end = lines_.end(line(tokens_[index]));
    std::uint32_t last = tokens_[index].end;
    for (std::size_t i = index; i < tokens_.size() && tokens_[i].begin < end; ++i) {
      if (tokens_[i].visible && tokens_[i].kind != TokenKind::newline) last = std::min(tokens_[i].end, end);
    }
    return last;
  }

  void unclosed_block_string(const Token& opener) {
    const std::uint32_t at = line(opener);
    std::uint32_t before = at + 1;
    while (before < lines_.size() && (lines_.blank(before) || lines_.indent(before) > lines_.indent(at))) ++before;
    const std::string indentation(lines_.indentation(at));
    const bool at_end = before >= lines_.size();
    const std::uint32_t place = at_end ? static_cast<std::uint32_t>(text_.size()) : lines_.begin(before);
    const std::string insertion = indentation + "\"\"\"\n";
    Diagnostic& diagnostic = reporter_.report("E0006", opener.begin, opener.end, "the string opened here is never closed");
    if (!at_end) {
      const std::uint32_t begin = place + lines_.indent(before);
      diagnostic.label(reporter_.span(begin, lines_.end(before)), "this line is not indented deeper, so the string should have ended before it");
    }
    diagnostic.help("write the closing `\"\"\"` on a line of its own").fix(reporter_.span(place, place), insertion);
    edit(place, place, insertion);
    repair_.cut_short = true;
  }

  std::string_view text_;
  const Tokens& tokens_;
  LineTable lines_;
  Reporter& reporter_;
  CharacterRepair repair_;
  std::vector<std::size_t> strings_;  ///< openers of the strings we are in
  std::vector<OpenInterpolation> interpolations_;
  std::vector<bool> braces_;  ///< the open `{` and `${`; whether each is a `${`
  bool broken_;
  std::uint32_t skip_to_ = 0;
  std::size_t depth_ = 0;  ///< of brackets
};

}  // namespace

CharacterRepair repair_characters(std::string_view text, const Tokens& tokens, Reporter& reporter) {
  return Scanner(text, tokens, reporter).run();
}

}  // namespace berth::syntax
