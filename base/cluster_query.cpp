#include "base/cluster_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include <fmt/format.h>
#include <re2/re2.h>

namespace berth {

/// Operators of the cluster query language, between a subject and its arguments.
enum class QueryOperator { Equals, NotEquals, Greater, GreaterEqual, Less, LessEqual, Exists, NotExists, In, NotIn, Matches, NotMatches };

namespace {

using Operator = QueryOperator;

constexpr std::array<std::pair<std::string_view, Operator>, 22> kOperators{{
    {"==", Operator::Equals},           {"equals", Operator::Equals},
    {"!=", Operator::NotEquals},        {"not_equals", Operator::NotEquals},
    {">", Operator::Greater},           {"greater_than", Operator::Greater},
    {">=", Operator::GreaterEqual},     {"greater_than_equal", Operator::GreaterEqual},
    {"<", Operator::Less},              {"less_than", Operator::Less},
    {"<=", Operator::LessEqual},        {"less_than_equal", Operator::LessEqual},
    {"exists", Operator::Exists},       {"!exists", Operator::NotExists},
    {"not_exists", Operator::NotExists}, {"in", Operator::In},
    {"!in", Operator::NotIn},           {"not_in", Operator::NotIn},
    {"=~", Operator::Matches},          {"matches", Operator::Matches},
    {"!~", Operator::NotMatches},       {"not_matches", Operator::NotMatches},
}};

constexpr std::size_t kDeepest = 64;
constexpr std::int64_t kPatternMemory = 1 << 20;
constexpr std::string_view kPunctuation = "()[],";
constexpr std::string_view kSymbols = "=!<>~&|";

struct Token {
  std::string text;
  bool quoted = false;
  std::size_t at = 0;
  bool pattern = false;  ///< what stands after an operator that takes one
  [[nodiscard]] bool is(std::string_view what) const { return !quoted && text == what; }
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_in(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

using Kind = QueryMistake::Kind;

Error error_of(const QueryMistake& mistake) {
  return {"InvalidParameterException", fmt::format("Invalid expression: {} at character {}.", mistake.what, mistake.at + 1)};
}

/// Whether the token before is an operator that takes a pattern.
bool before_pattern(const std::vector<Token>& tokens) {
  if (tokens.empty() || tokens.back().quoted) return false;
  const std::string& last = tokens.back().text;
  return last == "=~" || last == "!~" || last == "matches" || last == "not_matches";
}

/// The end of a pattern without quotes: it has brackets of its own (`us-(east|west)-1[ab]`), and goes to a blank or to what does not belong to it.
std::size_t end_of_pattern(const std::string& text, std::size_t at) {
  std::size_t open = 0;
  for (; at < text.size() && !is_space(text[at]); ++at) {
    if (text[at] == '(' || text[at] == '[') ++open;
    const bool closes = text[at] == ')' || text[at] == ']';
    if (open == 0 && (closes || text.compare(at, 2, "&&") == 0 || text.compare(at, 2, "||") == 0)) return at;
    if (closes) --open;
  }
  return at;
}

/// The longest operator or word that begins at `at`.
std::size_t end_of_symbol(const std::string& text, std::size_t at) {
  for (const std::string_view symbol : {"!exists", "!in", "==", "!=", ">=", "<=", "=~", "!~", "&&", "||"}) {
    if (text.compare(at, symbol.size(), symbol) != 0) continue;
    const std::size_t end = at + symbol.size();
    const bool is_word = symbol == "!exists" || symbol == "!in";
    if (!is_word || end == text.size() || is_space(text[end]) || is_in(text[end], kPunctuation)) return end;
  }
  return at + 1;
}

Result<std::vector<Token>> tokens_of(const std::string& text, QueryMistake& mistake) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_space(c)) {
      ++at;
    } else if (c == '\'' || c == '"') {
      const std::size_t end = text.find(c, at + 1);
      if (end == std::string::npos) {
        mistake = {.kind = Kind::Form, .what = "a quote without its end", .at = at, .length = text.size() - at};
        return error_of(mistake);
      }
      tokens.push_back({text.substr(at + 1, end - at - 1), true, at});
      at = end + 1;
    } else if (before_pattern(tokens)) {
      const std::size_t end = std::max(end_of_pattern(text, at), at + 1);
      tokens.push_back({text.substr(at, end - at), false, at, true});
      at = end;
    } else {
      std::size_t end = at + 1;
      if (is_in(c, kSymbols)) {
        end = end_of_symbol(text, at);
      } else if (!is_in(c, kPunctuation)) {
        while (end < text.size() && !is_space(text[end]) && !is_in(text[end], kPunctuation) && !is_in(text[end], "=!<>~&|'\"")) ++end;
      }
      tokens.push_back({text.substr(at, end - at), false, at});
      at = end;
    }
  }
  return tokens;
}

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// "2026-11-22", with "T10:20:30" and "Z" or "+01:00" if wanted.
std::optional<double> date(const std::string& text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int length = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &length) != 3) return std::nullopt;
  std::string rest = text.substr(static_cast<std::size_t>(length));
  if (!rest.empty() && rest.front() == 'T') {
    if (std::sscanf(rest.c_str(), "T%2d:%2d:%2d%n", &hour, &minute, &second, &length) != 3) return std::nullopt;
    rest.erase(0, static_cast<std::size_t>(length));
  }
  int offset = 0;
  if (!rest.empty() && rest != "Z") {
    int hours = 0;
    int minutes = 0;
    char sign = 0;
    if (std::sscanf(rest.c_str(), "%c%2d:%2d", &sign, &hours, &minutes) != 3 || (sign != '+' && sign != '-')) return std::nullopt;
    offset = (sign == '+' ? 1 : -1) * (hours * 3600 + minutes * 60);
  }
  const std::chrono::sys_days days = std::chrono::year(year) / month / day;
  return static_cast<double>(days.time_since_epoch().count()) * 86'400 + hour * 3600 + minute * 60 + second - offset;
}

/// The parts of "1.105.1" as one number.
std::optional<double> version(const std::string& text) {
  int major = 0;
  int minor = 0;
  int patch = 0;
  if (std::sscanf(text.c_str(), "%d.%d.%d", &major, &minor, &patch) < 1) return std::nullopt;
  return major * 1e8 + minor * 1e4 + patch;
}

bool compare(double left, double right, Operator op) {
  switch (op) {
    case Operator::Greater: return left > right;
    case Operator::GreaterEqual: return left >= right;
    case Operator::Less: return left < right;
    default: return left <= right;
  }
}

bool is_order(Operator op) { return op >= Operator::Greater && op <= Operator::LessEqual; }
bool is_list(Operator op) { return op == Operator::In || op == Operator::NotIn; }
bool is_pattern(Operator op) { return op == Operator::Matches || op == Operator::NotMatches; }
bool is_existence(Operator op) { return op == Operator::Exists || op == Operator::NotExists; }

constexpr std::string_view kAttribute = "attribute:";

bool is_subject(const std::string& name) {
  for (const char* known : {"agentConnected", "agentVersion", "ec2InstanceId", "registeredAt", "runningTasksCount", "task:group"}) {
    if (name == known) return true;
  }
  return name.compare(0, kAttribute.size(), kAttribute) == 0 && name.size() > kAttribute.size();
}

/// What no notation of patterns takes; the rest may be Java's.
bool is_wrong_everywhere(re2::RE2::ErrorCode code) {
  switch (code) {
    case re2::RE2::ErrorBadCharRange:
    case re2::RE2::ErrorMissingBracket:
    case re2::RE2::ErrorMissingParen:
    case re2::RE2::ErrorUnexpectedParen:
    case re2::RE2::ErrorTrailingBackslash:
    case re2::RE2::ErrorRepeatArgument: return true;
    default: return false;
  }
}

/// How values of a subject are ordered.
using Order = std::optional<double> (*)(const std::string&);
Order order_of(const std::string& subject) {
  if (subject == "registeredAt") return date;
  return subject == "agentVersion" ? version : number;
}

}  // namespace

struct ClusterQuery::Node {
  enum class Kind { And, Or, Not, Comparison } kind = Kind::Comparison;
  std::vector<std::shared_ptr<const Node>> children{};
  // Of a comparison:
  std::string subject{};
  Operator op = Operator::Equals;
  std::vector<std::string> arguments{};
  std::shared_ptr<const re2::RE2> pattern{};

  [[nodiscard]] bool holds(const ValuesOf& values_of) const {
    switch (kind) {
      case Kind::And: return std::all_of(children.begin(), children.end(), [&](const auto& child) { return child->holds(values_of); });
      case Kind::Or: return std::any_of(children.begin(), children.end(), [&](const auto& child) { return child->holds(values_of); });
      case Kind::Not: return !children.front()->holds(values_of);
      case Kind::Comparison: return compare_values(values_of(subject));
    }
    return false;
  }

 private:
  [[nodiscard]] bool contains(const std::vector<std::string>& values) const {
    return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
      return std::find(arguments.begin(), arguments.end(), value) != arguments.end();
    });
  }

  [[nodiscard]] bool matches_any(const std::vector<std::string>& values) const {
    return std::any_of(values.begin(), values.end(), [&](const std::string& value) { return re2::RE2::FullMatch(value, *pattern); });
  }

  [[nodiscard]] bool in_order(const std::vector<std::string>& values) const {
    const Order order = order_of(subject);
    const auto limit = order(arguments.front());
    return limit && std::any_of(values.begin(), values.end(), [&](const std::string& value) {
             const auto known = order(value);
             return known && compare(*known, *limit, op);
           });
  }

  [[nodiscard]] bool compare_values(const std::vector<std::string>& values) const {
    const bool known = !values.empty() || subject == "task:group";
    switch (op) {
      case Operator::Equals:
      case Operator::In: return contains(values);
      case Operator::NotEquals: return known && !contains(values);
      case Operator::NotIn: return !contains(values);
      case Operator::Exists: return !values.empty();
      case Operator::NotExists: return values.empty();
      case Operator::Matches: return matches_any(values);
      case Operator::NotMatches: return known && !matches_any(values);
      default: return in_order(values);
    }
  }
};

namespace {

using Node = ClusterQuery::Node;
using NodePtr = std::shared_ptr<const Node>;

class Parser {
 public:
  Parser(std::vector<Token> tokens, std::size_t length, QueryMistake& mistake) : tokens_(std::move(tokens)), length_(length), mistake_(mistake) {}

  Result<NodePtr> parse() {
    if (tokens_.empty()) return wrong("nothing to compare");
    BERTH_TRY(root, either(0));
    if (next_ < tokens_.size()) return wrong(fmt::format("unexpected '{}'", tokens_[next_].text));
    return root;
  }

 private:
  using Level = Result<NodePtr> (Parser::*)(std::size_t);

  bool accept(std::string_view symbol, std::string_view word = "") {
    if (next_ == tokens_.size()) return false;
    const Token& token = tokens_[next_];
    if (!token.is(symbol) && (word.empty() || !token.is(word))) return false;
    ++next_;
    return true;
  }

  /// What is wrong at a token; by itself, at the next one.
  Error wrong(std::string what, Kind kind, std::size_t token) {
    const bool at_end = token >= tokens_.size();
    const std::size_t quotes = at_end || !tokens_[token].quoted ? 0 : 2;
    mistake_ = {.kind = kind, .what = std::move(what), .at = at_end ? length_ : tokens_[token].at, .length = at_end ? 0 : tokens_[token].text.size() + quotes};
    return error_of(mistake_);
  }
  Error wrong(std::string what, Kind kind = Kind::Form) { return wrong(std::move(what), kind, next_); }

  Result<NodePtr> chain(std::size_t depth, Node::Kind kind, std::string_view symbol, std::string_view word, Level below) {
    BERTH_TRY(first, (this->*below)(depth));
    std::vector<NodePtr> parts{first};
    while (accept(symbol, word)) {
      BERTH_TRY(more, (this->*below)(depth));
      parts.push_back(more);
    }
    if (parts.size() == 1) return first;
    return NodePtr(std::make_shared<const Node>(Node{.kind = kind, .children = std::move(parts)}));
  }

  Result<NodePtr> either(std::size_t depth) { return chain(depth, Node::Kind::Or, "||", "or", &Parser::both); }
  Result<NodePtr> both(std::size_t depth) { return chain(depth, Node::Kind::And, "&&", "and", &Parser::unary); }

  Result<NodePtr> unary(std::size_t depth) {
    if (depth > kDeepest) return wrong("it is nested too deeply");
    if (accept("!", "not")) {
      BERTH_TRY(negated, unary(depth + 1));
      return NodePtr(std::make_shared<const Node>(Node{.kind = Node::Kind::Not, .children = {negated}}));
    }
    if (!accept("(")) return comparison();
    BERTH_TRY(inner, either(depth + 1));
    if (!accept(")")) return wrong("')' is missing");
    return inner;
  }

  Result<std::string> argument() {
    if (next_ == tokens_.size()) return wrong("a value is missing");
    const Token& token = tokens_[next_];
    if (!token.quoted && !token.pattern && (is_in(token.text.front(), kPunctuation) || is_in(token.text.front(), kSymbols))) {
      return wrong(fmt::format("a value is expected, not '{}'", token.text));
    }
    ++next_;
    return token.text;
  }

  Result<void> list(Node& node) {
    if (!accept("[")) return wrong("'[' is expected after in");
    do {
      BERTH_TRY(value, argument());
      node.arguments.push_back(value);
    } while (accept(","));
    if (!accept("]")) return wrong("']' is missing");
    return {};
  }

  Result<NodePtr> comparison() {
    if (next_ == tokens_.size()) return wrong("it ends too early");
    Node node;
    node.subject = tokens_[next_].text;
    if (tokens_[next_].quoted || !is_subject(node.subject)) return wrong(fmt::format("unknown subject '{}'", node.subject), Kind::Subject);
    ++next_;
    const auto found = next_ == tokens_.size() ? kOperators.end()
                                               : std::find_if(kOperators.begin(), kOperators.end(), [&](const auto& row) {
                                                   return tokens_[next_].is(row.first);
                                                 });
    if (found == kOperators.end()) return wrong("an operator is expected", Kind::Operator);
    node.op = found->second;
    const std::size_t operator_token = next_++;
    if (is_list(node.op)) {
      BERTH_TRY_VOID(list(node));
    } else if (!is_existence(node.op)) {
      BERTH_TRY(value, argument());
      node.arguments.push_back(value);
    }
    BERTH_TRY_VOID(check(node, operator_token));
    return NodePtr(std::make_shared<const Node>(std::move(node)));
  }

  Result<void> check(Node& node, std::size_t operator_token) {
    if (is_order(node.op) && !order_of(node.subject)(node.arguments.front())) {
      return wrong(fmt::format("'{}' can't be ordered", node.arguments.front()), Kind::Form, operator_token + 1);
    }
    if (!is_pattern(node.op)) return {};
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemory);
    auto pattern = std::make_shared<const re2::RE2>(node.arguments.front(), options);
    if (!pattern->ok()) {
      const Kind kind = is_wrong_everywhere(pattern->error_code()) ? Kind::Pattern : Kind::Dialect;
      return wrong(fmt::format("the pattern '{}': {}", node.arguments.front(), pattern->error()), kind, operator_token + 1);
    }
    node.pattern = std::move(pattern);
    return {};
  }

  const std::vector<Token> tokens_;
  const std::size_t length_;
  QueryMistake& mistake_;
  std::size_t next_ = 0;
};

}  // namespace

Result<ClusterQuery> ClusterQuery::parse(const std::string& text, QueryMistake* mistake) {
  QueryMistake unread;
  QueryMistake& found = mistake == nullptr ? unread : *mistake;
  BERTH_TRY(tokens, tokens_of(text, found));
  BERTH_TRY(root, Parser(std::move(tokens), text.size(), found).parse());
  return ClusterQuery(std::move(root));
}

bool ClusterQuery::matches(const ValuesOf& values_of) const { return root_->holds(values_of); }

}  // namespace berth
