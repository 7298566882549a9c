#include "compiler/sema/infer_types.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

namespace berth::sema::infer {

using Kind = Type::Kind;

TypePtr unknown_type() {
  static const TypePtr type = std::make_shared<const Type>();
  return type;
}

Known::Known() : type(unknown_type()) {}

Known::Known(TypePtr of) : type(std::move(of)) {
  if (type == nullptr) type = unknown_type();
  nullable = type->optional;
}

Known Known::not_null() const {
  Known known = *this;
  known.nullable = known.null = false;
  return known;
}

Known Known::or_null() const {
  Known known = *this;
  known.nullable = true;
  return known;
}

TypePtr plain_type(Kind kind) {
  static std::array<TypePtr, static_cast<std::size_t>(Kind::unknown) + 1> types;
  TypePtr& known = types[static_cast<std::size_t>(kind)];
  if (known == nullptr) {
    Type made;
    made.kind = kind;
    made.text = spell(made);
    known = std::make_shared<const Type>(std::move(made));
  }
  return known;
}

Known plain(Kind kind) { return Known(plain_type(kind)); }

Known null_value() {
  Known known;
  known.nullable = known.null = true;
  return known;
}

TypePtr as_element(const Known& known) {
  if (known.nullable == known.type->optional) return known.type;
  Type made = *known.type;
  made.optional = known.nullable;
  made.text = spell(made);
  return std::make_shared<const Type>(std::move(made));
}

namespace {

Known container_of(Kind kind, const Known& element) {
  Type made;
  made.kind = kind;
  made.element = as_element(element);
  made.text = spell(made);
  return Known(std::make_shared<const Type>(std::move(made)));
}

bool has_text(const Type& type) {
  return std::any_of(type.literals.begin(), type.literals.end(), [](const Type::Literal& literal) { return literal.index() == 0; });
}
bool has_number(const Type& type) {
  return std::any_of(type.literals.begin(), type.literals.end(), [](const Type::Literal& literal) { return literal.index() == 1; });
}

bool share_a_literal(const Type& a, const Type& b) {
  return std::any_of(a.literals.begin(), a.literals.end(), [&](const Type::Literal& literal) {
    return std::find(b.literals.begin(), b.literals.end(), literal) != b.literals.end();
  });
}

Misfit misfit_text(const Type& from) {
  const bool text = from.kind == Kind::string || from.kind == Kind::image || (from.kind == Kind::literal && has_text(from));
  return text ? Misfit::fits : Misfit::wrong_kind;
}

Misfit misfit_amount(const Type& from, Kind to) {
  if (from.kind == to) return Misfit::fits;
  if (to == Kind::integer) return from.kind == Kind::literal && has_number(from) ? Misfit::fits : Misfit::wrong_kind;
  return from.kind == Kind::integer || (from.kind == Kind::literal && !has_text(from)) ? Misfit::no_unit : Misfit::wrong_kind;
}

Misfit misfit_literal(const Type& from, const Type& to) {
  if (from.kind == Kind::literal) return share_a_literal(from, to) ? Misfit::fits : Misfit::no_alternative;
  if (from.kind == Kind::integer) return has_number(to) ? Misfit::fits : Misfit::no_alternative;
  if (misfit_text(from) == Misfit::fits) return has_text(to) ? Misfit::fits : Misfit::no_alternative;
  return Misfit::wrong_kind;
}

Misfit misfit_element(const TypePtr& from, const TypePtr& to) {
  if (from == nullptr || to == nullptr) return Misfit::fits;
  // An empty list has no element that could be wrong, but whoever writes the type of one means it.
  return misfit(*from, *to);
}

Misfit misfit_record(const Type& from, const Type& to) {
  for (const RecordField& field : to.fields) {
    const auto known = std::find_if(from.fields.begin(), from.fields.end(), [&](const RecordField& f) { return f.name == field.name; });
    if (known == from.fields.end() || known->type == nullptr) continue;
    if (const Misfit inner = misfit(*known->type, *field.type); inner != Misfit::fits) return inner;
  }
  return Misfit::fits;
}

}  // namespace

Known element_of(const Known& container) {
  if (container.kind() == Kind::list || container.kind() == Kind::map) return Known(container.type->element);
  if (container.kind() != Kind::record) return Known();
  Known element;
  for (const RecordField& field : container.type->fields) element = &field == container.type->fields.data() ? Known(field.type) : join(element, Known(field.type));
  return element;
}

Known list_of(const Known& element) { return container_of(Kind::list, element); }
Known map_of(const Known& element) { return container_of(Kind::map, element); }

Known reference_to(std::string_view kind) {
  static std::map<std::string, TypePtr, std::less<>> types;
  const auto known = types.find(kind);
  if (known != types.end()) return Known(known->second);
  Type made;
  made.kind = Kind::reference;
  made.target = kind;
  made.text = spell(made);
  return Known(types.emplace(std::string(kind), std::make_shared<const Type>(std::move(made))).first->second);
}

Kind operand_kind(const Type& type) {
  if (type.kind == Kind::image) return Kind::string;
  if (type.kind != Kind::literal) return type.kind;
  if (!has_number(type)) return Kind::string;
  return has_text(type) ? Kind::unknown : Kind::integer;
}

namespace {

/// A map, or a record that is no record of the schema.
bool is_map(const Known& known) { return known.kind() == Kind::map || (known.kind() == Kind::record && known.type->primary.empty()); }

}  // namespace

Known join(const Known& a, const Known& b) {
  Known result;
  result.nullable = a.nullable || b.nullable;
  result.null = a.null && b.null;
  if (a.null) {
    result.type = b.type;
  } else if (b.null || a.type == b.type) {
    result.type = a.type;
  } else if (a.unknown() || b.unknown()) {
    return result;
  } else if (a.kind() == Kind::list && b.kind() == Kind::list) {
    result.type = list_of(join(Known(a.type->element), Known(b.type->element))).type;
  } else if (is_map(a) && is_map(b)) {
    result.type = map_of(join(element_of(a), element_of(b))).type;
  } else if (a.kind() == Kind::reference) {
    if (b.kind() == Kind::reference && a.type->target == b.type->target) result.type = a.type;
  } else if (operand_kind(*a.type) == operand_kind(*b.type) && operand_kind(*a.type) != Kind::unknown && a.kind() != Kind::list && !is_map(a)) {
    result.type = plain_type(operand_kind(*a.type));
  }
  return result;
}

Misfit misfit(const Type& from, const Type& to) {
  if (from.kind == Kind::unknown || from.kind == Kind::any) return Misfit::fits;
  switch (to.kind) {
    case Kind::boolean: return from.kind == Kind::boolean ? Misfit::fits : Misfit::wrong_kind;
    case Kind::integer:
    case Kind::size:
    case Kind::cpu:
    case Kind::duration:
    case Kind::percent: return misfit_amount(from, to.kind);
    case Kind::decimal: {
      const Kind kind = operand_kind(from);
      return kind == Kind::integer || kind == Kind::decimal || kind == Kind::unknown ? Misfit::fits : Misfit::wrong_kind;
    }
    case Kind::string:
    case Kind::image: return misfit_text(from);
    case Kind::literal: return misfit_literal(from, to);
    case Kind::reference:
      if (from.kind == Kind::reference) return from.target == to.target || from.target.empty() ? Misfit::fits : Misfit::other_reference;
      return Misfit::wrong_kind;
    case Kind::list: return from.kind == Kind::list ? misfit_element(from.element, to.element) : Misfit::wrong_kind;
    case Kind::map:
      if (from.kind == Kind::map) return misfit_element(from.element, to.element);
      if (from.kind != Kind::record) return Misfit::wrong_kind;
      for (const RecordField& field : from.fields) {
        if (const Misfit inner = misfit_element(field.type, to.element); inner != Misfit::fits) return inner;
      }
      return Misfit::fits;
    case Kind::record:
      if (from.kind == Kind::record) return misfit_record(from, to);
      return from.kind == Kind::map || !to.primary.empty() ? Misfit::fits : Misfit::wrong_kind;
    case Kind::health_command: return from.kind == Kind::list || from.kind == Kind::health_command ? Misfit::fits : Misfit::wrong_kind;
    default: return Misfit::fits;
  }
}

std::string phrase(const Known& known) {
  if (known.null) return "null";
  switch (known.kind()) {
    case Kind::literal: return operand_kind(*known.type) == Kind::integer ? "an int" : "a string";
    case Kind::reference: return known.type->target.empty() ? "a reference" : fmt::format("a {}", known.type->target);
    case Kind::record: return "a map";
    default: return expected_phrase(*known.type);
  }
}

std::string path_of(const ast::Expr& expression) {
  if (const auto* name = ast::as<ast::NameRef>(expression)) return name->name.text;
  const auto* member = ast::as<ast::Member>(expression);
  if (member == nullptr) return "";
  std::string path = path_of(*member->object);
  if (!path.empty()) path += "." + member->name.text;
  return path;
}

}  // namespace berth::sema::infer
