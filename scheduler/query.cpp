#include "scheduler/query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include <fmt/format.h>
#include <re2/re2.h>

namespace berth::scheduler {

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
constexpr std::string_view kPunctuation = "()[],";
constexpr std::string_view kSymbols = "=!<>~&|";

struct Token {
  std::string text;
  bool quoted = false;
  std::size_t at = 0;
  [[nodiscard]] bool is(std::string_view what) const { return !quoted && text == what; }
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_in(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

Error syntax_error(const std::string& what, std::size_t at) {
  return {"InvalidParameterException", fmt::format("Invalid expression: {} at character {}.", what, at + 1)};
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

Result<std::vector<Token>> tokens_of(const std::string& text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_space(c)) {
      ++at;
    } else if (c == '\'' || c == '"') {
      const std::size_t end = text.find(c, at + 1);
      if (end == std::string::npos) return syntax_error("a quote without its end", at);
      tokens.push_back({text.substr(at + 1, end - at - 1), true, at});
      at = end + 1;
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

const std::string kAttribute = "attribute:";

bool is_subject(const std::string& name) {
  for (const char* known : {"agentConnected", "agentVersion", "ec2InstanceId", "registeredAt", "runningTasksCount", "task:group"}) {
    if (name == known) return true;
  }
  return name.compare(0, kAttribute.size(), kAttribute) == 0 && name.size() > kAttribute.size();
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

  [[nodiscard]] bool holds(const QuerySubject& about) const {
    switch (kind) {
      case Kind::And: return std::all_of(children.begin(), children.end(), [&](const auto& child) { return child->holds(about); });
      case Kind::Or: return std::any_of(children.begin(), children.end(), [&](const auto& child) { return child->holds(about); });
      case Kind::Not: return !children.front()->holds(about);
      case Kind::Comparison: return compare_values(values_of(about));
    }
    return false;
  }

 private:
  /// None when the instance has none; task:group has several.
  [[nodiscard]] std::vector<std::string> values_of(const QuerySubject& about) const {
    const Instance& instance = about.instance;
    if (subject == "agentConnected") return {instance.agent_connected ? "true" : "false"};
    if (subject == "agentVersion") return {instance.extra.value("agentVersion", "1.0.0")};
    if (subject == "ec2InstanceId") return {instance.host_id};
    if (subject == "runningTasksCount") return {std::to_string(about.running_tasks)};
    if (subject == "registeredAt") return {instance.registered_at ? format_utc(*instance.registered_at).substr(0, 19) : "1970-01-01"};
    std::vector<std::string> values;
    if (subject == "task:group") {
      for (const auto& [group, count] : about.groups) {
        if (count > 0) values.push_back(group);
      }
      return values;
    }
    for (const Attribute& attribute : instance.attributes) {
      if (attribute.name == subject.substr(kAttribute.size())) values.push_back(attribute.value);
    }
    return values;
  }

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
  Parser(std::vector<Token> tokens, std::size_t length) : tokens_(std::move(tokens)), length_(length) {}

  Result<NodePtr> parse() {
    if (tokens_.empty()) return syntax_error("nothing to compare", 0);
    BERTH_TRY(root, either(0));
    if (next_ < tokens_.size()) return syntax_error(fmt::format("unexpected '{}'", tokens_[next_].text), tokens_[next_].at);
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

  [[nodiscard]] std::size_t here() const { return next_ < tokens_.size() ? tokens_[next_].at : length_; }

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
    if (depth > kDeepest) return syntax_error("it is nested too deeply", here());
    if (accept("!", "not")) {
      BERTH_TRY(negated, unary(depth + 1));
      return NodePtr(std::make_shared<const Node>(Node{.kind = Node::Kind::Not, .children = {negated}}));
    }
    if (!accept("(")) return comparison();
    BERTH_TRY(inner, either(depth + 1));
    if (!accept(")")) return syntax_error("')' is missing", here());
    return inner;
  }

  Result<std::string> argument() {
    if (next_ == tokens_.size()) return syntax_error("a value is missing", length_);
    const Token& token = tokens_[next_];
    if (!token.quoted && (is_in(token.text.front(), kPunctuation) || is_in(token.text.front(), kSymbols))) {
      return syntax_error(fmt::format("a value is expected, not '{}'", token.text), token.at);
    }
    ++next_;
    return token.text;
  }

  Result<void> list(Node& node) {
    if (!accept("[")) return syntax_error("'[' is expected after in", here());
    do {
      BERTH_TRY(value, argument());
      node.arguments.push_back(value);
    } while (accept(","));
    if (!accept("]")) return syntax_error("']' is missing", here());
    return {};
  }

  Result<NodePtr> comparison() {
    if (next_ == tokens_.size()) return syntax_error("it ends too early", length_);
    Node node;
    node.subject = tokens_[next_].text;
    if (tokens_[next_].quoted || !is_subject(node.subject)) return syntax_error(fmt::format("unknown subject '{}'", node.subject), here());
    ++next_;
    const auto found = next_ == tokens_.size() ? kOperators.end()
                                               : std::find_if(kOperators.begin(), kOperators.end(), [&](const auto& row) {
                                                   return tokens_[next_].is(row.first);
                                                 });
    if (found == kOperators.end()) return syntax_error("an operator is expected", here());
    node.op = found->second;
    const std::size_t at = here();
    ++next_;
    if (is_list(node.op)) {
      BERTH_TRY_VOID(list(node));
    } else if (!is_existence(node.op)) {
      BERTH_TRY(value, argument());
      node.arguments.push_back(value);
    }
    BERTH_TRY_VOID(check(node, at));
    return NodePtr(std::make_shared<const Node>(std::move(node)));
  }

  static Result<void> check(Node& node, std::size_t at) {
    if (is_order(node.op) && !order_of(node.subject)(node.arguments.front())) {
      return syntax_error(fmt::format("'{}' can't be ordered", node.arguments.front()), at);
    }
    if (!is_pattern(node.op)) return {};
    re2::RE2::Options quiet;
    quiet.set_log_errors(false);
    auto pattern = std::make_shared<const re2::RE2>(node.arguments.front(), quiet);
    if (!pattern->ok()) return syntax_error(fmt::format("the pattern '{}': {}", node.arguments.front(), pattern->error()), at);
    node.pattern = std::move(pattern);
    return {};
  }

  const std::vector<Token> tokens_;
  const std::size_t length_;
  std::size_t next_ = 0;
};

}  // namespace

Result<ClusterQuery> ClusterQuery::parse(const std::string& text) {
  BERTH_TRY(tokens, tokens_of(text));
  BERTH_TRY(root, Parser(std::move(tokens), text.size()).parse());
  return ClusterQuery(std::move(root));
}

bool ClusterQuery::matches(const QuerySubject& subject) const { return root_->holds(subject); }

}  // namespace berth::scheduler
