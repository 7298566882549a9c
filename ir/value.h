#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/boxed.h"
#include "base/sensitive.h"
#include "base/source.h"
#include "ir/address.h"

namespace berth::ir {

/// Where a value comes from. Never part of equality.
struct Origin {
  Span span;                         ///< the text that made the value; for a parameter, its default or the setting of it
  bool is_default = false;           ///< filled in by the schema (or derived, for names), not written by the user
  bool component = false;            ///< written in the text of a component: whoever called it marks its own text for what is wrong
  const std::string* via = nullptr;  ///< interned name of the parameter or let it came through, if it did
};

/// What an integer counts. ECS's own units are coarser (MiB, seconds, whole percent); the schema's encodings convert.
enum class Unit : std::uint8_t {
  none,
  bytes,
  cpu,           ///< 1/1024 vCPU
  milliseconds,
  basis_points,  ///< 1/100 percent
};

struct Quantity {
  std::int64_t amount = 0;
  Unit unit = Unit::none;
  bool operator==(const Quantity&) const = default;
};

/// "512 MiB", "0.25 vCPU", "30s", "80%", "3": the canonical spelling in the language.
std::string spell(Quantity quantity);

/// The resource that another resource's field names.
struct Reference {
  Address target;
  bool operator==(const Reference&) const = default;
};

/// A text that came from a `sensitive(…)` type: it goes to the API and is shown nowhere. Bools, numbers and amounts become their text on the way here.
struct Sensitive {
  std::shared_ptr<const SensitiveText> text;
  std::string mark;  ///< "~a41f", equal for equal texts within one plan; "" outside of plans
  /// By the text itself.
  bool operator==(const Sensitive& other) const { return text->reveal() == other.text->reveal(); }
};

class Value;
using List = std::vector<Value>;

/// String keys in byte order, each once.
class Map {
 public:
  using Entry = std::pair<std::string, Value>;
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Value* find(std::string_view key);
  /// Inserts or replaces.
  Value& set(std::string key, Value value);
  /// Inserts several, in any order; the map has none of their keys, and each stands once.
  void add(std::vector<Entry> others);
  bool erase(std::string_view key);
  // Defined below Value: an Entry is not complete before (clang insists).
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<Entry>::const_iterator begin() const;
  [[nodiscard]] std::vector<Entry>::const_iterator end() const;
  [[nodiscard]] std::vector<Entry>::iterator begin();
  [[nodiscard]] std::vector<Entry>::iterator end();
  bool operator==(const Map&) const;

 private:
  std::vector<Entry> entries_;
};

/// A value of the IR: plain, comparable, ordered, with its origin. Absent members are not in a Map; there is no null.
class Value {
 public:
  using Data = std::variant<std::monostate, bool, Quantity, std::string, Boxed<Reference>, List, Map, Boxed<Sensitive>>;

  Value() = default;
  Value(Data data, Origin origin = {}) : data_(std::move(data)), origin_(origin) {}
  static Value boolean(bool b, Origin origin = {}) { return {Data(b), origin}; }
  static Value integer(std::int64_t n, Origin origin = {}) { return {Data(Quantity{n, Unit::none}), origin}; }
  static Value quantity(std::int64_t n, Unit unit, Origin origin = {}) { return {Data(Quantity{n, unit}), origin}; }
  static Value string(std::string text, Origin origin = {}) { return {Data(std::move(text)), origin}; }
  static Value reference(Address target, Origin origin = {}) { return {Data(Reference{std::move(target)}), origin}; }
  static Value list(List items, Origin origin = {}) { return {Data(std::move(items)), origin}; }
  static Value map(Map entries, Origin origin = {}) { return {Data(std::move(entries)), origin}; }

  static Value sensitive(std::string_view clear, Origin origin = {}) {
    return {Data(Sensitive{std::make_shared<const SensitiveText>(clear), ""}), origin};
  }

  [[nodiscard]] bool empty() const { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const Quantity* as_quantity() const { return std::get_if<Quantity>(&data_); }
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Reference* as_reference() const { return get_boxed<Reference>(data_); }
  [[nodiscard]] const List* as_list() const { return std::get_if<List>(&data_); }
  [[nodiscard]] List* as_list() { return std::get_if<List>(&data_); }
  [[nodiscard]] const Map* as_map() const { return std::get_if<Map>(&data_); }
  [[nodiscard]] Map* as_map() { return std::get_if<Map>(&data_); }
  [[nodiscard]] const Sensitive* as_sensitive() const { return get_boxed<Sensitive>(data_); }
  [[nodiscard]] Sensitive* as_sensitive() { return get_boxed<Sensitive>(data_); }
  [[nodiscard]] const Data& data() const { return data_; }
  [[nodiscard]] const Origin& origin() const { return origin_; }
  void set_origin(Origin origin) { origin_ = origin; }

  /// Origins do not count; a sensitive text equals a plain one with the same characters.
  bool operator==(const Value& other) const;

 private:
  Data data_;
  Origin origin_;
};

// A large stack is millions of them.
static_assert(sizeof(Value) <= 64);

inline bool Map::empty() const { return entries_.empty(); }
inline std::size_t Map::size() const { return entries_.size(); }
inline std::vector<Map::Entry>::const_iterator Map::begin() const { return entries_.begin(); }
inline std::vector<Map::Entry>::const_iterator Map::end() const { return entries_.end(); }
inline std::vector<Map::Entry>::iterator Map::begin() { return entries_.begin(); }
inline std::vector<Map::Entry>::iterator Map::end() { return entries_.end(); }

/// Whether something sensitive is in it, at any depth.
bool contains_sensitive(const Value& value);

/// The value at a path of map keys, or null: `at(body, {"container", "app", "memory"})`.
const Value* at(const Value& value, std::initializer_list<std::string_view> path);

/// As in the language: `"text"`, `512 MiB`, `true`, `[a, b]`, `{ k = v }`, `service.web`. For plans and messages. What is sensitive is
/// `(sensitive)`, with its mark when it has one.
std::string spell(const Value& value);

}  // namespace berth::ir
