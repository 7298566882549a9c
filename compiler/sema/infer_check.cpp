// What is expected, pushed into expressions.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/sema/infer_expr.h"
#include "compiler/sema/operators.h"
#include "compiler/sema/units.h"

namespace berth::sema::infer {
namespace {

using Kind = Type::Kind;

std::string subject(const Slot& slot) { return slot.name.empty() ? "this" : fmt::format("`{}`", slot.name); }

bool is_number_or_bool(const ast::Expr& expression) { return ast::as<ast::Number>(expression) != nullptr || ast::as<ast::Bool>(expression) != nullptr; }

/// The value of an expression that needs no names; nothing for others.
std::optional<Value> literal_value(const ast::Expr& expression, Reporter& reporter) {
  const Span span = expression.span;
  if (const auto* number = ast::as<ast::Number>(expression)) return evaluate_number(*number, span, reporter);
  if (const auto* boolean = ast::as<ast::Bool>(expression)) return Value{boolean->value, {.span = span}};
  if (ast::as<ast::Null>(expression) != nullptr) return Value{Null{}, {.span = span}};
  if (const auto* string = ast::as<ast::String>(expression); string != nullptr && string->is_literal()) return make_string(std::string(string->text()), {.span = span});
  const auto* unary = ast::as<ast::Unary>(expression);
  if (unary == nullptr || unary->op != ast::UnaryOp::negate || ast::as<ast::Number>(*unary->operand) == nullptr) return std::nullopt;
  const Value operand = evaluate_number(std::get<ast::Number>(unary->operand->node), unary->operand->span, reporter);
  Value value = apply(unary->op, {operand, unary->operand->span}, span, reporter);
  value.origin = {.span = span};
  return value;
}

}  // namespace

void Expressions::check(const ast::Expr& expression, const Type& type, const Slot& slot) {
  if (deep_ >= Limits::kDepth) return;
  ++deep_;
  if (type.kind == Kind::field_path) {
    conditions_only(expression);
  } else if (type.kind == Kind::unknown || type.kind == Kind::any) {
    infer(expression);
  } else if (check_literal(expression, type, slot)) {
    // done
  } else if (const auto* choice = ast::as<ast::Conditional>(expression)) {
    condition(*choice->condition);
    const Outcome facts = outcome(*choice->condition);
    with(facts.when_true, [&] { check(*choice->consequence, type, slot); });
    with(facts.when_false, [&] { check(*choice->alternative, type, slot); });
  } else if (const auto* list = ast::as<ast::List>(expression); list != nullptr && type.kind == Kind::list) {
    check_list(*list, type);
  } else if (const auto* object = ast::as<ast::Object>(expression); object != nullptr && type.kind == Kind::map) {
    check_map(*object, type, slot);
  } else if (object != nullptr && type.kind == Kind::record) {
    check_record(*object, expression.span, type);
  } else if (const auto* loop = ast::as<ast::ListFor>(expression); loop != nullptr && type.kind == Kind::list && type.element != nullptr) {
    in_loop(loop->clause, [&] { check(*loop->value, *type.element, {.name = ""}); });
  } else if (const auto* binary = ast::as<ast::Binary>(expression); binary != nullptr && binary->op == ast::BinaryOp::coalesce && ast::as<ast::Index>(*binary->left) == nullptr) {
    Slot left = slot;
    left.takes_null = true;
    check(*binary->left, type, left);
    check(*binary->right, type, slot);
  } else {
    require(infer(expression), expression, type, slot);
  }
  --deep_;
}

bool Expressions::check_literal(const ast::Expr& expression, const Type& type, const Slot& slot) {
  DiagnosticSink found;
  Reporter scratch(found, reporter_.sources());
  const auto value = literal_value(expression, scratch);
  if (!value) return false;
  const bool skip = value->null() && (slot.takes_null || type.optional);
  // How constructors, secrets and image texts are made is evaluation's to say.
  const bool certain = type.kind != Kind::schedule && type.kind != Kind::secret && type.kind != Kind::selection && type.kind != Kind::target && (type.kind != Kind::record || type.primary.empty());
  if (!skip && certain) {
    const Place place{.name = slot.name, .written = expression.span, .declared = slot.declared, .literal_text = slot.literal_text, .literal = is_number_or_bool(expression)};
    conform(*value, type, place, *this, scratch);
  }
  forward(found);
  return true;
}

void Expressions::check_list(const ast::List& node, const Type& type) {
  for (const ast::Element& element : node.elements) {
    if (element.spread) {
      Type plain = type;
      plain.minimum = plain.maximum = std::nullopt;
      check(*element.value, plain, {.name = ""});
    } else if (type.element != nullptr) {
      check(*element.value, *type.element, {.name = ""});
    }
  }
}

void Expressions::check_map(const ast::Object& node, const Type& type, const Slot& slot) {
  for (const ast::Field& field : node.fields) {
    if (field.key) text(*field.key);
    const std::string_view name = field.key && field.key->is_literal() ? field.key->text() : slot.name;
    if (!field.key) {
      check(*field.value, type, slot);
    } else if (type.element != nullptr) {
      check(*field.value, *type.element, {.name = name, .takes_null = true});
    }
  }
}

void Expressions::check_record(const ast::Object& node, Span span, const Type& type) {
  bool exact = true;
  std::vector<std::string> names;
  for (const RecordField& field : type.fields) names.push_back(field.name);
  for (const ast::Field& field : node.fields) {
    if (!field.key || !field.key->is_literal()) {
      exact = false;
      if (field.key) text(*field.key);
      infer(*field.value);
      continue;
    }
    const std::string_view key = field.key->text();
    const auto declared = std::find_if(type.fields.begin(), type.fields.end(), [&](const RecordField& known) { return known.name == key; });
    if (declared == type.fields.end()) {
      infer(*field.value);
      Diagnostic& diagnostic = report("E0201", field.value->span, fmt::format("`{}` has no field `{}`", type.text, key), "unknown field");
      if (const auto meant = suggest(key, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
      continue;
    }
    const bool has_default = declared->declaration != nullptr && declared->declaration->default_value != nullptr;
    check(*field.value, *declared->type, {.name = declared->name, .declared = declared->declaration != nullptr ? declared->declaration->type->span : Span{}, .takes_null = has_default});
  }
  if (!exact) return;
  for (const RecordField& field : type.fields) {
    const bool has_default = field.declaration != nullptr && field.declaration->default_value != nullptr;
    if (field.type->optional || has_default) continue;
    const bool written = std::any_of(node.fields.begin(), node.fields.end(), [&](const ast::Field& f) { return f.key->text() == field.name; });
    if (!written) report("E0213", span, fmt::format("the field `{}` is missing", field.name), fmt::format("`{}` needs it", type.text));
  }
}

void Expressions::conditions_only(const ast::Expr& expression) {
  const auto* choice = ast::as<ast::Conditional>(expression);
  if (choice == nullptr) return;
  condition(*choice->condition);
  conditions_only(*choice->consequence);
  conditions_only(*choice->alternative);
}

void Expressions::require(const Known& known, const ast::Expr& expression, const Type& type, const Slot& slot) {
  if (known.nullable && !slot.takes_null && !type.optional) return may_be_null(expression, known);
  if (known.null) return;
  const Misfit why = misfit(*known.type, type);
  if (why == Misfit::fits) return require_fields(known, expression.span, type);
  const std::string label = fmt::format("{} is `{}`", subject(slot), type.text);
  const auto said = [&]() -> Diagnostic& {
    switch (why) {
      case Misfit::no_unit:
        return report("E0104", expression.span, fmt::format("{} needs a unit", subject(slot)), fmt::format("this is {}; {}", phrase(known), label))
            .help("a number becomes an amount by its unit: `n * 1 MiB`, `n * 1s`");
      case Misfit::no_alternative: return report("E0108", expression.span, fmt::format("this is never {}", expected_phrase(type)), "none of its values is one of them");
      case Misfit::other_reference:
        return report("E0113", expression.span, fmt::format("expected {}, found {}", expected_phrase(type), phrase(known)), label);
      default:
        if (type.kind == Kind::reference) return report("E0113", expression.span, fmt::format("expected {}, found {}", expected_phrase(type), phrase(known)), label);
        return report("E0105", expression.span, fmt::format("expected {}, found {}", expected_phrase(type), phrase(known)),
                      known.kind() == type.kind ? fmt::format("{}, and this is `{}`", label, known.type->text) : label);
    }
  };
  Diagnostic& diagnostic = said();
  const Span declared = type.declared.valid() ? type.declared : slot.declared;
  if (declared.valid()) diagnostic.label(declared, fmt::format("the type is `{}`", type.text));
  if (type.kind == Kind::string && why == Misfit::wrong_kind && known.kind() != Kind::list && known.kind() != Kind::map && known.kind() != Kind::record &&
      known.kind() != Kind::reference) {
    diagnostic.help("`string(…)` gives its text");
  }
  if (type.kind == Kind::map && known.kind() == Kind::list) diagnostic.help(kMapForm);
  if (type.kind == Kind::integer && known.kind() == Kind::decimal) diagnostic.help("narrow it with `int(…)`, `floor(…)` or `ceil(…)`");
}

void Expressions::require_fields(const Known& known, Span span, const Type& type) {
  if (type.kind == Kind::list && known.kind() == Kind::list && known.type->element != nullptr && type.element != nullptr) {
    const Type& element = *known.type->element;
    if (element.optional && !type.element->optional) report("E0110", span, "the list may hold null", fmt::format("this is `{}`", known.type->text));
    return;
  }
  if (type.kind != Kind::record || known.kind() != Kind::record || !type.primary.empty()) return;
  std::vector<std::string> names;
  for (const RecordField& field : type.fields) names.push_back(field.name);
  for (const RecordField& field : known.type->fields) {
    if (std::find(names.begin(), names.end(), field.name) != names.end()) continue;
    Diagnostic& diagnostic = report("E0201", span, fmt::format("`{}` has no field `{}`", type.text, field.name), "unknown field");
    if (const auto meant = suggest(field.name, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
    return;
  }
  for (const RecordField& field : type.fields) {
    const bool has_default = field.declaration != nullptr && field.declaration->default_value != nullptr;
    if (field.type->optional || has_default) continue;
    const auto& fields = known.type->fields;
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const RecordField& f) { return f.name == field.name; });
    if (found == fields.end()) {
      report("E0213", span, fmt::format("the field `{}` is missing", field.name), fmt::format("`{}` needs it", type.text));
      return;
    }
    if (found->type != nullptr && found->type->optional) {
      report("E0110", span, fmt::format("the field `{}` may be null here", field.name), fmt::format("`{}` needs it", type.text));
      return;
    }
  }
}

void Expressions::wheres(const std::vector<ast::Where>& wheres, const Known& it) {
  const std::size_t outer = depth();
  enter("it", it.not_null());
  for (const ast::Where& where : wheres) {
    condition(*where.condition);
    if (where.message) text(*where.message);
  }
  leave(outer);
}

}  // namespace berth::sema::infer
