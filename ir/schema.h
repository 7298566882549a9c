#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "ir/value.h"

/// The vocabulary of the language and how it maps to ECS. One source: ir/schema.yaml, from which the tables behind this header, docs/kinds.md and
/// the IR's JSON Schema are generated. Compiler (types, docs, defaults), planner (update class, canonical rules) and ECS form (paths, encodings)
/// all read the same rows.
namespace berth::ir::schema {

enum class TypeKind : std::uint8_t {
  boolean,
  integer,
  string,
  size,
  cpu,
  duration,
  percent,
  image,
  literal,
  reference,
  list,
  map,
  /// A list of strings for a health check. In the language `shell("…")`, or a list with the program and its arguments; in the IR and in ECS the
  /// list begins with CMD-SHELL or CMD. (A list that already begins with one of the two is taken as it is.)
  health_command,
};

/// A type of the language, with its refinements. Bounds are inclusive and in the base unit of the kind (bytes, CPU units, ms, basis points; for
/// strings the length in characters).
struct Type {
  TypeKind kind = TypeKind::string;
  std::string_view text;                      ///< as documented: "size(4 MiB..)"
  std::optional<std::int64_t> minimum;
  std::optional<std::int64_t> maximum;
  std::int64_t multiple_of = 1;               ///< whole MiB, whole seconds …, in the base unit
  std::string_view multiple_text;             ///< "MiB", "seconds", "percent": how to say multiple_of
  std::span<const std::string_view> literals; ///< literal: the allowed texts
  std::string_view pattern;                   ///< string: ECMAScript regular expression for the whole text, "" = any
  std::string_view pattern_text;              ///< string: the pattern in words, for messages
  std::string_view target;                    ///< reference: the kind it names
  const Type* element = nullptr;              ///< list, map: type of the elements
};

/// What a change of the field does to a live resource.
enum class UpdateClass : std::uint8_t {
  in_place,        ///< changed without touching running tasks
  new_revision,    ///< a new task definition revision
  new_deployment,  ///< the service replaces its tasks
  replacement,     ///< the resource is destroyed and created again
};

/// How far a target carries out the field.
enum class Support : std::uint8_t { honoured, emulated, stored_only, rejected };

/// How the canonical form orders and compares the field's value.
enum class Canonical : std::uint8_t {
  exact,  ///< as it is; order means something
  set,    ///< a list whose order means nothing: sorted, each element once
};

/// How the value stands in the ECS API.
enum class Encoding : std::uint8_t {
  plain,            ///< string, bool, integer, list of strings as they are
  mebibytes,        ///< size <-> integer MiB
  mebibytes_text,   ///< size <-> "512"
  cpu_units,        ///< cpu <-> integer units
  cpu_units_text,   ///< cpu <-> "256"
  seconds,          ///< duration <-> integer s
  percent,          ///< percent <-> integer
  upper,            ///< literal "healthy" <-> "HEALTHY"
  object,           ///< map <-> JSON object
  entries,          ///< map <-> list of {key_member, value_member}
  upper_entries,    ///< the same, values as with `upper`
  reference,        ///< resolved by the provider (names, ARNs)
};

enum class DefaultKind : std::uint8_t { none, boolean, number, text };

struct Field {
  std::string_view name;       ///< in the language
  Type type;
  std::string_view doc;
  bool required = false;
  bool block_form = false;     ///< a map written as a block: `env { A = "x" }`
  std::string_view keys_name;  ///< map: its keys must be names of blocks of this kind in the nearest enclosing block that holds such (depends_on: container)
  DefaultKind default_kind = DefaultKind::none;
  std::int64_t default_number = 0;  ///< boolean: 0 or 1; number: base unit
  std::string_view default_text;
  std::string_view path;       ///< member name in the API object of the enclosing block; "" = not sent (names that are only ours)
  Encoding encoding = Encoding::plain;
  std::string_view key_member;
  std::string_view value_member;
  Canonical canonical = Canonical::exact;
  UpdateClass update = UpdateClass::in_place;
  Support local = Support::honoured;
  Support aws = Support::honoured;
  std::string_view support_note;  ///< why not honoured, for the user
};

enum class LabelKind : std::uint8_t {
  none,     ///< `health { }`
  name,     ///< `container app { }`: the label is the identity; a map by name in the IR
  variant,  ///< `deploy rolling { }`: the label picks the variant and is stored in field `variant_field`
};

/// A value that the service fills in by itself and that says no more than its absence.
struct ServerDefault {
  std::string_view member;
  std::string_view json;  ///< canonical JSON
};

/// A kind of block and what it may hold.
struct Block {
  std::string_view kind;
  std::string_view doc;
  LabelKind label = LabelKind::none;
  std::span<const std::string_view> variants;  ///< variant: the labels there are
  std::span<const std::string_view> planned_variants;  ///< labels of the language that this version does not carry out yet
  std::string_view variant_field;              ///< variant: the key that keeps the label in the IR (not a Field); the first variant is the default
  std::string_view variant_path;               ///< variant: the member that carries it in the API, in capitals
  std::string_view label_pattern;              ///< name: regular expression for the label, "" = any
  std::string_view label_pattern_text;         ///< the same in words
  int minimum = 0;                             ///< name: how many there must be at least
  int maximum = 1'000'000;                     ///< name: how many there may be
  std::string_view primary_field;              ///< `port http = 8080` sets this field; "" = none
  std::string_view path;                       ///< member of the enclosing API object
  std::string_view name_member;                ///< name: the member that carries the label in the API
  bool always = false;        ///< the canonical form always has this block, filled with defaults
  std::string_view off_field; ///< the API says "absent" by this boolean being false (deploymentCircuitBreaker.enable); the IR has no such block then
  std::span<const Field> fields;
  std::span<const Block> blocks;
  /// Words of the language that this version does not carry out yet: using one is an error that says so.
  std::span<const std::string_view> planned;
  std::span<const std::string_view> read_only;      ///< members that the service adds: no part of what was asked for
  std::span<const ServerDefault> server_defaults;

  [[nodiscard]] const Field* field(std::string_view name) const;
  [[nodiscard]] const Block* block(std::string_view kind_name) const;
  [[nodiscard]] bool is_planned(std::string_view word) const;
};

/// The top-level kinds that are resources: cluster, task, service.
std::span<const Block> resource_kinds();
/// A resource kind by name, or null.
const Block* resource_kind(std::string_view kind);
/// The `stack` block (region, tags, language …).
const Block& stack_block();
/// Top-level kinds of the language that this version does not carry out yet.
std::span<const std::string_view> planned_kinds();
bool is_planned_kind(std::string_view word);

/// The default of a field as a value with `is_default` origin; empty when it has none.
Value default_value(const Field& field);

/// The schema row behind a dotted path of a resource body ("container.app.memory"; names of named blocks stand in the path), or null.
const Field* field_at(const Block& kind, std::span<const std::string> path);

}  // namespace berth::ir::schema
