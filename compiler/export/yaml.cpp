#include "compiler/export/yaml.h"

#include <algorithm>
#include <cctype>

namespace berth::exporting {
namespace {

/// Whether a key means itself without quotes; words that YAML reads as something else are short.
bool is_plain(std::string_view key) {
  const bool is_word = !key.empty() && std::isalpha(static_cast<unsigned char>(key.front())) != 0 &&
                       std::all_of(key.begin(), key.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; });
  static constexpr std::string_view kReserved[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return is_word && std::find(std::begin(kReserved), std::end(kReserved), lower) == std::end(kReserved);
}

class Writer {
 public:
  explicit Writer(const std::vector<std::string_view>& order) : order_(order) {}

  // NOLINTNEXTLINE(misc-no-recursion)
  void value(const Json& value, std::size_t depth) {
    if (value.is_object() && !value.empty()) return object(value, depth, true);
    if (value.is_array() && !value.empty()) {
      for (const Json& item : value) {
        indent(depth);
        text += "-";
        if (item.is_object() && !item.empty()) {
          text += " ";
          object(item, depth + 1, false);
        } else {
          nested(item, depth + 1);
        }
      }
      return;
    }
    // JSON's scalars are YAML's.
    text += canonical_json(value) + "\n";
  }

  std::string text;

 private:
  void indent(std::size_t depth) { text.append(2 * depth, ' '); }

  void nested(const Json& value_in, std::size_t depth) {
    const bool is_tree = (value_in.is_object() || value_in.is_array()) && !value_in.empty();
    text += is_tree ? "\n" : " ";
    value(value_in, depth);
  }

  void object(const Json& value, std::size_t depth, bool indents_first) {
    std::vector<std::string> keys;
    for (const auto& [key, member] : value.items()) keys.push_back(key);
    const auto place = [this](const std::string& key) { return std::find(order_.begin(), order_.end(), key) - order_.begin(); };
    std::stable_sort(keys.begin(), keys.end(), [&](const std::string& a, const std::string& b) { return place(a) < place(b); });
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i > 0 || indents_first) indent(depth);
      text += (is_plain(keys[i]) ? keys[i] : canonical_json(keys[i])) + ":";
      nested(value[keys[i]], depth + 1);
    }
  }

  const std::vector<std::string_view>& order_;
};

}  // namespace

std::string to_yaml(const Json& document, const std::vector<std::string_view>& order) {
  Writer writer(order);
  writer.value(document, 0);
  return std::move(writer.text);
}

}  // namespace berth::exporting
