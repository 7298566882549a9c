#include "compiler/sema/type.h"

#include <fmt/format.h>

namespace berth::sema {
namespace {

using Kind = Type::Kind;

Kind kind_of(ir::schema::TypeKind kind) {
  using From = ir::schema::TypeKind;
  switch (kind) {
    case From::boolean: return Kind::boolean;
    case From::integer: return Kind::integer;
    case From::string: return Kind::string;
    case From::size: return Kind::size;
    case From::cpu: return Kind::cpu;
    case From::duration: return Kind::duration;
    case From::percent: return Kind::percent;
    case From::image: return Kind::image;
    case From::literal: return Kind::literal;
    case From::reference: return Kind::reference;
    case From::list: return Kind::list;
    case From::map: return Kind::map;
    case From::health_command: return Kind::health_command;
    case From::secret: return Kind::secret;
    case From::record: return Kind::record;
    case From::field_path: return Kind::field_path;
    case From::schedule: return Kind::schedule;
    case From::any: return Kind::any;
    case From::selection: return Kind::selection;
    case From::target: return Kind::target;
  }
  return Kind::unknown;
}

std::string literal_list(const Type& type) {
  std::string text;
  for (const Type::Literal& literal : type.literals) {
    if (!text.empty()) text += ", ";
    text += literal.index() == 0 ? fmt::format("`\"{}\"`", std::get<0>(literal)) : fmt::format("`{}`", std::get<1>(literal));
  }
  return text;
}

}  // namespace

ir::Unit unit_of(Kind kind) {
  switch (kind) {
    case Kind::size: return ir::Unit::bytes;
    case Kind::cpu: return ir::Unit::cpu;
    case Kind::duration: return ir::Unit::milliseconds;
    case Kind::percent: return ir::Unit::basis_points;
    default: return ir::Unit::none;
  }
}

std::string expected_phrase(const Type& type) {
  switch (type.kind) {
    case Kind::boolean: return "a bool";
    case Kind::integer: return "an int";
    case Kind::decimal: return "a decimal";
    case Kind::string: return "a string";
    case Kind::size: return "a size";
    case Kind::cpu: return "a cpu amount";
    case Kind::duration: return "a duration";
    case Kind::percent: return "a percentage";
    case Kind::image: return "an image";
    case Kind::literal: return "one of " + literal_list(type);
    case Kind::reference: return "the name of a " + type.target;
    case Kind::list: return "a list";
    case Kind::map: return "a map";
    case Kind::record: return "a record";
    case Kind::health_command: return "a command";
    case Kind::schedule: return "a schedule";
    case Kind::secret: return "a secret";
    case Kind::field_path: return "a list of settings";
    case Kind::selection: return "a list of texts, or `tag(…)`";
    case Kind::target: return "an int, a percentage or a duration";
    case Kind::any:
    case Kind::unknown: return "a value";
  }
  return "a value";
}

namespace {

std::string spell_range(const Type& type) {
  const auto bound = [&](const std::optional<std::int64_t>& amount) { return amount ? ir::spell(ir::Quantity{*amount, unit_of(type.kind)}) : std::string(); };
  return bound(type.minimum) + ".." + bound(type.maximum);
}

/// `int`, `size` …; "" for the kinds that have no name of their own.
std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::boolean: return "bool";
    case Kind::integer: return "int";
    case Kind::decimal: return "decimal";
    case Kind::string: return "string";
    case Kind::size: return "size";
    case Kind::cpu: return "cpu";
    case Kind::duration: return "duration";
    case Kind::percent: return "percent";
    case Kind::image: return "image";
    case Kind::schedule: return "schedule";
    case Kind::secret: return "secret";
    case Kind::field_path: return "field_path";
    case Kind::health_command: return "health_command";
    case Kind::selection: return "selection";
    case Kind::target: return "target";
    case Kind::any: return "any";
    case Kind::list: return "list";
    case Kind::map: return "map";
    case Kind::reference: return "ref";
    default: return "";
  }
}

/// Without `sensitive( )` and `?`.
std::string spell_bare(const Type& type) {
  if (type.kind == Kind::literal) {
    std::string text;
    for (const Type::Literal& literal : type.literals) {
      if (!text.empty()) text += " | ";
      text += literal.index() == 0 ? fmt::format("\"{}\"", std::get<0>(literal)) : std::to_string(std::get<1>(literal));
    }
    return type.optional && type.literals.size() > 1 ? "(" + text + ")" : text;
  }
  if (type.kind == Kind::record) {
    std::string text;
    for (const RecordField& field : type.fields) text += (text.empty() ? " " : ", ") + field.name + ": " + spell(*field.type);
    return text.empty() ? "{ }" : "{" + text + " }";
  }
  std::string arguments;
  if (type.element != nullptr) arguments = spell(*type.element);
  if (!type.target.empty()) arguments = type.target;
  // Without bounds of its own a percentage is a share.
  const bool share = type.kind == Kind::percent && type.minimum == 0 && type.maximum == 10'000;
  if ((type.minimum || type.maximum) && !share) arguments += (arguments.empty() ? "" : ", ") + spell_range(type);
  const std::string_view name = word(type.kind);
  if (name.empty()) return "value";
  return arguments.empty() ? std::string(name) : fmt::format("{}({})", name, arguments);
}

}  // namespace

std::string spell_definition(const Type& type) {
  const std::string bare = spell_bare(type);
  return fmt::format("{}{}{}{}", type.sensitive ? "sensitive(" : "", bare, type.sensitive ? ")" : "", type.optional ? "?" : "");
}

std::string spell(const Type& type) {
  return type.name.empty() ? spell_definition(type) : type.name;
}

TypePtr SchemaTypes::shared(const ir::schema::Type& type) {
  TypePtr& known = types_[&type];
  if (known) return known;
  auto made = std::make_shared<Type>();
  made->kind = kind_of(type.kind);
  made->schema = true;
  made->text = type.text;
  made->minimum = type.minimum;
  made->maximum = type.maximum;
  made->multiple_of = type.multiple_of;
  made->multiple_text = type.multiple_text;
  for (const std::string_view literal : type.literals) made->literals.emplace_back(std::string(literal));
  made->pattern_text = type.pattern_text;
  if (!type.pattern.empty()) made->pattern = compile_pattern(type.pattern);
  made->target = type.target;
  if (type.record != nullptr) {
    made->primary = type.record->primary_field;
    for (const ir::schema::Field& field : type.record->fields) {
      // What is not required may be missing; the canonical form of the IR fills defaults in.
      auto field_type = std::make_shared<Type>(*shared(field.type));
      field_type->optional = !field.required;
      made->fields.push_back({std::string(field.name), std::move(field_type), nullptr});
    }
  }
  // The recursion may move the map's elements, so `known` is not used after it.
  if (type.element != nullptr) made->element = shared(*type.element);
  return types_[&type] = std::move(made);
}

std::shared_ptr<const Pattern> SchemaTypes::pattern(std::string_view text) {
  auto& known = patterns_[text];
  if (!known) known = compile_pattern(text);
  return known;
}

}  // namespace berth::sema
