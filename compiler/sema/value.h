#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/sema/rational.h"
#include "ir/value.h"

namespace berth::sema {

struct Value;
using List = std::vector<Value>;
using Map = std::map<std::string, Value, std::less<>>;
/// Shared, because names hand the same list to many places.
using ListPtr = std::shared_ptr<const List>;
using MapPtr = std::shared_ptr<const Map>;

/// What an expression gave after a mistake that has been reported: compatible with everything, so that one mistake is one diagnostic.
struct Poison {};
struct Null {};

/// A block that a name or a parameter stands for: no value, but something to read members of, or to splice with `use` (compiler/sema/blocks.h).
struct BlockHandle;
using BlockPtr = std::shared_ptr<const BlockHandle>;

/// A value while the source is evaluated: what ir::Value has, and poison, null and decimals, which never reach the IR.
struct Value {
  using Data = std::variant<Poison, Null, bool, ir::Quantity, Rational, std::string, Boxed<ir::Reference>, ListPtr, MapPtr, BlockPtr>;
  Data data;
  ir::Origin origin;
  std::uint16_t depth = 0;  ///< lists and maps: how deep they nest, from 1
  std::uint32_t values = 1; ///< how many values it is, lists and maps counted in full wherever they are shared; at most 4 billion are told apart
  bool sensitive = false;   ///< from a `sensitive(…)` type, or computed from such a value: nothing shows it
  bool holds_sensitive = false;  ///< lists and maps: something in it is sensitive
  bool secret = false;      ///< maps: stands for a secret, which has no value here; no operator takes it
  bool image = false;       ///< strings: the checked name of an image, with members

  /// Whether it is sensitive, or something in it.
  [[nodiscard]] bool tainted() const { return sensitive || holds_sensitive; }
  [[nodiscard]] bool poisoned() const { return std::holds_alternative<Poison>(data); }
  [[nodiscard]] bool null() const { return std::holds_alternative<Null>(data); }
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&data); }
  [[nodiscard]] const ir::Quantity* as_quantity() const { return std::get_if<ir::Quantity>(&data); }
  /// The number of an integer without unit.
  [[nodiscard]] const std::int64_t* as_integer() const;
  [[nodiscard]] const Rational* as_decimal() const { return std::get_if<Rational>(&data); }
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data); }
  [[nodiscard]] const ir::Reference* as_reference() const { return get_boxed<ir::Reference>(data); }
  [[nodiscard]] const List* as_list() const;
  [[nodiscard]] const Map* as_map() const;
  /// Null when it is none.
  [[nodiscard]] const BlockHandle* as_block() const;
};

Value make_list(List items, ir::Origin origin = {});
Value make_map(Map entries, ir::Origin origin = {});
Value make_string(std::string text, ir::Origin origin = {});
Value make_integer(std::int64_t number, ir::Origin origin = {});
/// The same value, sensitive when `from` is. A value that depends on which alternative was chosen is sensitive as the choice is.
Value tainted_by(Value value, bool from);
/// `db.key("url")`, a bare `db`, a parameter: where a container gets a value that berth never sees. `source` is the extern; the strings are "" when they are
/// not given.
struct SecretRequest {
  ir::Reference source;
  std::string key;
  std::string version_stage;
  std::string version_id;
};
/// The value of type `secret`; as a map `{secret: …, key: "url", …}`, or `{parameter: …}` when the extern is one.
Value make_secret(SecretRequest request, ir::Origin origin = {});

/// Whether poison is in it, at any depth.
bool contains_poison(const Value& value);
/// Equality of the language: int and decimal compare by number, everything else by kind and content.
bool equal(const Value& a, const Value& b);

/// "a string", "an int", "a size", "a list" …
std::string_view kind_phrase(const Value& value);
/// As written in the language, shortened to a line: `512 MiB`, `"x"`, `[1, 2]`. What is sensitive or looks like a credential is not shown.
std::string spell(const Value& value);
/// "the duration `5m`", "a list": for messages.
std::string describe(const Value& value);
/// "a size", "an int" … for a unit.
std::string_view unit_phrase(ir::Unit unit);

/// How many values of the IR it becomes. Known without a walk: a list that is shared 2^60 times is cheap to make.
inline std::size_t size_of(const Value& value) { return value.values; }
/// The IR's form, for values without poison: null is empty, a decimal (only outputs have them) is its text. Where a value is sensitive, every text,
/// number and bool in it is ir::Sensitive.
ir::Value to_ir(const Value& value);

}  // namespace berth::sema
