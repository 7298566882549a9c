#include "compiler/import/compose_text.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace berth::importing {
namespace {

constexpr int kDeepestDefault = 8;

bool starts_variable(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool goes_on_variable(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::size_t name_length(std::string_view text) {
  if (text.empty() || !starts_variable(text.front())) return 0;
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), goes_on_variable) - text.begin());
}

/// The index of the `}` that closes the `${` whose inside begins at `at`; npos when none does.
std::size_t closing(std::string_view text, std::size_t at) {
  for (int depth = 1; at < text.size(); ++at) {
    if (text[at] == '{' && at > 0 && text[at - 1] == '$') ++depth;
    if (text[at] == '}' && --depth == 0) return at;
  }
  return std::string_view::npos;
}

std::string interpolate(std::string_view text, const std::function<std::string(const Variable&)>& replace, int depth) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$' || at + 1 == text.size()) {
      result += text[at];
      continue;
    }
    if (text[at + 1] == '$') {
      result += '$';
      ++at;
      continue;
    }
    if (const std::size_t length = name_length(text.substr(at + 1)); length > 0) {
      result += replace({std::string(text.substr(at + 1, length)), ""});
      at += length;
      continue;
    }
    const std::size_t close = text[at + 1] == '{' ? closing(text, at + 2) : std::string_view::npos;
    const std::string_view inside = close == std::string_view::npos ? std::string_view() : text.substr(at + 2, close - at - 2);
    const std::size_t length = name_length(inside);
    if (length == 0 || depth > kDeepestDefault) {
      result += text[at];
      continue;
    }
    Variable variable{std::string(inside.substr(0, length)), ""};
    std::string_view rest = inside.substr(length);
    if (!rest.empty() && rest.front() == ':') rest.remove_prefix(1);
    if (!rest.empty() && rest.front() == '-') {
      variable.value = interpolate(rest.substr(1), [](const Variable& inner) { return inner.value.value_or(""); }, depth + 1);
    } else if (!rest.empty() && rest.front() == '?') {
      variable.value.reset();
    }
    result += replace(variable);
    at = close;
  }
  return result;
}

}  // namespace

std::string interpolated(std::string_view text, const std::function<std::string(const Variable&)>& replace) { return interpolate(text, replace, 0); }

std::vector<std::string> shell_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      // Within double quotes a backslash is one, except before what it protects.
      if (quote == '"' && text[i + 1] != '"' && text[i + 1] != '\\' && text[i + 1] != '$') word += c;
      word += text[++i];
      in_word = true;
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
      else word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (in_word) words.push_back(std::exchange(word, ""));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  return words;
}

std::optional<std::int64_t> duration_ms(std::string_view text) {
  double total = 0;
  bool any = false;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    if (digits == 0 || digits > 12) return std::nullopt;
    const double number = std::strtod(std::string(text.substr(0, digits)).c_str(), nullptr);
    text.remove_prefix(digits);
    const std::size_t letters = std::min(text.find_first_of("0123456789."), text.size());
    const std::string_view unit = text.substr(0, letters);
    const double factor = unit == "us" ? 0.001 : unit == "ms" ? 1 : unit == "s" || unit.empty() ? 1000 : unit == "m" ? 60'000 : unit == "h" ? 3'600'000 : 0;
    if (factor == 0) return std::nullopt;
    total += number * factor;
    text.remove_prefix(letters);
    any = true;
  }
  return any && total < 1e12 ? std::optional(static_cast<std::int64_t>(total)) : std::nullopt;
}

std::optional<std::int64_t> byte_size(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  if (digits == 0 || digits > 15) return std::nullopt;
  std::string unit;
  for (const char c : text.substr(digits)) {
    if (c != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (unit.ends_with("ib")) unit.resize(unit.size() - 2);
  else if (unit.ends_with("b")) unit.resize(unit.size() - 1);
  const double factor = unit.empty() ? 1 : unit == "k" ? 1024.0 : unit == "m" ? 1048576.0 : unit == "g" ? 1073741824.0 : unit == "t" ? 1099511627776.0 : 0;
  const double bytes = std::strtod(std::string(text.substr(0, digits)).c_str(), nullptr) * factor;
  return factor == 0 || bytes > 1e15 ? std::nullopt : std::optional(static_cast<std::int64_t>(bytes));
}

std::vector<std::pair<std::string, std::string>> env_lines(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())) != 0) line.remove_prefix(1);
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.remove_suffix(1);
    if (line.starts_with("export ")) line.remove_prefix(7);
    const std::size_t equals = line.find('=');
    if (line.empty() || line.front() == '#' || equals == 0) continue;
    std::string_view value = equals == std::string_view::npos ? std::string_view() : line.substr(equals + 1);
    const bool quoted = value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    if (quoted) value = value.substr(1, value.size() - 2);
    else value = value.substr(0, value.find(" #"));
    lines.emplace_back(line.substr(0, equals), value);
  }
  return lines;
}

}  // namespace berth::importing
