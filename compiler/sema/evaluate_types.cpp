// Written types: what a TypeExpr means.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/suggest.h"
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

constexpr std::array<TypeRow, 9> kScalars = {{
    {"bool", Kind::boolean},
    {"int", Kind::integer},
    {"decimal", Kind::decimal},
    {"string", Kind::string},
    {"size", Kind::size},
    {"cpu", Kind::cpu},
    {"duration", Kind::duration},
    {"percent", Kind::percent},
    {"image", Kind::image},
}};

constexpr std::array<std::string_view, 11> kPlannedTypes = {"secret", "schedule", "block", "blocks", "sensitive", "deferred",
                                                       "network", "topic", "role", "target_group", "parameter"};

TypePtr unknown_type() {
  static const TypePtr type = std::make_shared<const Type>();
  return type;
}

std::vector<std::string> type_names() {
  std::vector<std::string> names = {"list", "map", "ref"};
  for (const TypeRow& row : kScalars) names.emplace_back(row.name);
  return names;
}

/// The type as text, for messages.
std::string spell_type(const Type& type) {
  if (!type.text.empty()) return type.text;
  if (type.kind == Kind::record) {
    std::string text = "{ ";
    for (const RecordField& field : type.fields) text += (text.size() > 2 ? ", " : "") + field.name + ": " + field.type->text;
    return text + " }";
  }
  if (type.kind == Kind::literal) {
    std::string text;
    for (const Type::Literal& literal : type.literals) {
      if (!text.empty()) text += " | ";
      text += literal.index() == 0 ? fmt::format("\"{}\"", std::get<0>(literal)) : std::to_string(std::get<1>(literal));
    }
    return text;
  }
  return "value";
}

}  // namespace

TypePtr Evaluator::type_of(const ast::TypeExpr& type) {
  if (const auto known = types_.find(&type); known != types_.end()) return known->second;
  TypePtr made = unknown_type();
  if (const auto* node = ast::as<ast::NamedType>(type)) {
    made = named_type(type, *node);
  } else if (const auto* literal = ast::as<ast::LiteralType>(type)) {
    Type single;
    single.kind = Kind::literal;
    if (const auto* text = std::get_if<ast::String>(&literal->value)) {
      single.literals.emplace_back(std::string(text->is_literal() ? text->text() : ""));
    } else {
      const Value number = evaluate_number(std::get<ast::Number>(literal->value), type.span, reporter_);
      if (number.as_integer() == nullptr) return types_[&type] = unknown_type();
      single.literals.emplace_back(*number.as_integer());
    }
    single.text = spell_type(single);
    made = std::make_shared<const Type>(std::move(single));
  } else if (const auto* record = ast::as<ast::RecordType>(type)) {
    made = record_type(type, *record);
  } else if (const auto* members = ast::as<ast::UnionType>(type)) {
    made = union_type(type, *members);
  }
  if (made->kind != Kind::unknown) {
    Type own = *made;
    own.optional = own.optional || type.optional;
    if (type.optional) own.text += "?";
    own.declared = type.span;
    made = std::make_shared<const Type>(std::move(own));
  }
  return types_[&type] = made;
}

TypePtr Evaluator::uncarried_type(Span span, std::string_view word) {
  reporter_.report("E0290", span, fmt::format("the type `{}` is not carried out by this version of berth", word), "not yet");
  return unknown_type();
}

TypePtr Evaluator::named_type(const ast::TypeExpr& type, const ast::NamedType& node) {
  const std::string& name = node.path.front().text;
  if (std::find(kPlannedTypes.begin(), kPlannedTypes.end(), name) != kPlannedTypes.end()) return uncarried_type(type.span, name);
  if (node.path.size() > 1) return uncarried_type(type.span, name + "." + node.path[1].text);
  if (const auto declared = scope_.types.find(name); declared != scope_.types.end()) return alias(type, *declared->second);
  Type made;
  const auto scalar = std::find_if(kScalars.begin(), kScalars.end(), [&](const TypeRow& row) { return row.name == name; });
  if (scalar != kScalars.end()) {
    made.kind = scalar->kind;
    // A percentage is a share unless its bounds say otherwise.
    if (made.kind == Kind::percent && node.arguments.empty()) {
      made.minimum = 0;
      made.maximum = 10'000;
    }
  } else if (name == "list" || name == "map") {
    made.kind = name == "list" ? Kind::list : Kind::map;
  } else if (name == "ref") {
    made.kind = Kind::reference;
  } else {
    const auto names = type_names();
    Diagnostic& diagnostic = reporter_.report("E0204", node.path.front().span, fmt::format("unknown type `{}`", name), "there is no such type");
    if (const auto meant = suggest(name, names)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(node.path.front().span, *meant);
    } else {
      diagnostic.note(fmt::format("the types are: {}", fmt::join(names, ", ")));
    }
    return unknown_type();
  }
  made.text = name;
  for (const ast::TypeArgument& argument : node.arguments) {
    if (!apply_argument(argument, made)) return unknown_type();
  }
  const bool needs_argument = made.kind == Kind::list || made.kind == Kind::map ? made.element == nullptr : made.kind == Kind::reference && made.target.empty();
  if (needs_argument) {
    reporter_.report("E0115", type.span, fmt::format("`{}` needs to say of what", name), fmt::format("as in `{}({})`", name, name == "ref" ? "cluster" : "string"));
    return unknown_type();
  }
  return std::make_shared<const Type>(std::move(made));
}

bool Evaluator::apply_argument(const ast::TypeArgument& argument, Type& type) {
  if (const auto* inner = std::get_if<ast::TypeExprPtr>(&argument)) {
    const ast::TypeExpr& expression = **inner;
    if (type.kind == Kind::reference) {
      const auto* named = ast::as<ast::NamedType>(expression);
      const std::string kind = named != nullptr && named->path.size() == 1 ? named->path.front().text : "";
      if (ir::schema::resource_kind(kind) == nullptr) {
        uncarried_type(expression.span, fmt::format("ref({})", kind));
        return false;
      }
      type.target = kind;
      type.text = fmt::format("ref({})", kind);
      return true;
    }
    if ((type.kind != Kind::list && type.kind != Kind::map) || type.element != nullptr) {
      reporter_.report("E0115", expression.span, fmt::format("`{}` does not take a type", type.text), "unexpected");
      return false;
    }
    type.element = type_of(expression);
    type.text = fmt::format("{}({})", type.text, type.element->text);
    return type.element->kind != Kind::unknown;
  }
  const ast::Range& range = std::get<ast::Range>(argument);
  if (type.kind == Kind::boolean || type.kind == Kind::decimal || type.kind == Kind::image || type.kind == Kind::map || type.kind == Kind::reference) {
    reporter_.report("E0115", range.span, fmt::format("`{}` has no range", type.text), "unexpected");
    return false;
  }
  if (range.low && !(type.minimum = bound(*range.low, type.kind))) return false;
  if (range.high && !(type.maximum = bound(*range.high, type.kind))) return false;
  const auto spelled = [&](const std::optional<std::int64_t>& amount) { return amount ? ir::spell(ir::Quantity{*amount, unit_of(type.kind)}) : std::string(); };
  type.text = fmt::format("{}({}..{})", type.text, range.low ? spelled(type.minimum) : "", range.high ? spelled(type.maximum) : "");
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

TypePtr Evaluator::alias(const ast::TypeExpr& type, const ast::TypeDecl& declaration) {
  if (std::find(running_types_.begin(), running_types_.end(), &declaration) != running_types_.end()) {
    reporter_.report("E0206", type.span, fmt::format("the type `{}` contains itself", declaration.name.text), "needed here to know itself")
        .label(declaration.name.span, "declared here");
    return unknown_type();
  }
  running_types_.push_back(&declaration);
  const TypePtr base = type_of(*declaration.type);
  running_types_.pop_back();
  if (base->kind == Kind::unknown) return base;
  Type named = *base;
  for (const ast::Where& where : declaration.wheres) named.wheres.push_back(&where);
  named.text = declaration.name.text;
  if (const auto* node = ast::as<ast::NamedType>(type); node != nullptr && !node->arguments.empty()) {
    reporter_.report("E0115", type.span, fmt::format("`{}` takes no arguments", declaration.name.text), "unexpected");
    return unknown_type();
  }
  return std::make_shared<const Type>(std::move(named));
}

TypePtr Evaluator::union_type(const ast::TypeExpr& type, const ast::UnionType& node) {
  Type made;
  made.kind = Kind::literal;
  for (const ast::TypeExprPtr& member : node.members) {
    const TypePtr part = type_of(*member);
    if (part->kind == Kind::unknown) return part;
    if (part->kind != Kind::literal) {
      reporter_.report("E0115", member->span, "only texts and numbers can be alternatives", fmt::format("this is `{}`", part->text))
          .help("for a value that may be missing, write `?` after the type");
      return unknown_type();
    }
    made.literals.insert(made.literals.end(), part->literals.begin(), part->literals.end());
    made.optional = made.optional || part->optional;
  }
  (void)type;
  made.text = spell_type(made);
  return std::make_shared<const Type>(std::move(made));
}

TypePtr Evaluator::record_type(const ast::TypeExpr& type, const ast::RecordType& node) {
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
  (void)type;
  made.text = spell_type(made);
  return std::make_shared<const Type>(std::move(made));
}

}  // namespace berth::sema
