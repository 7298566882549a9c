#include "ir/value.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace berth::ir {
namespace {

struct NamedAmount {
  std::int64_t amount;
  std::string_view name;
};

auto lower_bound_of(const std::vector<Map::Entry>& entries, std::string_view key) {
  return std::lower_bound(entries.begin(), entries.end(), key,
                          [](const Map::Entry& entry, std::string_view wanted) { return entry.first < wanted; });
}

std::string spell_size(std::int64_t bytes) {
  static constexpr std::array<NamedAmount, 4> kUnits = {{{1LL << 40, "TiB"}, {1LL << 30, "GiB"}, {1LL << 20, "MiB"}, {1LL << 10, "KiB"}}};
  for (const NamedAmount& unit : kUnits) {
    if (bytes != 0 && bytes % unit.amount == 0) return fmt::format("{} {}", bytes / unit.amount, unit.name);
  }
  return fmt::format("{} B", bytes);
}

/// Whole or exact decimal vCPUs: 1024 units are one, so a unit has at most ten decimals.
std::string spell_cpu(std::int64_t units) {
  std::string text = fmt::format("{:.10f}", static_cast<double>(units) / 1024.0);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  const bool short_enough = text.size() - std::min(text.size(), text.find('.')) <= 4;
  return short_enough ? text + " vCPU" : fmt::format("{} units", units);
}

std::string spell_duration(std::int64_t milliseconds) {
  static constexpr std::array<NamedAmount, 5> kUnits = {{{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}}};
  if (milliseconds == 0) return "0s";
  std::string text;
  for (const NamedAmount& unit : kUnits) {
    if (milliseconds >= unit.amount) text += fmt::format("{}{}", milliseconds / unit.amount, unit.name);
    milliseconds %= unit.amount;
  }
  return text;
}

std::string spell_percent(std::int64_t basis_points) {
  if (basis_points % 100 == 0) return fmt::format("{}%", basis_points / 100);
  std::string text = fmt::format("{}.{:02}", basis_points / 100, basis_points % 100);
  if (text.back() == '0') text.pop_back();
  return text + "%";
}

std::string quote_text(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      out += "\\$";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

bool is_identifier(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (text.empty() || !letter(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

struct Speller {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const Quantity& value) const { return spell(value); }
  std::string operator()(const std::string& value) const { return quote_text(value); }
  std::string operator()(const Reference& value) const { return value.target.text(); }
  std::string operator()(const Sensitive& value) const { return value.mark.empty() ? "(sensitive)" : "(sensitive) " + value.mark; }
  std::string operator()(const List& items) const {
    std::string text = "[";
    for (std::size_t i = 0; i < items.size(); ++i) text += (i == 0 ? "" : ", ") + spell(items[i]);
    return text + "]";
  }
  std::string operator()(const Map& map) const {
    if (map.empty()) return "{ }";
    std::string text = "{ ";
    bool first = true;
    for (const auto& [key, value] : map) {
      text += (first ? "" : ", ") + (is_identifier(key) ? key : quote_text(key)) + " = " + spell(value);
      first = false;
    }
    return text + " }";
  }
};

}  // namespace

std::string spell(Quantity quantity) {
  switch (quantity.unit) {
    case Unit::none: return fmt::format("{}", quantity.amount);
    case Unit::bytes: return spell_size(quantity.amount);
    case Unit::cpu: return spell_cpu(quantity.amount);
    case Unit::milliseconds: return spell_duration(quantity.amount);
    case Unit::basis_points: return spell_percent(quantity.amount);
  }
  return {};
}

std::string spell(const Value& value) { return std::visit(Speller{}, value.data()); }

bool Value::operator==(const Value& other) const {
  if (const Sensitive* hidden = as_sensitive(); hidden != nullptr && other.as_string() != nullptr) return hidden->text->reveal() == *other.as_string();
  if (other.as_sensitive() != nullptr && as_string() != nullptr) return other == *this;
  return data_ == other.data_;
}

bool contains_sensitive(const Value& value) {
  if (value.as_sensitive() != nullptr) return true;
  if (const List* items = value.as_list()) return std::any_of(items->begin(), items->end(), contains_sensitive);
  const Map* map = value.as_map();
  return map != nullptr && std::any_of(map->begin(), map->end(), [](const Map::Entry& entry) { return contains_sensitive(entry.second); });
}

const Value* Map::find(std::string_view key) const {
  const auto at = lower_bound_of(entries_, key);
  return at != entries_.end() && at->first == key ? &at->second : nullptr;
}

Value* Map::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

Value& Map::set(std::string key, Value value) {
  const auto at = entries_.begin() + (lower_bound_of(entries_, key) - entries_.cbegin());
  if (at != entries_.end() && at->first == key) {
    at->second = std::move(value);
    return at->second;
  }
  return entries_.insert(at, {std::move(key), std::move(value)})->second;
}

bool Map::erase(std::string_view key) {
  const auto at = lower_bound_of(entries_, key);
  if (at == entries_.end() || at->first != key) return false;
  entries_.erase(at);
  return true;
}

bool Map::operator==(const Map& other) const { return entries_ == other.entries_; }

const Value* at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* current = &value;
  for (const std::string_view key : path) {
    const Map* map = current->as_map();
    current = map == nullptr ? nullptr : map->find(key);
    if (current == nullptr) return nullptr;
  }
  return current;
}

}  // namespace berth::ir
