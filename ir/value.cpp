#include "ir/value.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

namespace berth::ir {
namespace {

struct NamedAmount {
  std::int64_t amount;
  std::string_view name;
};

constexpr std::size_t kFewEntries = 24;

/// Most words of one length differ in the first or last letter.
bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || (a.front() == b.front() && a.back() == b.back() && std::memcmp(a.data(), b.data(), a.size()) == 0));
}

auto lower_bound_of(const std::vector<Map::Entry>& entries, std::string_view key) {
  return std::lower_bound(entries.begin(), entries.end(), key,
                          [](const Map::Entry& entry, std::string_view wanted) { return entry.first < wanted; });
}

// Written by hand, without format strings: they are a sixteenth of the time of a large compile otherwise.

std::string spell_size(std::int64_t bytes) {
  static constexpr std::array<NamedAmount, 4> kUnits = {{{1LL << 40, " TiB"}, {1LL << 30, " GiB"}, {1LL << 20, " MiB"}, {1LL << 10, " KiB"}}};
  for (const NamedAmount& unit : kUnits) {
    if (bytes != 0 && bytes % unit.amount == 0) return std::to_string(bytes / unit.amount).append(unit.name);
  }
  return std::to_string(bytes) + " B";
}

/// Whole or exact decimal vCPUs with up to three decimals; others in units, of which 1024 are one.
std::string spell_cpu(std::int64_t units) {
  if (units < 0 || units % 1024 * 1000 % 1024 != 0) return std::to_string(units) + " units";
  std::string text = std::to_string(units / 1024);
  const std::int64_t thousandths = units % 1024 * 1000 / 1024;
  if (thousandths != 0) {
    text += '.';
    for (std::int64_t rest = thousandths, digit = 100; rest != 0; rest %= digit, digit /= 10) text += static_cast<char>('0' + rest / digit);
  }
  return text + " vCPU";
}

std::string spell_duration(std::int64_t milliseconds) {
  static constexpr std::array<NamedAmount, 5> kUnits = {{{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}}};
  if (milliseconds == 0) return "0s";
  std::string text;
  for (const NamedAmount& unit : kUnits) {
    if (milliseconds >= unit.amount) text.append(std::to_string(milliseconds / unit.amount)).append(unit.name);
    milliseconds %= unit.amount;
  }
  return text;
}

std::string spell_percent(std::int64_t basis_points) {
  std::string text = std::to_string(basis_points / 100);
  if (basis_points % 100 != 0) {
    text += '.';
    text += static_cast<char>('0' + basis_points % 100 / 10);
    if (basis_points % 10 != 0) text += static_cast<char>('0' + basis_points % 10);
  }
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
    case Unit::none: return std::to_string(quantity.amount);
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
  // Most keys of a small map differ in length, which is cheaper to see than their order.
  if (entries_.size() <= kFewEntries) {
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return is_same(entry.first, key); });
    return at != entries_.end() ? &at->second : nullptr;
  }
  const auto at = lower_bound_of(entries_, key);
  return at != entries_.end() && at->first == key ? &at->second : nullptr;
}

Value* Map::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

Value& Map::set(std::string key, Value value) {
  if (entries_.empty() || entries_.back().first < key) return entries_.emplace_back(std::move(key), std::move(value)).second;
  const auto at = entries_.begin() + (lower_bound_of(entries_, key) - entries_.cbegin());
  if (at != entries_.end() && at->first == key) {
    at->second = std::move(value);
    return at->second;
  }
  return entries_.insert(at, {std::move(key), std::move(value)})->second;
}

void Map::add(std::vector<Entry> others) {
  if (others.empty()) return;
  const auto by_key = [](const Entry& a, const Entry& b) { return a.first < b.first; };
  std::sort(others.begin(), others.end(), by_key);
  std::vector<Entry> all;
  all.reserve(entries_.size() + others.size());
  std::merge(std::make_move_iterator(entries_.begin()), std::make_move_iterator(entries_.end()), std::make_move_iterator(others.begin()),
             std::make_move_iterator(others.end()), std::back_inserter(all), by_key);
  entries_ = std::move(all);
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
