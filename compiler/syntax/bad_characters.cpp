#include "compiler/syntax/bad_characters.h"

#include <fmt/format.h>

#include <array>

namespace berth::syntax {
namespace {

constexpr std::array<std::string_view, 6> kDoubleQuotes = {"“", "”", "„", "‟", "«", "»"};
constexpr std::array<std::string_view, 6> kSingleQuotes = {"'", "‘", "’", "‚", "‹", "›"};
constexpr std::array<std::string_view, 3> kWideBlanks = {"\xC2\xA0", "\xE2\x80\xAF", "\xE3\x80\x80"};  // U+00A0, U+202F, U+3000
constexpr std::array<std::string_view, 4> kInvisible = {"\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xEF\xBB\xBF"};  // U+200B-D, U+FEFF

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& set, std::string_view character) {
  for (const std::string_view each : set) {
    if (each == character) return true;
  }
  return false;
}

bool is_letter_like(std::string_view character) { return static_cast<unsigned char>(character.front()) >= 0xC0; }

/// Offset of the first of `set` in [begin, end), and its length; 0 when there is none.
template <std::size_t N>
std::pair<std::uint32_t, std::size_t> find_any(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                               const std::array<std::string_view, N>& set) {
  for (std::uint32_t at = begin; at < end; ++at) {
    for (const std::string_view each : set) {
      if (text.compare(at, each.size(), each) == 0) return {at, each.size()};
    }
  }
  return {end, 0};
}

class Description {
 public:
  Description(std::string_view text, const Tokens& tokens, std::size_t index, std::uint32_t line_end, bool inside_brackets)
      : text_(text), tokens_(tokens), index_(index), line_end_(line_end), inside_brackets_(inside_brackets) {
    bad_.begin = tokens[index].begin;
    bad_.end = tokens[index].end;
  }

  BadCharacters make() {
    const std::string_view character = spelled();
    if (contains(kDoubleQuotes, character)) {
      quote(fmt::format("`{}` is a typographic quote", character), kDoubleQuotes);
    } else if (contains(kSingleQuotes, character)) {
      quote(character == "'" ? "strings are written with `\"`, not with `'`" : fmt::format("`{}` is a typographic quote", character),
            kSingleQuotes);
    } else if (character == ";") {
      semicolon();
    } else if (character == "!") {
      operator_word("not");
    } else if (character == "&" && next_is("&")) {
      extend_run();
      operator_word("and");
    } else if (contains(kWideBlanks, character)) {
      extend_run();
      blank("a blank that is no ordinary blank", " ");
    } else if (contains(kInvisible, character)) {
      extend_run();
      blank("an invisible character", "");
    } else if (character == "\r") {
      blank("a carriage return without a line feed", "\n");
    } else if (is_letter_like(character)) {
      foreign_word();
    } else {
      extend_run();
      bad_.message = fmt::format("`{}` means nothing here", spelled());
      bad_.repair = {bad_.begin, bad_.end, " "};
    }
    return std::move(bad_);
  }

 private:
  [[nodiscard]] std::string_view spelled() const { return text_.substr(bad_.begin, bad_.end - bad_.begin); }
  [[nodiscard]] bool next_is(std::string_view character) const {
    return text_.compare(bad_.end, character.size(), character) == 0;
  }
  /// Takes in the bad characters that follow directly.
  void extend_run() {
    for (std::size_t i = index_ + 1; i < tokens_.size() && tokens_[i].kind == TokenKind::bad && tokens_[i].begin == bad_.end; ++i) {
      bad_.end = tokens_[i].end;
    }
  }
  void fix(std::uint32_t begin, std::uint32_t end, std::string replacement) {
    bad_.repair = {begin, end, std::move(replacement)};
    bad_.fix = bad_.repair;
  }

  template <std::size_t N>
  void quote(std::string message, const std::array<std::string_view, N>& quotes) {
    bad_.message = std::move(message);
    auto [at, length] = find_any(text_, bad_.end, line_end_, quotes);
    if (length == 0) {
      at = static_cast<std::uint32_t>(std::min<std::size_t>(text_.find('"', bad_.end), line_end_));
      length = at < line_end_ ? 1 : 0;
    }
    if (length == 0) {
      bad_.helps.push_back("write `\"` at both ends of the text");
      bad_.repair = {bad_.begin, bad_.end, " "};
      return;
    }
    std::string inner(text_.substr(bad_.end, at - bad_.end));
    const bool plain = inner.find_first_of("\"\\") == std::string::npos;
    bad_.helps.push_back(plain ? fmt::format("write `\"{}\"`", inner) : "write `\"` at both ends of the text");
    const auto end = static_cast<std::uint32_t>(at + length);
    if (!plain) {
      bad_.repair = {bad_.begin, end, "\"\""};
      return;
    }
    fix(bad_.begin, end, "\"" + inner + "\"");
  }

  /// At the end of an item it is too much; between two, a comma or a new line is meant.
  void semicolon() {
    bad_.message = "settings do not end with `;`";
    std::size_t next = index_ + 1;
    while (!tokens_[next].visible && tokens_[next].kind != TokenKind::newline) ++next;
    const TokenKind kind = tokens_[next].kind;
    if (kind == TokenKind::newline || kind == TokenKind::end || kind == TokenKind::comma || is_closer(kind)) {
      bad_.helps.push_back("remove it: the line's end ends the setting");
      fix(bad_.begin, bad_.end, "");
    } else if (inside_brackets_) {
      bad_.helps.push_back("write `,` between two settings on one line");
      fix(bad_.begin, bad_.end, ",");
    } else {
      bad_.helps.push_back("begin a new line");
      fix(bad_.begin, bad_.end, "\n");
    }
  }

  void operator_word(std::string_view word) {
    bad_.message = fmt::format("`{}` is written `{}`", spelled(), word);
    const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '('; };
    std::string replacement(word);
    if (bad_.begin > 0 && !is_blank(text_[bad_.begin - 1])) replacement.insert(0, " ");
    if (bad_.end < text_.size() && !is_blank(text_[bad_.end])) replacement += ' ';
    bad_.helps.push_back(fmt::format("write `{}`", word));
    fix(bad_.begin, bad_.end, replacement);
  }

  void blank(std::string message, std::string replacement) {
    bad_.message = std::move(message);
    bad_.helps.push_back(replacement.empty() ? "remove it" : "replace it; it may have come with copied text");
    fix(bad_.begin, bad_.end, std::move(replacement));
  }

  /// Letters outside of ASCII: show the whole word they are in.
  void foreign_word() {
    std::size_t first = index_;
    while (first > 0 && joins_word(tokens_[first - 1]) && tokens_[first - 1].end == tokens_[first].begin) --first;
    std::size_t last = index_;
    while (last + 1 < tokens_.size() && joins_word(tokens_[last + 1]) && tokens_[last + 1].begin == tokens_[last].end) ++last;
    const std::string character(spelled());
    bad_.begin = tokens_[first].begin;
    bad_.end = tokens_[last].end;
    bad_.message = fmt::format("`{}` cannot be part of a name", character);
    bad_.helps.push_back(fmt::format("names are made of a-z, A-Z, 0-9 and `_`; any other text is quoted: `\"{}\"`", spelled()));
    bad_.repair = {bad_.begin, bad_.end, fmt::format("\"{}\"", spelled())};
  }

  [[nodiscard]] bool joins_word(const Token& token) const {
    if (token.kind == TokenKind::word) return true;
    return token.kind == TokenKind::bad && is_letter_like(text_.substr(token.begin, token.end - token.begin));
  }

  std::string_view text_;
  const Tokens& tokens_;
  std::size_t index_;
  std::uint32_t line_end_;
  bool inside_brackets_;
  BadCharacters bad_;
};

}  // namespace

BadCharacters describe_bad_characters(std::string_view text, const Tokens& tokens, std::size_t index, std::uint32_t line_end,
                                      bool inside_brackets) {
  return Description(text, tokens, index, line_end, inside_brackets).make();
}

}  // namespace berth::syntax
