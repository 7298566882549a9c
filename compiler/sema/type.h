#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/pattern.h"
#include "ir/schema.h"

namespace berth::sema {

struct Type;
using TypePtr = std::shared_ptr<const Type>;

/// A field of a record type.
struct RecordField {
  std::string name;
  TypePtr type;
  const ast::TypeField* declaration = nullptr;  ///< null: a record type of the schema
};

/// A type of the language: of a schema's field, or written in the source. Types with the same content are the same (structural).
struct Type {
  enum class Kind : std::uint8_t {
    boolean, integer, decimal, string, size, cpu, duration, percent, image, literal, reference, list, map, record, health_command,
    schedule,    ///< what `cron(…)` and `every(…)` give
    secret,      ///< a reference to a value that is never read
    field_path,  ///< names of settings, as in `ignore = [replicas]`
    selection,   ///< a list of texts, or what `tag(…)` gives
    target,      ///< an int, a percentage or a duration: what a measure is held against
    any,         ///< any value, as in `raw`
    unknown,     ///< a type that was reported; accepts everything
  };
  using Literal = std::variant<std::string, std::int64_t>;

  Kind kind = Kind::unknown;
  bool optional = false;
  bool sensitive = false;               ///< values of it become sensitive
  bool schema = false;                  ///< of a setting: the value goes to ECS
  std::string text;                     ///< as documented or written, as spell() gives it
  std::string name;                     ///< the alias it was written by, with a `?` that follows; "" without one
  std::optional<std::int64_t> minimum;  ///< inclusive, in base units; strings: characters
  std::optional<std::int64_t> maximum;
  std::int64_t multiple_of = 1;
  std::string multiple_text;
  std::vector<Literal> literals;
  std::string pattern_text;
  std::shared_ptr<const Pattern> pattern;     ///< null: any
  std::string target;                         ///< reference: the kind
  TypePtr element;                            ///< list, map
  std::vector<RecordField> fields;
  std::string primary;  ///< record of the schema: the field that a bare value stands for, "" without one
  std::vector<const ast::Where*> wheres;
  Span declared;  ///< where it is written, if it is
};

/// The unit of quantities of this type; `none` for the others.
ir::Unit unit_of(Type::Kind kind);
/// The type as it is written in the language, aliases by their names: `size(4 MiB..)?`, `list(string)`, `{ cpu: cpu, memory: size }`.
std::string spell(const Type& type);
/// The same without the name that the type itself may have: what `type NAME = …` says.
std::string spell_definition(const Type& type);
/// "a size", "a string", "one of `"a"`, `"b"`" …: what is expected.
std::string expected_phrase(const Type& type);
/// Said where a list stands for a map.
inline constexpr const char* kMapForm = "a map is written `{ key = value }`, or as a block: `name { key = value }`";

/// The types of schema fields, converted once each.
class SchemaTypes {
 public:
  const Type& of(const ir::schema::Type& type) { return *shared(type); }
  TypePtr pointer(const ir::schema::Type& type) { return shared(type); }
  /// A pattern of the schema, compiled once.
  std::shared_ptr<const Pattern> pattern(std::string_view text);

 private:
  TypePtr shared(const ir::schema::Type& type);
  std::unordered_map<const ir::schema::Type*, TypePtr> types_;
  std::unordered_map<std::string_view, std::shared_ptr<const Pattern>> patterns_;
};

}  // namespace berth::sema
