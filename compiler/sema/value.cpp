#include "compiler/sema/value.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/check.h"
#include "base/credential.h"

namespace berth::sema {
namespace {

constexpr std::size_t kMaxSpelling = 60;

std::string shorten(std::string text) {
  if (text.size() <= kMaxSpelling) return text;
  std::size_t end = kMaxSpelling;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + "\"";
}

void spell_into(const Value& value, std::string& out);

struct Speller {
  std::string& out;

  void operator()(const Poison&) const { out += "…"; }
  void operator()(const Null&) const { out += "null"; }
  void operator()(bool b) const { out += b ? "true" : "false"; }
  void operator()(const ir::Quantity& quantity) const { out += ir::spell(quantity); }
  void operator()(const Rational& number) const { out += sema::spell(number); }
  void operator()(const std::string& text) const { out += looks_like_credential(text) ? "\"••••\"" : quote(std::string_view(text).substr(0, 2 * kMaxSpelling)); }
  void operator()(const ir::Reference& reference) const { out += reference.target.text(); }
  void operator()(const BlockPtr&) const { out += "{ … }"; }
  void operator()(const ListPtr& list) const {
    out += '[';
    for (const Value& item : *list) {
      if (&item != list->data()) out += ", ";
      if (out.size() > kMaxSpelling) break;
      spell_into(item, out);
    }
    out += ']';
  }
  void operator()(const MapPtr& map) const {
    out += map->empty() ? "{" : "{ ";
    bool first = true;
    for (const auto& [key, item] : *map) {
      if (!first) out += ", ";
      first = false;
      if (out.size() > kMaxSpelling) break;
      out += key + " = ";
      spell_into(item, out);
    }
    out += map->empty() ? "}" : " }";
  }
};

void spell_into(const Value& value, std::string& out) {
  if (value.sensitive) {
    out += "(sensitive)";
  } else {
    std::visit(Speller{out}, value.data);
  }
}

std::uint32_t saturated(std::uint64_t values) { return static_cast<std::uint32_t>(std::min<std::uint64_t>(values, std::numeric_limits<std::uint32_t>::max())); }

/// The text that a sensitive scalar becomes in the IR.
std::string clear_text(const Value& value) {
  if (const std::string* text = value.as_string()) return *text;
  if (const Rational* number = value.as_decimal()) return sema::spell(*number);
  if (const ir::Quantity* quantity = value.as_quantity()) return ir::spell(*quantity);
  return *value.as_bool() ? "true" : "false";
}

}  // namespace

const std::int64_t* Value::as_integer() const {
  const ir::Quantity* quantity = as_quantity();
  return quantity != nullptr && quantity->unit == ir::Unit::none ? &quantity->amount : nullptr;
}

const List* Value::as_list() const {
  const ListPtr* list = std::get_if<ListPtr>(&data);
  return list == nullptr ? nullptr : list->get();
}

const Map* Value::as_map() const {
  const MapPtr* map = std::get_if<MapPtr>(&data);
  return map == nullptr ? nullptr : map->get();
}

const BlockHandle* Value::as_block() const {
  const BlockPtr* block = std::get_if<BlockPtr>(&data);
  return block == nullptr ? nullptr : block->get();
}

Value make_list(List items, ir::Origin origin) {
  std::uint16_t depth = 0;
  std::uint64_t values = 1;
  bool tainted = false;
  for (const Value& item : items) {
    depth = std::max(depth, item.depth);
    tainted = tainted || item.tainted();
    values += item.values;
  }
  return {.data = std::make_shared<const List>(std::move(items)),
          .origin = origin,
          .depth = static_cast<std::uint16_t>(depth + 1),
          .values = saturated(values),
          .holds_sensitive = tainted};
}

Value make_map(Map entries, ir::Origin origin) {
  std::uint16_t depth = 0;
  std::uint64_t values = 1;
  bool tainted = false;
  for (const auto& [key, item] : entries) {
    depth = std::max(depth, item.depth);
    tainted = tainted || item.tainted();
    values += item.values;
  }
  return {.data = std::make_shared<const Map>(std::move(entries)),
          .origin = origin,
          .depth = static_cast<std::uint16_t>(depth + 1),
          .values = saturated(values),
          .holds_sensitive = tainted};
}

Value make_string(std::string text, ir::Origin origin) { return {std::move(text), origin}; }
Value make_integer(std::int64_t number, ir::Origin origin) { return {ir::Quantity{number, ir::Unit::none}, origin}; }

Value tainted_by(Value value, bool from) {
  value.sensitive = value.sensitive || (from && !value.poisoned());
  return value;
}

Value make_secret(SecretRequest request, ir::Origin origin) {
  Map entries;
  const std::string source = request.source.target.kind;
  entries.emplace(source, Value{std::move(request.source), origin});
  const auto add = [&](const char* name, std::string& text) {
    if (!text.empty()) entries.emplace(name, make_string(std::move(text), origin));
  };
  add("key", request.key);
  add("version_stage", request.version_stage);
  add("version_id", request.version_id);
  Value value = make_map(std::move(entries), origin);
  value.secret = true;
  return value;
}

bool contains_poison(const Value& value) {
  if (value.poisoned()) return true;
  if (const List* list = value.as_list()) return std::any_of(list->begin(), list->end(), contains_poison);
  if (const Map* map = value.as_map()) {
    return std::any_of(map->begin(), map->end(), [](const auto& entry) { return contains_poison(entry.second); });
  }
  return false;
}

bool equal(const Value& a, const Value& b) {
  if (const Rational* left = a.as_decimal()) {
    if (const std::int64_t* right = b.as_integer()) return *left == Rational(*right);
  }
  if (const Rational* right = b.as_decimal()) {
    if (const std::int64_t* left = a.as_integer()) return Rational(*left) == *right;
  }
  if (a.data.index() != b.data.index()) return false;
  if (a.null() || a.poisoned()) return true;
  if (const List* left = a.as_list()) {
    const List& right = *b.as_list();
    return std::equal(left->begin(), left->end(), right.begin(), right.end(), equal);
  }
  if (const Map* left = a.as_map()) {
    const Map& right = *b.as_map();
    return std::equal(left->begin(), left->end(), right.begin(), right.end(),
                      [](const auto& x, const auto& y) { return x.first == y.first && equal(x.second, y.second); });
  }
  if (const bool* left = a.as_bool()) return *left == *b.as_bool();
  if (const ir::Quantity* left = a.as_quantity()) return *left == *b.as_quantity();
  if (const Rational* left = a.as_decimal()) return *left == *b.as_decimal();
  if (const std::string* left = a.as_string()) return *left == *b.as_string();
  if (a.as_block() != nullptr) return a.as_block() == b.as_block();
  return *a.as_reference() == *b.as_reference();
}

std::string_view unit_phrase(ir::Unit unit) {
  switch (unit) {
    case ir::Unit::none: return "an int";
    case ir::Unit::bytes: return "a size";
    case ir::Unit::cpu: return "a cpu amount";
    case ir::Unit::milliseconds: return "a duration";
    case ir::Unit::basis_points: return "a percentage";
  }
  return "a number";
}

std::string_view kind_phrase(const Value& value) {
  if (value.secret) return "a secret";
  if (const ir::Quantity* quantity = value.as_quantity()) return unit_phrase(quantity->unit);
  if (value.null()) return "null";
  if (value.as_bool() != nullptr) return "a bool";
  if (value.as_decimal() != nullptr) return "a decimal";
  if (value.as_string() != nullptr) return "a string";
  if (value.as_list() != nullptr) return "a list";
  if (value.as_map() != nullptr) return "a map";
  if (value.as_reference() != nullptr) return "a reference";
  if (value.as_block() != nullptr) return "a block";
  return "an erroneous value";
}

std::string spell(const Value& value) {
  std::string out;
  spell_into(value, out);
  return shorten(std::move(out));
}

std::string describe(const Value& value) {
  if (value.secret) return "a secret";
  if (value.sensitive) return fmt::format("{} that is sensitive", kind_phrase(value));
  if (value.null()) return "`null`";
  if (value.as_list() != nullptr || value.as_map() != nullptr || value.as_block() != nullptr) return std::string(kind_phrase(value));
  if (const ir::Reference* reference = value.as_reference()) return fmt::format("the {} `{}`", reference->target.kind, reference->target.name);
  const std::string_view phrase = kind_phrase(value);
  return fmt::format("the {} `{}`", phrase.substr(phrase.find(' ') + 1), spell(value));
}

namespace {

/// `hidden`: it lies in something sensitive.
ir::Value to_ir(const Value& value, bool hidden) {
  const ir::Origin origin = value.origin;
  hidden = hidden || value.sensitive;
  if (value.null()) return {ir::Value::Data(), origin};
  if (const List* list = value.as_list()) {
    ir::List items;
    items.reserve(list->size());
    for (const Value& item : *list) items.push_back(to_ir(item, hidden));
    return ir::Value::list(std::move(items), origin);
  }
  if (const Map* map = value.as_map()) {
    ir::Map entries;
    for (const auto& [key, item] : *map) {
      if (!item.null()) entries.set(key, to_ir(item, hidden));
    }
    return ir::Value::map(std::move(entries), origin);
  }
  if (const ir::Reference* reference = value.as_reference()) return ir::Value::reference(reference->target, origin);
  if (hidden) return ir::Value::sensitive(clear_text(value), origin);
  if (const bool* b = value.as_bool()) return ir::Value::boolean(*b, origin);
  if (const Rational* number = value.as_decimal()) return ir::Value::string(sema::spell(*number), origin);
  if (const ir::Quantity* quantity = value.as_quantity()) return {ir::Value::Data(*quantity), origin};
  if (const std::string* text = value.as_string()) return ir::Value::string(*text, origin);
  BERTH_CHECK(false, "a value without a place in the IR");
  return {};
}

}  // namespace

ir::Value to_ir(const Value& value) { return to_ir(value, false); }

}  // namespace berth::sema
