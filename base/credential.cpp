#include "base/credential.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string>

namespace berth {
namespace {

constexpr std::size_t kShortestRandomWord = 20;
constexpr std::size_t kShortestRun = 10;
constexpr std::size_t kLongestRandomWord = 512;
/// Bits a character; English words and identifiers stay below.
constexpr double kRandomEntropy = 4.2;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

double entropy(std::string_view word) {
  std::array<std::size_t, 256> counts{};
  for (const char c : word) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const std::size_t count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(word.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

bool is_separator(char c) { return c == '+' || c == '/' || c == '=' || c == '_' || c == '-'; }

/// Capitals, small letters and digits in a row, as no name is written; `value-of-SETTING_2` is words.
bool has_mixed_run(std::string_view word) {
  for (std::size_t begin = 0; begin < word.size();) {
    const auto end = static_cast<std::size_t>(std::find_if(word.begin() + static_cast<std::ptrdiff_t>(begin), word.end(), is_separator) - word.begin());
    const std::string_view run = word.substr(begin, end - begin);
    const auto any = [&](auto matches) { return std::any_of(run.begin(), run.end(), matches); };
    if (run.size() >= kShortestRun && any(is_upper) && any(is_lower) && any(is_digit)) return true;
    begin = end + 1;
  }
  return false;
}

bool is_random_word(std::string_view word) {
  if (word.size() < kShortestRandomWord || word.size() > kLongestRandomWord) return false;
  const bool one_word = std::all_of(word.begin(), word.end(), [](char c) { return is_upper(c) || is_lower(c) || is_digit(c) || is_separator(c); });
  return one_word && has_mixed_run(word) && entropy(word) > kRandomEntropy;
}

bool has_known_prefix(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kPrefixes = {"ghp_",     "gho_",     "ghs_",     "github_pat_", "glpat-",  "xoxb-",
                                                                 "xoxp-",    "sk_live_", "rk_live_", "AIza",        "npm_",    "-----BEGIN"};
  // Most texts begin otherwise than any of them.
  if (text.empty() || std::string_view("gxsrAn-").find(text.front()) == std::string_view::npos) return false;
  const bool access_key = text.size() == 20 && (text.starts_with("AKIA") || text.starts_with("ASIA")) &&
                          std::all_of(text.begin(), text.end(), [](char c) { return is_upper(c) || is_digit(c); });
  return access_key || std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) {
           return text.starts_with(prefix) && text.size() >= prefix.size() + 6;
         });
}

bool is_web_token(std::string_view text) { return text.starts_with("eyJ") && text.size() > 30 && std::count(text.begin(), text.end(), '.') == 2; }

/// `scheme://user:password@host`.
bool has_url_password(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = text.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?# "));
  const auto at = authority.rfind('@');
  const auto colon = authority.find(':');
  return at != std::string_view::npos && colon != std::string_view::npos && colon + 1 < at;
}

bool is_password_option(std::string_view text) {
  const auto equals = text.find('=');
  return text.starts_with("--") && equals != std::string_view::npos && equals + 1 < text.size() && names_credential(text.substr(2, equals - 2));
}

}  // namespace

bool names_credential(std::string_view name) {
  // Most names end in another letter than these words.
  const auto last = name.find_last_not_of("_-");
  if (last == std::string_view::npos || std::string_view("dDeEtTyYnNlLsS").find(name[last]) == std::string_view::npos) return false;
  std::string word;
  for (const char c : name) {
    if (c != '_' && c != '-') word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  static constexpr std::array<std::string_view, 11> kEnds = {"password",   "passwd",    "passphrase", "secret",      "secretkey", "token",
                                                             "apikey",     "privatekey", "accesskey",  "credential",  "credentials"};
  return std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view end) { return word.ends_with(end); });
}

bool looks_like_credential(std::string_view text) {
  return has_known_prefix(text) || is_web_token(text) || has_url_password(text) || is_password_option(text) || is_random_word(text);
}

}  // namespace berth
