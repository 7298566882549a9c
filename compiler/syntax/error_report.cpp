#include "compiler/syntax/error_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string>

namespace berth::syntax {
namespace {

using P = EcsParser;

bool any_of(std::size_t type, std::initializer_list<std::size_t> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool is_keyword(std::size_t type) { return type >= P::KW_LET && type <= P::KW_NULL; }
bool begins_string(std::size_t type) {
  return any_of(type, {P::STRING, P::RAW_STRING, P::RAW_ML, P::DQ_OPEN, P::ML_OPEN});
}
/// Tokens that begin a value and nothing else that could stand behind a setting's name.
bool begins_value(std::size_t type) {
  return begins_string(type) ||
         any_of(type, {P::NUMBER, P::IDENT, P::MINUS, P::LBRACK, P::LPAREN, P::KW_NOT, P::KW_TRUE, P::KW_FALSE, P::KW_NULL, P::KW_IF});
}
bool begins_item(std::size_t type) { return type == P::IDENT || begins_string(type) || is_keyword(type); }
bool ends_value(std::size_t type) { return any_of(type, {P::NL, P::COMMA, P::RBRACE, P::RBRACK, P::RPAREN, P::EOF}); }

/// What a visible token is and where.
struct Place {
  std::size_t type = antlr4::Token::EOF;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

class SyntaxError {
 public:
  SyntaxError(antlr4::Parser& parser, antlr4::Token* offending, const antlr4::misc::IntervalSet& expected, std::string_view text,
              LexedText& lexed, Reporter& reporter)
      : expected_(expected), text_(text), lexed_(lexed), reporter_(reporter) {
    const std::size_t index = offending->getTokenIndex();
    at_ = place(index);
    std::size_t before = index;
    before_ = step_back(before);
    before_that_ = step_back(before);
    std::size_t after = index;
    after_ = step_forward(after);
    for (auto* context = dynamic_cast<antlr4::ParserRuleContext*>(parser.getContext()); context != nullptr;
         context = dynamic_cast<antlr4::ParserRuleContext*>(context->parent)) {
      rules_.push_back(context);
    }
  }

  /// The list, the more particular first.
  void report() {
    using Row = bool (SyntaxError::*)();
    static constexpr std::array<Row, 25> kRows = {
        &SyntaxError::keyword_as_setting, &SyntaxError::keyword_alone,  &SyntaxError::foreign_comment, &SyntaxError::foreign_or,
        &SyntaxError::brace_on_next_line, &SyntaxError::missing_value,  &SyntaxError::double_equals,   &SyntaxError::colon_for_equals,
        &SyntaxError::dotted_setting,     &SyntaxError::missing_equals, &SyntaxError::missing_comma,   &SyntaxError::swallowed_unit,
        &SyntaxError::moved_arrow,        &SyntaxError::missing_type,   &SyntaxError::second_equals,   &SyntaxError::assert_message,
        &SyntaxError::keyword_as_name,    &SyntaxError::missing_name,   &SyntaxError::missing_keyword, &SyntaxError::missing_block,
        &SyntaxError::foreign_choice,         &SyntaxError::foreign_function, &SyntaxError::parameters_in_brackets, &SyntaxError::bound_by_name, &SyntaxError::bare_expression};
    for (const Row row : kRows) {
      if ((this->*row)()) return;
    }
    unexpected();
  }

 private:
  // ---- the situation ----
  [[nodiscard]] Place place(std::size_t index) const {
    const Token& token = lexed_.tokens()[index];
    return {lexed_.stream().get(index)->getType(), token.begin, token.end};
  }
  [[nodiscard]] Place step_back(std::size_t& index) const {
    while (index > 0) {
      if (lexed_.tokens()[--index].visible) return place(index);
    }
    return {P::NL, 0, 0};
  }
  [[nodiscard]] Place step_forward(std::size_t& index) const {
    while (index + 1 < lexed_.tokens().size()) {
      if (lexed_.tokens()[++index].visible) return place(index);
    }
    return at_;
  }
  [[nodiscard]] std::string_view spelled(const Place& place) const { return text_.substr(place.begin, place.end - place.begin); }
  [[nodiscard]] std::size_t rule() const { return rules_.empty() ? std::size_t{P::RuleFile} : rules_.front()->getRuleIndex(); }
  [[nodiscard]] bool in_rule(std::initializer_list<std::size_t> rules) const { return any_of(rule(), rules); }
  [[nodiscard]] bool expects(std::size_t type) const { return expected_.contains(type); }
  [[nodiscard]] bool expects_value() const { return expects(P::KW_NULL); }
  [[nodiscard]] bool same_line() const { return text_.substr(before_.end, at_.begin - before_.end).find('\n') == std::string_view::npos; }
  [[nodiscard]] bool adjacent(const Place& a, const Place& b) const { return a.end == b.begin; }
  /// The innermost rule of this kind, or null.
  template <class Context>
  [[nodiscard]] Context* innermost() const {
    for (auto* context : rules_) {
      if (auto* found = dynamic_cast<Context*>(context)) return found;
    }
    return nullptr;
  }
  /// Where an item may follow on the same line: in a block `,` separates them, at the top level only a newline does.
  [[nodiscard]] bool at_top_level() const { return innermost<P::BodyContext>() == nullptr; }

  // ---- saying it ----
  Diagnostic& report_at(std::string_view code, const Place& place, std::string message, std::string label = "") {
    return reporter_.report(code, place.begin, place.end, std::move(message), std::move(label));
  }
  /// Between the token before and the one at fault.
  Diagnostic& report_gap(std::string_view code, std::string message, std::string label) {
    return reporter_.report(code, before_.end, before_.end, std::move(message), std::move(label));
  }
  [[nodiscard]] Span span(const Place& place) const { return reporter_.span(place.begin, place.end); }
  [[nodiscard]] Span point(std::uint32_t offset) const { return reporter_.span(offset, offset); }
  [[nodiscard]] std::string quoted(const Place& place) const {
    if (place.type == P::NL) return "end of the line";
    if (place.type == P::EOF) return "end of the file";
    const std::string_view whole = spelled(place);
    return whole.size() > 40 || whole.find('\n') != std::string_view::npos ? "string" : fmt::format("`{}`", whole);
  }
  static std::string quoted(std::string_view text) { return fmt::format("`{}`", text); }

  // ---- the rows; each says whether it was the one ----

  /// `if = 3`
  bool keyword_as_setting() {
    if (at_.type != P::ASSIGN || !is_keyword(before_.type) || !any_of(before_that_.type, {P::NL, P::LBRACE, P::COMMA})) return false;
    report_at("E0010", before_, fmt::format("{} is a word of the language, not a setting's name", quoted(before_)))
        .help(fmt::format("write it as a string: `\"{}\"`", spelled(before_)))
        .fix(span(before_), fmt::format("\"{}\"", spelled(before_)));
    return true;
  }

  /// `let =`, `use` and the end of the line: what follows cannot be of this item, nor is the word a setting's name.
  bool keyword_alone() {
    if (!in_rule({P::RuleItem, P::RuleTopItem}) || !is_keyword(before_.type) || at_.type == P::COLON) return false;
    if (is_keyword(at_.type) && any_of(before_.type, {P::KW_LET, P::KW_PARAM, P::KW_FN, P::KW_TYPE, P::KW_OUTPUT})) {
      return report_keyword_as_name();
    }
    if (any_of(before_.type, {P::KW_ASSERT, P::KW_USE})) {
      report_gap("E0001", fmt::format("expected a value after {}", quoted(before_)), at_.type == P::NL ? "the line ends here" : "");
      return true;
    }
    const bool text = any_of(before_.type, {P::KW_IMPORT, P::KW_FROM, P::KW_CHECK});
    const std::string_view what = before_.type == P::KW_MOVED ? "an address" : text ? "a string" : "a name";
    report_gap_or_token("E0010", fmt::format("expected {} after {}", what, quoted(before_)));
    return true;
  }

  bool foreign_comment() {
    const bool after_slash = before_.type == P::SLASH && any_of(at_.type, {P::SLASH, P::STAR}) && adjacent(before_, at_);
    const bool first = at_.type == P::SLASH && any_of(after_.type, {P::SLASH, P::STAR}) && adjacent(at_, after_);
    if (!after_slash && !first) return false;
    const Place& begin = after_slash ? before_ : at_;
    const Place& end = after_slash ? at_ : after_;
    Diagnostic& diagnostic = reporter_.report("E0010", begin.begin, end.end, "comments begin with `#`");
    if (end.type == P::SLASH) diagnostic.help("write `#`").fix(reporter_.span(begin.begin, end.end), "#");
    return true;
  }

  bool foreign_or() {
    const bool second = at_.type == P::PIPE && before_.type == P::PIPE && adjacent(before_, at_);
    const bool first = at_.type == P::PIPE && after_.type == P::PIPE && adjacent(at_, after_);
    if (!first && !second) return false;
    const std::uint32_t begin = first ? at_.begin : before_.begin;
    const std::uint32_t end = first ? after_.end : at_.end;
    reporter_.report("E0010", begin, end, "`||` is written `or`").help("write `or`").fix(reporter_.span(begin, end), "or");
    return true;
  }

  bool brace_on_next_line() {
    if (at_.type != P::NL || after_.type != P::LBRACE || !expects(P::LBRACE) || expects_value()) return false;
    Diagnostic& diagnostic = report_at("E0010", after_, "the `{` of a block stands on the block's line");
    diagnostic.label(point(before_.end), "here");
    const std::string_view between = text_.substr(before_.end, after_.begin - before_.end);
    if (between.find('#') == std::string_view::npos) {
      diagnostic.help("move it up").fix(reporter_.span(before_.end, after_.end), " {");
    }
    return true;
  }

  bool missing_value() {
    if (!expects_value() || in_rule({P::RuleList})) return false;
    if (at_.type == P::COLON || (is_keyword(at_.type) && before_.type == P::NL)) return false;
    if (at_.type == P::LT && after_.type == P::LT && adjacent(at_, after_)) {
      report_at("E0001", at_, "text on several lines stands between `\"\"\"`", "no heredocs here").help("end it with `\"\"\"` on a line of its own: its indentation is removed from all lines");
      reporter_.give_up();
      return true;
    }
    const std::string message = fmt::format("expected a value after {}", quoted(before_));
    if (ends_value(at_.type) || !same_line()) {
      const bool line_ends = at_.type == P::NL || !same_line();
      Diagnostic& diagnostic = report_gap("E0001", message, line_ends ? "the line ends here" : "nothing stands here");
      if (before_.type == P::ASSIGN && at_.type == P::NL) diagnostic.help("values start on the same line as `=`");
    } else {
      report_at("E0001", at_, message, fmt::format("{} is no value", quoted(at_)));
    }
    return true;
  }

  bool double_equals() {
    if (at_.type != P::EQ || !expects(P::ASSIGN)) return false;
    report_at("E0009", at_, "`==` compares; a setting is written with `=`").help("write `=`").fix(span(at_), "=");
    return true;
  }

  bool colon_for_equals() {
    const bool argument = in_rule({P::RulePostfix, P::RuleArg}) && before_.type == P::IDENT;
    if (at_.type != P::COLON || !(expects(P::ASSIGN) || argument)) return false;
    if (after_.type == P::LBRACE) {
      report_at("E0008", at_, "a block has no `:` before its `{`").help("remove it").fix(span(at_), "");
      return true;
    }
    if (looks_like_yaml()) {
      report_at("E0008", at_, "settings use `=`, not `:`")
          .note("this looks like YAML, which berth does not read")
          .help("a setting is written `name = value`, a block `name { … }`");
      reporter_.give_up();
      return true;
    }
    const bool blank_before = at_.begin > 0 && text_[at_.begin - 1] == ' ';
    report_at("E0008", at_, argument ? "arguments use `=`, not `:`" : "settings use `=`, not `:`")
        .note("`:` is for types")
        .help("write `=`")
        .fix(span(at_), blank_before ? "=" : " =");
    return true;
  }

  /// `key:` alone on its line, or a next line that begins with `-`.
  [[nodiscard]] bool looks_like_yaml() const {
    const std::size_t rest = text_.find_first_not_of(" \t\r", at_.end);
    if (rest == std::string_view::npos || text_[rest] == '\n') return true;
    const std::size_t line_end = text_.find('\n', rest);
    const std::size_t next = line_end == std::string_view::npos ? line_end : text_.find_first_not_of(" \t\r\n", line_end);
    return next != std::string_view::npos && text_[next] == '-' && next + 1 < text_.size() && text_[next + 1] == ' ';
  }

  bool dotted_setting() {
    if (at_.type != P::DOT || !in_rule({P::RuleEntry, P::RuleKey, P::RuleLabel}) || !expects(P::ASSIGN)) return false;
    const std::size_t next = text_.find_first_not_of(" \t", after_.end);
    if (after_.type == P::IDENT && next != std::string_view::npos && text_[next] != '=') {
      report_at("E0010", at_, "a block is called by one word")
          .help(fmt::format("import it by its name: `from \"…\" import {0}`, then `{0} … {{ … }}`", spelled(after_)));
      return true;
    }
    report_at("E0010", at_, "a setting's name is one word")
        .help(fmt::format("open the block instead: `{} {{ {} = … }}`", spelled(before_), after_.type == P::IDENT ? spelled(after_) : "…"));
    return true;
  }

  bool missing_equals() {
    const bool named = in_rule({P::RuleEntry, P::RuleField, P::RuleLetItem, P::RuleTypeItem, P::RuleObject});
    if (!named || !expects(P::ASSIGN) || expects_value()) return false;
    if (at_.type == P::LPAREN && adjacent(before_, at_)) return false;
    if (begins_value(at_.type) || (at_.type == P::LBRACE && !expects(P::LBRACE))) {
      if (!same_line()) return false;
      report_missing_equals(at_, before_.end);
      return true;
    }
    if (!ends_value(at_.type)) return false;
    if (in_rule({P::RuleLetItem}) && before_that_.type == P::COLON && (before_.type == P::NUMBER || begins_string(before_.type))) {
      report_at("E0008", before_that_, "settings use `=`, not `:`").note("`:` is for types").help("write `=`").fix(span(before_that_), " =");
      return true;
    }
    if (auto* entry = innermost<P::EntryContext>(); entry != nullptr && rules_.front() == entry && label_is_value(*entry)) return true;
    const bool block = expects(P::LBRACE);
    Diagnostic& diagnostic = report_gap("E0002", block ? fmt::format("{} has neither `=` nor `{{`", whole_item())
                                                       : fmt::format("{} has no `=`", whole_item()), "");
    if (block) {
      diagnostic.help(fmt::format("a setting is written `{0} = …`, a block `{0} {{ … }}`", spelled(before_)));
    } else {
      diagnostic.help("write `=` and a value");
    }
    return true;
  }

  void report_missing_equals(const Place& value, std::uint32_t after) {
    const std::string written = value.type == P::STRING || value.type == P::NUMBER ? std::string(spelled(value)) : "…";
    const std::uint32_t line = static_cast<std::uint32_t>(text_.rfind('\n', after == 0 ? 0 : after - 1) + 1);
    const std::string_view name = text_.substr(line, after - line);
    const std::size_t first = std::min(name.find_last_of("{,") == std::string_view::npos ? 0 : name.find_last_of("{,") + 1, name.size());
    const std::size_t trimmed = std::min(name.find_first_not_of(" \t", first), name.size());
    report_at("E0002", value, "this setting has no `=`")
        .help(fmt::format("write `{} = {}`", name.substr(trimmed), written))
        .fix(point(after), " =");
  }

  /// `insights "enhanced"`: the grammar takes the value for a label.
  bool label_is_value(P::EntryContext& entry) {
    const auto labels = entry.label();
    if (labels.empty() || labels.back()->string() == nullptr || labels.back()->start == nullptr) return false;
    std::size_t index = labels.back()->start->getTokenIndex();
    const Token& first = lexed_.tokens()[index];
    const Place value = {labels.back()->start->getType(), first.begin, before_.end};
    const Place previous = step_back(index);
    report_missing_equals(value, previous.end);
    return true;
  }

  /// The words of the item so far.
  [[nodiscard]] std::string whole_item() const {
    auto* context = rules_.empty() ? nullptr : rules_.front();
    if (context == nullptr || context->start == nullptr) return "this";
    const Token& first = lexed_.tokens()[context->start->getTokenIndex()];
    const std::string_view words = text_.substr(first.begin, std::max(before_.end, first.end) - first.begin);
    return words.size() > 60 || words.find('\n') != std::string_view::npos ? "this setting" : quoted(words);
  }

  bool missing_comma() {
    if (before_.type == P::NL || at_.type == P::NL || !(same_line() || in_rule({P::RulePostfix}))) return false;
    if (in_rule({P::RuleList, P::RulePostfix}) && expects(P::COMMA) && begins_value(at_.type)) {
      report_at("E0003", at_, in_rule({P::RuleList}) ? "two values of a list need a comma" : "two arguments need a comma")
          .help("write `,` between them")
          .fix(point(before_.end), ",");
      return true;
    }
    if (in_rule({P::RuleBody, P::RuleObject, P::RuleTypeAtom}) && expects(P::COMMA) && begins_item(at_.type)) {
      report_at("E0003", at_, "two settings on one line need a comma").help("write `,` between them").fix(point(before_.end), ",");
      return true;
    }
    if (in_rule({P::RuleTopItem}) && begins_item(at_.type)) {
      report_at("E0003", at_, "two items on one line").help("begin a new line").fix(reporter_.span(before_.end, at_.begin), "\n");
      return true;
    }
    return false;
  }

  /// `{ base = 2 weight = 1 }`: the next setting's name was read as the unit of the number.
  bool swallowed_unit() {
    if (!any_of(at_.type, {P::ASSIGN, P::LBRACE}) || before_.type != P::IDENT || before_that_.type != P::NUMBER) return false;
    const std::string_view gap = text_.substr(before_that_.end, before_.begin - before_that_.end);
    if (gap.empty() || gap.find('\n') != std::string_view::npos) return false;
    Diagnostic& diagnostic = report_at("E0003", before_, "two settings on one line need a comma");
    if (in_rule({P::RuleTopItem})) {
      diagnostic.help("begin a new line").fix(reporter_.span(before_that_.end, before_.begin), "\n");
    } else {
      diagnostic.help("write `,` between them").fix(point(before_that_.end), ",");
    }
    return true;
  }

  bool second_equals() {
    if (at_.type != P::ASSIGN) return false;
    if (innermost<P::BodyContext>() == nullptr && in_rule({P::RuleTopItem}) && before_.type == P::NL) return false;
    const bool condition = in_rule({P::RuleIfItem, P::RuleForItem, P::RuleAssertItem, P::RuleCheckItem, P::RuleWhere, P::RuleUseItem,
                                    P::RuleForClause, P::RulePrimary, P::RuleExpr, P::RuleList, P::RuleInterp});
    const bool before_block = in_rule({P::RuleBody}) && expects(P::LBRACE);
    if (before_.type == P::NL || any_of(before_.type, {P::LBRACE, P::COMMA})) {
      report_at("E0010", at_, "a setting begins with its name");
    } else if (condition || before_block || expects(P::KW_THEN)) {
      report_at("E0009", at_, "`=` sets; to compare, write `==`").help("write `==`").fix(span(at_), "==");
    } else {
      report_at("E0010", at_, "a setting has one `=`").help("to compare, write `==`").fix(span(at_), "==");
    }
    return true;
  }

  bool moved_arrow() {
    if (!expects(P::ARROW) || innermost<P::MovedItemContext>() == nullptr) return false;
    Diagnostic& diagnostic = report_at("E0010", at_, "`moved` is written with `->` between the old and the new address");
    if (any_of(at_.type, {P::FATARROW, P::ASSIGN, P::COLON, P::COMMA})) {
      diagnostic.help("write `->`").fix(span(at_), any_of(at_.type, {P::COLON, P::COMMA}) ? " ->" : "->");
    }
    return true;
  }

  bool missing_type() {
    if (!expects(P::COLON) || !in_rule({P::RuleParamItem, P::RuleOutputItem, P::RuleFnItem, P::RuleFnParam, P::RuleTypeField})) {
      return false;
    }
    const std::string_view what = in_rule({P::RuleOutputItem}) ? "an output" : in_rule({P::RuleFnItem}) ? "a function" : "a parameter";
    if (any_of(at_.type, {P::IDENT, P::LBRACE, P::LPAREN}) || begins_string(at_.type)) {
      report_at("E0010", at_, fmt::format("expected `:` before the type {}", quoted(at_))).help("write `:`").fix(point(before_.end), ":");
    } else {
      report_gap("E0010", fmt::format("{} needs a type", what), fmt::format("expected `: type` before {}", quoted(at_)))
          .help(fmt::format("write `{}: string`, or another type", spelled(before_)));
    }
    return true;
  }

  bool assert_message() {
    if (!in_rule({P::RuleAssertItem}) || !expects(P::COMMA)) return false;
    if (begins_string(at_.type)) {
      report_at("E0003", at_, "the condition and the message need a comma").help("write `,`").fix(point(before_.end), ",");
    } else {
      report_gap("E0010", "an `assert` needs a message", "").help("write `, \"what is wrong, and what to do\"`");
    }
    return true;
  }

  bool keyword_as_name() {
    return is_keyword(at_.type) && same_line() && expects(P::IDENT) && !expects_value() && report_keyword_as_name();
  }

  bool report_keyword_as_name() {
    report_at("E0010", at_, fmt::format("{} is a word of the language, not a name", quoted(at_)))
        .help(fmt::format("choose another name, such as `{}_`", spelled(at_)));
    return true;
  }

  bool missing_name() {
    if (in_rule({P::RuleTopItem, P::RuleItem, P::RuleBody})) return false;
    if (in_rule({P::RuleType, P::RuleTypeAtom, P::RuleTypeArg}) && expects(P::IDENT)) {
      report_gap_or_token("E0010", fmt::format("expected a type after {}", quoted(before_)));
      return true;
    }
    if (!expects(P::IDENT) || expects(P::STRING)) return false;
    report_gap_or_token("E0010", fmt::format("expected a name after {}", quoted(before_)));
    return true;
  }

  void report_gap_or_token(std::string_view code, std::string message) {
    if (ends_value(at_.type) || !same_line()) {
      report_gap(code, std::move(message), at_.type == P::NL || !same_line() ? "the line ends here" : "");
    } else {
      report_at(code, at_, std::move(message));
    }
  }

  bool missing_keyword() {
    struct Row {
      std::size_t type;
      std::string_view word, sentence;
    };
    if (in_rule({P::RuleTopItem, P::RuleItem, P::RuleBody})) return false;
    static constexpr std::array<Row, 5> kKeywords = {{{P::KW_THEN, "then", "an `if` that is a value needs a `then`"},
                                                      {P::KW_ELSE, "else", "an `if` that is a value needs an `else`"},
                                                      {P::KW_IN, "in", "a `for` needs an `in`"},
                                                      {P::KW_AS, "as", "an `import` needs an `as` and a name"},
                                                      {P::KW_IMPORT, "import", "a `from` needs an `import` and names"}}};
    for (const Row& row : kKeywords) {
      const bool alone = row.type != P::KW_IN || in_rule({P::RuleForItem, P::RuleForClause, P::RuleCheckItem});
      if (!expects(row.type) || !alone || (row.type == P::KW_ELSE && !in_rule({P::RuleExpr}))) continue;
      report_gap_or_token("E0010", std::string(row.sentence));
      return true;
    }
    return false;
  }

  bool missing_block() {
    if (!expects(P::LBRACE) || !in_rule({P::RuleIfItem, P::RuleForItem, P::RuleCheckItem, P::RuleBody})) return false;
    report_gap_or_token("E0010", "expected a block `{ … }`");
    return true;
  }

  /// `a ? b : c`
  bool foreign_choice() {
    if (at_.type != P::QUESTION || innermost<P::TypeAtomContext>() != nullptr || !any_of(before_.type, {P::IDENT, P::RPAREN, P::RBRACK, P::NUMBER, P::STRING})) return false;
    report_at("E0010", at_, "a choice is written with words").help(fmt::format("write `if {} then … else …`", spelled(before_)));
    return true;
  }

  /// `function f(x) { }`
  bool foreign_function() {
    if (at_.type != P::LPAREN || !in_rule({P::RuleEntry}) || (spelled(before_that_) != "function" && spelled(before_that_) != "def")) return false;
    report_at("E0010", before_that_, "functions are written with `fn`").help(fmt::format("write `fn {}(a: TYPE): TYPE = …`", spelled(before_)));
    return true;
  }

  /// `component web(port: int) { }`
  bool parameters_in_brackets() {
    if (at_.type != P::LPAREN || !in_rule({P::RuleEntry}) || spelled(before_that_) != "component") return false;
    report_at("E0010", at_, "a component's parameters stand inside it").help(fmt::format("write `component {} {{ param NAME: TYPE … }}`", spelled(before_)));
    return true;
  }

  /// `size(min: 64 MiB)`
  bool bound_by_name() {
    if (at_.type != P::COLON || before_.type != P::IDENT || !any_of(before_that_.type, {P::LPAREN, P::COMMA}) || innermost<P::TypeAtomContext>() == nullptr) return false;
    report_at("E0010", before_, "the bounds of a type are a range").help("as in `size(64 MiB..4 GiB)`, `int(1..)`, `string(..20)`");
    return true;
  }

  /// An item that begins like a value: `3`, `(a)`, `foo(1)`.
  bool bare_expression() {
    const bool at_start = in_rule({P::RuleTopItem, P::RuleItem, P::RuleBody}) && any_of(before_.type, {P::NL, P::COMMA, P::LBRACE});
    const bool call = in_rule({P::RuleEntry}) && any_of(at_.type, {P::LPAREN, P::LBRACK});
    if (!(at_start && (begins_value(at_.type) || at_.type == P::LBRACE)) && !call) return false;
    report_at("E0010", at_, "a value cannot stand alone").help("a setting is written `name = value`");
    return true;
  }

  void unexpected() {
    const std::string kind = enclosing_block();
    std::string message = fmt::format("unexpected {}", quoted(at_));
    if (!kind.empty()) message += fmt::format(" in `{}`", kind);
    Diagnostic& diagnostic = ends_value(at_.type) ? report_gap("E0010", message, "") : report_at("E0010", at_, message);
    if (expected_.size() == 1) {
      const std::string name = spelling_of(static_cast<std::size_t>(expected_.toList().front()));
      if (!name.empty()) diagnostic.help(fmt::format("expected `{}`", name));
    }
  }

  /// Key of the block around the mistake.
  [[nodiscard]] std::string enclosing_block() const {
    for (std::size_t i = 0; i + 1 < rules_.size(); ++i) {
      auto* entry = dynamic_cast<P::EntryContext*>(rules_[i + 1]);
      if (dynamic_cast<P::BodyContext*>(rules_[i]) == nullptr || entry == nullptr || entry->start == nullptr) continue;
      const Token& key = lexed_.tokens()[entry->start->getTokenIndex()];
      return std::string(text_.substr(key.begin, key.end - key.begin));
    }
    return "";
  }

  /// `->` for the token type of `->`; "" for those that have no one spelling.
  static std::string spelling_of(std::size_t type) {
    return type == P::ARROW ? "->" : type == P::FATARROW ? "=>" : type == P::COLON ? ":" : type == P::ASSIGN ? "=" : "";
  }

  const antlr4::misc::IntervalSet& expected_;
  std::string_view text_;
  LexedText& lexed_;
  Reporter& reporter_;
  std::vector<antlr4::ParserRuleContext*> rules_;  ///< innermost first
  Place at_;           ///< the token the parser stopped at
  Place before_;       ///< the visible tokens around it
  Place before_that_;
  Place after_;
};

}  // namespace

void report_syntax_error(antlr4::Parser& parser, antlr4::Token* offending, const antlr4::misc::IntervalSet& expected,
                         std::string_view text, LexedText& lexed, Reporter& reporter) {
  SyntaxError(parser, offending, expected, text, lexed, reporter).report();
}

}  // namespace berth::syntax
