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
  /// A reference to a secret, never its value. In the IR a map: {secret: REF, key, version_stage, version_id} (the last three when they are given),
  /// or {parameter: REF}. REF is a Reference to an extern `secret` or `parameter`; for what is live and not ours, its ARN or name as text.
  secret,
  /// A map with the fields of a named record type (`Type::record`), made by a constructor function (`awslogs(…)`, `spread("az")`) or written as a map.
  record,
  /// Names of settings of the block around it: `[replicas, task.memory]`. In the IR a list of dotted paths as text.
  field_path,
  /// Anything that JSON can say: what `raw { }` holds.
  any,
  /// `cron("30 2 * * *", timezone = "Europe/Berlin")` or `every(15m)`. In the IR a map: {cron: text, timezone: text} or {every: duration}.
  schedule,
  /// A list of texts, or a choice by tag: `tag("tier", "private")`, in the IR the map {tag: key, value: text}.
  selection,
  /// An int, a percentage or a duration: what a measure is held against (`target cpu = 60%`).
  target,
};

struct Record;

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
  std::string_view target;                    ///< reference: the kind it names, of a resource, an extern or a block (`Block::referable`)
  const Type* element = nullptr;              ///< list, map: type of the elements
  const Record* record = nullptr;             ///< record: its fields
};

/// What a change of the field does to a live resource.
enum class UpdateClass : std::uint8_t {
  in_place,        ///< changed without touching running tasks
  new_revision,    ///< a new task definition revision
  new_deployment,  ///< the service replaces its tasks
  replacement,     ///< the resource is destroyed and created again
};

/// How far a target carries out the field or the block.
enum class Support : std::uint8_t {
  honoured,
  emulated,
  stored_only,      ///< kept and given back, without an effect
  rejected,         ///< the target refuses a resource that has it (E0603)
  not_carried_out,  ///< it is not sent: the plan lists it, and `berth apply` goes on only with --allow-partial
};

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
  reference,        ///< what stands for the reference in the API (ARN, name, id; see ir/externs.h)
  references,       ///< a list of them
  network,          ///< reference to a network <-> {subnets, securityGroups, assignPublicIp}
  secret,           ///< secret <-> "ARN", "ARN:key:stage:id"
  secret_entries,   ///< map of secrets <-> list of {key_member, value_member}
  record,           ///< record <-> object, by the paths of its fields
  records,          ///< list of records <-> list of objects
  minutes,          ///< duration <-> integer min
  gibibytes,        ///< size <-> integer GiB
  percent_decimal,  ///< percent <-> number, 0.1 % is 0.1
  upper_list,       ///< list of literals, each as with `upper`
  words,            ///< bool or literal <-> one of `api_values`
  list_entry,       ///< the element of a list whose `key_member` is `entry_name` has the value in `value_member`, as text or one of `api_values`
  file_entries,     ///< list of references to objects <-> list of {value_member: ARN, type: "s3"}
  bounds,           ///< a list of two, least and most <-> members `key_member` and `value_member`; sizes in MiB
  placement_field,  ///< "az" <-> "attribute:ecs.availability-zone", "instance" <-> "instanceId"
};

enum class DefaultKind : std::uint8_t { none, boolean, number, text };

/// A member of an API object with a value that is known beforehand.
struct Constant {
  std::string_view member;  ///< or the way to it, with dots
  std::string_view text;
};

struct Field {
  std::string_view name;       ///< in the language
  std::string_view also;       ///< a second word by which it can be read, never written: `task.family` is `task.name`; "" = none
  Type type;
  std::string_view doc;
  bool required = false;
  bool block_form = false;     ///< a map written as a block: `env { A = "x" }`
  std::string_view keys_name;  ///< map: its keys must be names of blocks of this kind in the nearest enclosing block that holds such (depends_on: container)
  std::string_view local_ref;  ///< text, or list of texts: each the bare name of a block of this kind in the nearest enclosing block that holds such
  std::span<const std::string_view> variants;  ///< in a block with variants: those that have the field; empty = all
  DefaultKind default_kind = DefaultKind::none;
  std::int64_t default_number = 0;  ///< boolean: 0 or 1; number: base unit
  std::string_view default_text;
  bool implied = false;  ///< the default stays out of the IR: a value equal to it is the same as none
  /// Member of the API object of the enclosing block, or the way to it ("runtimePlatform.cpuArchitecture"); "" = not sent (names that are only ours).
  std::string_view path;
  Encoding encoding = Encoding::plain;
  std::string_view key_member;
  std::string_view value_member;
  std::string_view entry_name;
  std::span<const std::string_view> api_values;  ///< words: the API's for false and true, or for the literals in their order
  std::span<const Constant> constants;           ///< sent with the field; what is read belongs to the field only where they are so
  Canonical canonical = Canonical::exact;
  UpdateClass update = UpdateClass::in_place;
  Support local = Support::honoured;
  Support aws = Support::honoured;
  std::span<const std::string_view> local_takes;  ///< the literals that the local engine takes, and it rejects the others; empty = all
  std::string_view support_note;  ///< why not honoured, for the user
};

/// A named record type (`types:` in the YAML): the value of a setting that has parts. Its fields are checked like those of a block; a field without
/// `required` may be missing, and the canonical form fills defaults in.
struct Record {
  std::string_view name;
  std::string_view doc;
  /// A bare value where the record is expected is this field, the others at their defaults: `capacity = [main.capacity.batch]`. For `in` and `==`
  /// such a record stands for the value of this field. "" = none.
  std::string_view primary_field;
  std::span<const Field> fields;

  [[nodiscard]] const Field* field(std::string_view word) const;
};

/// A member of an API object that only `raw { }` can write, because the language has no word for it.
struct RawMember {
  std::string_view name;
  std::string_view type;  ///< "string", "integer", "boolean", "number", "list" or "object"
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
  /// Instances can be referred to by member path, as blocks of this kind of reference: in a cluster, `capacity` has blocks that are referable as
  /// "capacity", so `main.capacity.batch` (the label of `asg batch`) is Reference{Address{"capacity", "main.batch"}}, and the block without a label
  /// `fargate_spot` is `main.capacity.fargate_spot` and Address{"capacity", "main.fargate_spot"}. All of one kind share their names. "" = not referable.
  std::string_view referable;
  bool choice = false;                         ///< at most one of its blocks may stand in it (`volume x { efs { } }`)
  /// name: what tells blocks apart where the API has no label for them: it has no `name_member`, or the block says `unnamed`. Live ones get a label made
  /// of the values of these fields, and relabel() gives them the label of the desired one that agrees in them.
  std::span<const std::string_view> identity;
  std::string_view path;                       ///< member of the enclosing API object, or the way to it; "" = the block's members stand in that object itself
  std::string_view name_member;                ///< name: the member that carries the label in the API
  bool always = false;        ///< the canonical form always has this block, filled with defaults
  std::string_view off_field; ///< the API says "absent" by this boolean being false (deploymentCircuitBreaker.enable); the IR has no such block then
  std::span<const Field> fields;
  std::span<const Block> blocks;
  /// Words of the language that this version does not carry out yet: using one is an error that says so.
  std::span<const std::string_view> planned;
  std::span<const std::string_view> read_only;      ///< members that the service adds: no part of what was asked for
  std::span<const ServerDefault> server_defaults;
  /// What `raw { }` may write here. A block that takes `raw` has a Field "raw" (type any, block_form); its value is a map of API members, merged into
  /// the API object. `raw unchecked { }` may write members that are not in this list; they stand in the same map.
  std::span<const RawMember> raw_members;
  Support local = Support::honoured;                ///< of the block as such; its fields say more
  Support aws = Support::honoured;
  std::string_view support_note;
  // Externs only:
  std::string_view stands_for;    ///< the field whose value the API takes for it ("arn", "id", "name")
  std::string_view arn_template;  ///< its ARN when only the name is known: "arn:aws:iam::{account}:role/{name}"; {…} are fields, account and region

  [[nodiscard]] const Field* field(std::string_view name) const;
  [[nodiscard]] const Block* block(std::string_view kind_name) const;
  [[nodiscard]] bool is_planned(std::string_view word) const;
  /// Whether `raw { }` may write the member.
  [[nodiscard]] const RawMember* raw_member(std::string_view member) const;
};

/// What may be declared with `extern KIND NAME { }`, and be referred to by its address: Address{"role", "orders_role"}. `extern_KIND("x")` is one
/// without a name of its own, with "x" in its primary field.
std::span<const Block> extern_kinds();
const Block* extern_kind(std::string_view kind);
/// The named record types.
std::span<const Record> records();
const Record* record(std::string_view name);

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
