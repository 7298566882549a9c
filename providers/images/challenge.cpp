#include "providers/images/challenge.h"

#include <algorithm>
#include <cctype>

namespace berth::provider {
namespace {

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Words, `name=value` and `name="value"` one after the other, as the grammar of the head has them.
class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view text) : rest_(text) {}

  std::optional<Challenge> run() {
    std::optional<Challenge> found;
    std::optional<Challenge> current;
    const auto keep = [&] {
      if (!current || (current->kind == Challenge::Kind::bearer && current->realm.empty())) return;
      if (!found || (found->kind == Challenge::Kind::basic && current->kind == Challenge::Kind::bearer)) found = current;
    };
    while (skip_separators()) {
      const std::string_view word = token();
      if (word.empty()) break;
      if (rest_.empty() || rest_.front() != '=') {  // a scheme
        keep();
        current.reset();
        if (same(word, "bearer")) current = Challenge{.kind = Challenge::Kind::bearer, .realm = "", .service = "", .scope = ""};
        if (same(word, "basic")) current = Challenge{.kind = Challenge::Kind::basic, .realm = "", .service = "", .scope = ""};
        continue;
      }
      rest_.remove_prefix(1);
      std::string value = parameter();
      if (!current) continue;
      if (same(word, "realm")) current->realm = std::move(value);
      else if (same(word, "service")) current->service = std::move(value);
      else if (same(word, "scope")) current->scope = std::move(value);
    }
    keep();
    return found;
  }

 private:
  bool skip_separators() {
    const std::size_t begin = rest_.find_first_not_of(" \t,");
    if (begin == std::string_view::npos) return false;
    rest_.remove_prefix(begin);
    return true;
  }
  std::string_view token() {
    const std::size_t end = std::min(rest_.find_first_of(" \t,=\""), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }
  std::string parameter() {
    if (rest_.empty() || rest_.front() != '"') return std::string(token());
    rest_.remove_prefix(1);
    std::string value;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    if (!rest_.empty()) rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<Challenge> parse_challenge(std::string_view header) { return ChallengeReader(header).run(); }

}  // namespace berth::provider
