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
    case Kind::unknown: return "a value";
  }
  return "a value";
}

TypePtr SchemaTypes::shared(const ir::schema::Type& type) {
  TypePtr& known = types_[&type];
  if (known) return known;
  auto made = std::make_shared<Type>();
  made->kind = kind_of(type.kind);
  made->text = type.text;
  made->minimum = type.minimum;
  made->maximum = type.maximum;
  made->multiple_of = type.multiple_of;
  made->multiple_text = type.multiple_text;
  for (const std::string_view literal : type.literals) made->literals.emplace_back(std::string(literal));
  made->pattern_text = type.pattern_text;
  if (!type.pattern.empty()) made->pattern = compile_pattern(type.pattern);
  made->target = type.target;
  // The recursion may move the map's elements, so `known` is not used after it.
  if (type.element != nullptr) made->element = shared(*type.element);
  return types_[&type] = std::move(made);
}

std::shared_ptr<const std::regex> SchemaTypes::pattern(std::string_view text) {
  auto& known = patterns_[text];
  if (!known) known = compile_pattern(text);
  return known;
}

std::shared_ptr<const std::regex> compile_pattern(std::string_view pattern) {
  // Backtracking would let a short pattern run for ever; libstdc++'s polynomial executor refuses only back-references.
  try {
    return std::make_shared<const std::regex>(pattern.begin(), pattern.end(),
                                              std::regex_constants::ECMAScript | std::regex_constants::__polynomial);
  } catch (const std::regex_error&) {
    return nullptr;
  }
}

}  // namespace berth::sema
