// Written types: what a TypeExpr means.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/suggest.h"
#include "base/words.h"
#include "compiler/sema/evaluate.h"
#include "compiler/sema/units.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

using Kind = Type::Kind;

struct TypeRow {
  std::string_view name;
  Kind kind;
};

constexpr std::array<TypeRow, 13> kNamed = {{
    {"bool", Kind::boolean},
    {"int", Kind::integer},
    {"decimal", Kind::decimal},
    {"string", Kind::string},
    {"size", Kind::size},
    {"cpu", Kind::cpu},
    {"duration", Kind::duration},
    {"percent", Kind::percent},
    {"image", Kind::image},
    {"schedule", Kind::schedule},
    {"secret", Kind::secret},
    {"list", Kind::list},
    {"map", Kind::map},
}};

/// Whether blocks of a kind (capacity of a cluster) can be named by a value.
bool has_referable(const ir::schema::Block& block, std::string_view kind) {
  return block.referable == kind || std::any_of(block.blocks.begin(), block.blocks.end(), [&](const ir::schema::Block& inner) { return has_referable(inner, kind); });
}

/// Whether something of this kind can be named by a value.
bool is_reference_kind(std::string_view word) {
  if (word.empty()) return false;
  if (ir::schema::resource_kind(word) != nullptr || ir::schema::extern_kind(word) != nullptr) return true;
  const auto kinds = ir::schema::resource_kinds();
  return std::any_of(kinds.begin(), kinds.end(), [&](const ir::schema::Block& kind) { return has_referable(kind, word); });
}

bool takes_range(Kind kind) {
  switch (kind) {
    case Kind::integer:
    case Kind::string:
    case Kind::size:
    case Kind::cpu:
    case Kind::duration:
    case Kind::percent:
    case Kind::list: return true;
    default: return false;
  }
}

TypePtr unknown_type() {
  static const TypePtr type = std::make_shared<const Type>();
  return type;
}

TypePtr finished(Type type) {
  type.text = spell(type);
  return std::make_shared<const Type>(std::move(type));
}

std::vector<std::string> type_names() {
  std::vector<std::string> names = {"ref", "sensitive"};
  for (const TypeRow& row : kNamed) names.emplace_back(row.name);
  return names;
}

/// `container.env` of `block(container.env)`, and other names of kinds; "" when it is no name.
std::string path_of(const ast::TypeExpr& type) {
  const auto* named = ast::as<ast::NamedType>(type);
  if (named == nullptr || type.optional || !named->arguments.empty()) return "";
  std::string path;
  for (const ast::Name& name : named->path) path += (path.empty() ? "" : ".") + name.text;
  return path;
}

}  // namespace

TypePtr Evaluator::type_of(const ast::TypeExpr& type) {
  if (const auto known = types_.find(&type); known != types_.end()) return known->second;
  TypePtr made = unknown_type();
  if (const auto* node = ast::as<ast::NamedType>(type)) {
    made = named_type(type, *node);
  } else if (const auto* literal = ast::as<ast::LiteralType>(type)) {
    made = literal_type(type, *literal);
  } else if (const auto* record = ast::as<ast::RecordType>(type)) {
    made = record_type(*record);
  } else if (const auto* members = ast::as<ast::UnionType>(type)) {
    made = union_type(*members);
  }
  if (made->kind != Kind::unknown) {
    Type own = *made;
    if (type.optional && !own.optional && !own.name.empty()) own.name += "?";
    own.optional = own.optional || type.optional;
    own.declared = type.span;
    made = finished(std::move(own));
  }
  return types_[&type] = made;
}

TypePtr Evaluator::literal_type(const ast::TypeExpr& type, const ast::LiteralType& node) {
  Type single;
  single.kind = Kind::literal;
  if (const auto* text = std::get_if<ast::String>(&node.value)) {
    if (!text->is_literal()) {
      reporter_.report("E0115", type.span, "an alternative is a text without `${ }`", "computed");
      return unknown_type();
    }
    single.literals.emplace_back(std::string(text->text()));
  } else {
    const Value number = evaluate_number(std::get<ast::Number>(node.value), type.span, reporter_);
    if (number.poisoned()) return unknown_type();
    if (number.as_integer() == nullptr) {
      reporter_.report("E0115", type.span, "only texts and ints can be alternatives", "this is " + describe(number)).help("write a range, as in `size(512 MiB..2 GiB)`");
      return unknown_type();
    }
    single.literals.emplace_back(*number.as_integer());
  }
  return finished(std::move(single));
}

TypePtr Evaluator::named_type(const ast::TypeExpr& type, const ast::NamedType& node) {
  const std::string& name = node.path.front().text;
  if (node.path.size() > 1) return qualified_type(type, node);
  if (const ast::TypeDecl* declared = scope_.find_type(node.path.front())) return alias(type, node, *declared);
  Type made;
  const auto row = std::find_if(kNamed.begin(), kNamed.end(), [&](const TypeRow& known) { return known.name == name; });
  if (row != kNamed.end()) {
    made.kind = row->kind;
  } else if (name == "ref") {
    made.kind = Kind::reference;
  } else if (name == "sensitive") {
    return sensitive_type(type, node);
  } else if (name == "block" || name == "blocks") {
    reporter_.report("E0115", type.span, fmt::format("`{}(…)` is a type of a component's parameters only", name), "no value is a block")
        .help(fmt::format("`param NAME: {}(container.env)` in a component; its callers write the block", name));
    return unknown_type();
  } else if (ir::schema::extern_kind(name) != nullptr) {
    // `topic` is short for `ref(topic)`.
    made.kind = Kind::reference;
    made.target = name;
  } else {
    return unknown_type_name(node.path.front());
  }
  for (const ast::TypeArgument& argument : node.arguments) {
    if (!apply_argument(argument, name, made)) return unknown_type();
  }
  // A percentage is a share unless its bounds say otherwise.
  if (made.kind == Kind::percent && node.arguments.empty()) {
    made.minimum = 0;
    made.maximum = 10'000;
  }
  const bool needs_argument = made.kind == Kind::list || made.kind == Kind::map ? made.element == nullptr : made.kind == Kind::reference && made.target.empty();
  if (needs_argument) {
    reporter_.report("E0115", type.span, fmt::format("`{}` needs to say of what", name), fmt::format("as in `{}({})`", name, name == "ref" ? "cluster" : "string"));
    return unknown_type();
  }
  return finished(std::move(made));
}

TypePtr Evaluator::unknown_type_name(const ast::Name& name) {
  const std::vector<std::string> built_in = type_names();
  std::vector<std::string> names = built_in;
  for (const ir::schema::Block& kind : ir::schema::extern_kinds()) names.emplace_back(kind.kind);
  for (std::string& alias : scope_.type_names(name.span.source)) names.push_back(std::move(alias));
  Diagnostic& diagnostic = reporter_.report("E0204", name.span, fmt::format("unknown type `{}`", name.text), "there is no such type");
  if (const auto meant = suggest(name.text, names)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(name.span, *meant);
  } else {
    diagnostic.note(fmt::format("the types are: {}, and the kinds of externs", fmt::join(built_in, ", ")));
  }
  return unknown_type();
}

/// `naming.label`: a type of an imported module.
TypePtr Evaluator::qualified_type(const ast::TypeExpr& type, const ast::NamedType& node) {
  const Symbol* symbol = scope_.find(node.path[0]);
  if (symbol == nullptr || symbol->kind == Symbol::Kind::uncarried) {
    if (symbol == nullptr) reporter_.report("E0204", node.path[0].span, fmt::format("unknown name `{}`", node.path[0].text), "no import has this name");
    return unknown_type();
  }
  if (symbol->kind != Symbol::Kind::module) {
    reporter_.report("E0115", type.span, fmt::format("`{}` is {}, and has no types", symbol->name, with_article(symbol->word)), "not an import");
    return unknown_type();
  }
  if (const ast::TypeDecl* declared = scope_.type_in_module(node.path[1].text, symbol->module)) return alias(type, node, *declared);
  reporter_.report("E0204", node.path[1].span, fmt::format("`{}` has no type `{}`", symbol->name, node.path[1].text), "there is no such type");
  return unknown_type();
}

TypePtr Evaluator::sensitive_type(const ast::TypeExpr& type, const ast::NamedType& node) {
  const auto* inner = node.arguments.size() == 1 ? std::get_if<ast::TypeExprPtr>(&node.arguments.front()) : nullptr;
  if (inner == nullptr) {
    reporter_.report("E0115", type.span, "`sensitive` needs to say of what", "as in `sensitive(string)`");
    return unknown_type();
  }
  const TypePtr base = type_of(**inner);
  if (base->kind == Kind::unknown) return base;
  if (base->kind == Kind::secret) {
    reporter_.report("E0115", type.span, "a secret has no value that could be sensitive", "`secret` alone");
    return unknown_type();
  }
  Type made = *base;
  made.name.clear();
  made.sensitive = true;
  return finished(std::move(made));
}

bool Evaluator::apply_argument(const ast::TypeArgument& argument, std::string_view name, Type& type) {
  if (const auto* inner = std::get_if<ast::TypeExprPtr>(&argument)) {
    const ast::TypeExpr& expression = **inner;
    if (type.kind == Kind::reference && type.target.empty()) {
      type.target = path_of(expression);
      if (is_reference_kind(type.target)) return true;
      reporter_.report("E0115", expression.span, fmt::format("there is no kind `{}` that a value could name", reporter_.text(expression.span)), "not a kind of resource");
      return false;
    }
    if ((type.kind != Kind::list && type.kind != Kind::map) || type.element != nullptr) {
      reporter_.report("E0115", expression.span, fmt::format("`{}` does not take {}", name, type.element != nullptr ? "two types" : "a type"), "unexpected");
      return false;
    }
    type.element = type_of(expression);
    return type.element->kind != Kind::unknown;
  }
  const ast::Range& range = std::get<ast::Range>(argument);
  if (!takes_range(type.kind) || type.minimum || type.maximum) {
    reporter_.report("E0115", range.span, fmt::format("`{}` has no {}", name, takes_range(type.kind) ? "second range" : "range"), "unexpected");
    return false;
  }
  if (range.low && !(type.minimum = bound(*range.low, type.kind))) return false;
  if (range.high && !(type.maximum = bound(*range.high, type.kind))) return false;
  const bool length = type.kind == Kind::string || type.kind == Kind::list;
  if (length && (type.minimum.value_or(0) < 0 || type.maximum.value_or(0) < 0)) {
    reporter_.report("E0115", range.span, "a length is not less than 0", "less than nothing");
    return false;
  }
  if (type.minimum && type.maximum && *type.minimum > *type.maximum) {
    reporter_.report("E0115", range.span, "this range is empty", "the lower end is above the upper one");
    return false;
  }
  return true;
}

std::optional<std::int64_t> Evaluator::bound(const ast::Bound& bound, Kind kind) {
  const Value value = evaluate_number(bound.value, bound.span, reporter_);
  if (value.poisoned()) return std::nullopt;
  const ir::Quantity* quantity = value.as_quantity();
  if (quantity == nullptr || quantity->unit != unit_of(kind)) {
    reporter_.report("E0115", bound.span, fmt::format("this end of the range is {}, not {}", kind_phrase(value), unit_phrase(unit_of(kind))), "of another kind");
    return std::nullopt;
  }
  return bound.negative ? -quantity->amount : quantity->amount;
}

TypePtr Evaluator::alias(const ast::TypeExpr& type, const ast::NamedType& node, const ast::TypeDecl& declaration) {
  if (std::find(running_types_.begin(), running_types_.end(), &declaration) != running_types_.end()) {
    reporter_.report("E0206", type.span, fmt::format("the type `{}` contains itself", declaration.name.text), "needed here to know itself")
        .label(declaration.name.span, "declared here");
    return unknown_type();
  }
  if (!node.arguments.empty()) {
    reporter_.report("E0115", type.span, fmt::format("`{}` takes no arguments", declaration.name.text), "unexpected");
    return unknown_type();
  }
  running_types_.push_back(&declaration);
  const TypePtr base = type_of(*declaration.type);
  running_types_.pop_back();
  if (base->kind == Kind::unknown) return base;
  Type named = *base;
  for (const ast::Where& where : declaration.wheres) named.wheres.push_back(&where);
  named.name = node.path.size() > 1 ? node.path.front().text + "." + declaration.name.text : declaration.name.text;
  return finished(std::move(named));
}

TypePtr Evaluator::union_type(const ast::UnionType& node) {
  Type made;
  made.kind = Kind::literal;
  for (const ast::TypeExprPtr& member : node.members) {
    const TypePtr part = type_of(*member);
    if (part->kind == Kind::unknown) return part;
    if (part->kind != Kind::literal || !part->wheres.empty()) {
      reporter_.report("E0115", member->span, "only texts and ints can be alternatives", fmt::format("this is `{}`", part->text))
          .help("for a value that may be missing, write `?` after the type");
      return unknown_type();
    }
    for (const Type::Literal& literal : part->literals) {
      if (std::find(made.literals.begin(), made.literals.end(), literal) != made.literals.end()) {
        reporter_.report("E0115", member->span, "the same alternative twice", "written before");
        return unknown_type();
      }
      made.literals.push_back(literal);
    }
    made.optional = made.optional || part->optional;
  }
  return finished(std::move(made));
}

TypePtr Evaluator::record_type(const ast::RecordType& node) {
  Type made;
  made.kind = Kind::record;
  for (const ast::TypeField& field : node.fields) {
    const bool twice = std::any_of(made.fields.begin(), made.fields.end(), [&](const RecordField& known) { return known.name == field.name.text; });
    if (twice) {
      reporter_.report("E0202", field.name.span, fmt::format("the field `{}` is declared twice", field.name.text), "declared again here");
      return unknown_type();
    }
    TypePtr field_type = type_of(*field.type);
    if (field_type->kind == Kind::unknown) return field_type;
    made.fields.push_back({field.name.text, std::move(field_type), &field});
  }
  return finished(std::move(made));
}

}  // namespace berth::sema
