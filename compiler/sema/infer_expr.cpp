#include "compiler/sema/infer_expr.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/sema/infer_operators.h"
#include "compiler/sema/units.h"

namespace berth::sema::infer {
namespace {

using Kind = Type::Kind;

Kind kind_of_unit(ir::Unit unit) {
  switch (unit) {
    case ir::Unit::none: return Kind::integer;
    case ir::Unit::bytes: return Kind::size;
    case ir::Unit::cpu: return Kind::cpu;
    case ir::Unit::milliseconds: return Kind::duration;
    case ir::Unit::basis_points: return Kind::percent;
  }
  return Kind::unknown;
}

bool is_scalar(Kind kind) {
  switch (kind) {
    case Kind::boolean:
    case Kind::integer:
    case Kind::decimal:
    case Kind::size:
    case Kind::cpu:
    case Kind::duration:
    case Kind::percent: return true;
    default: return false;
  }
}

}  // namespace

// ---- reporting -----------------------------------------------------------------------------------------------------------------------

Diagnostic& Expressions::report(std::string_view code, Span span, std::string message, std::string label) {
  if (quiet_ > 0) return dropped_ = {};
  return reporter_.later(code, span, std::move(message), std::move(label));
}

void Expressions::forward(const DiagnosticSink& found) {
  if (quiet_ > 0) return;
  for (Diagnostic& diagnostic : found.sorted()) reporter_.later(std::move(diagnostic));
}

void Expressions::may_be_null(const ast::Expr& expression, const Known& known) {
  const std::string path = path_of(expression);
  const std::string subject = path.empty() ? "this" : fmt::format("`{}`", path);
  const std::string type = known.unknown() ? "" : spell(*as_element(known.or_null()));
  Diagnostic& diagnostic = report("E0110", expression.span, fmt::format("{} may be null here", subject), type.empty() ? "it may be null" : fmt::format("this is `{}`", type));
  if (!known.unknown() && known.type->declared.valid()) diagnostic.label(known.type->declared, "declared with `?` here");
  if (path.empty()) {
    diagnostic.help("give a value for that case with `?? default`");
  } else {
    diagnostic.help(fmt::format("ask before, as in `if {} != null`, or give a value for that case with `{} ?? default`", path, path));
  }
}

// ---- names ---------------------------------------------------------------------------------------------------------------------------

TypePtr Expressions::type_of(const ast::TypeExpr& type) { return is_block_type(type) ? unknown_type() : evaluator_.type_of(type); }

bool Expressions::is_block_type(const ast::TypeExpr& type) {
  const auto* named = ast::as<ast::NamedType>(type);
  return named != nullptr && named->path.size() == 1 && (named->path.front().text == "block" || named->path.front().text == "blocks");
}

Known Expressions::known_of(const Symbol& symbol) {
  if (symbol.kind == Symbol::Kind::resource || symbol.kind == Symbol::Kind::external) {
    const ir::Reference* reference = symbol.value.as_reference();
    return reference == nullptr ? Known() : reference_to(reference->target.kind);
  }
  if (symbol.item == nullptr) return Known();
  if (const auto* param = ast::as<ast::Param>(*symbol.item)) return Known(type_of(*param->type));
  const auto* let = ast::as<ast::Let>(*symbol.item);
  if (let == nullptr) return Known();
  if (const auto known = symbols_.find(&symbol); known != symbols_.end()) return known->second.running ? Known() : known->second.known;
  symbols_.emplace(&symbol, Symbolic{});
  // The let is looked at in its own surroundings, not in those of the use.
  std::vector<Local> locals;
  Facts facts;
  int quiet = 0;
  locals.swap(locals_);
  std::swap(facts, facts_);
  std::swap(quiet, quiet_);
  Known known;
  if (let->type != nullptr) {
    const TypePtr type = type_of(*let->type);
    check(*let->value, *type, {.name = let->name.text, .declared = let->type->span});
    known = Known(type);
  } else {
    known = infer(*let->value);
  }
  locals.swap(locals_);
  std::swap(facts, facts_);
  std::swap(quiet, quiet_);
  symbols_[&symbol] = {.running = false, .known = known};
  return known;
}

bool Expressions::never_null(const ast::Expr& expression) {
  if (ast::as<ast::Number>(expression) != nullptr || ast::as<ast::String>(expression) != nullptr || ast::as<ast::Bool>(expression) != nullptr) return true;
  if (path_of(expression).empty()) return false;
  ++quiet_;
  const Known known = infer(expression);
  --quiet_;
  return !known.unknown() && !known.nullable;
}

const ast::Expr* Expressions::meaning(const ast::Name& name) {
  const bool local = std::any_of(locals_.begin(), locals_.end(), [&](const Local& known) { return known.name == name.text; });
  const Symbol* symbol = local ? nullptr : scope_.find(name);
  const auto* let = symbol == nullptr || symbol->item == nullptr ? nullptr : ast::as<ast::Let>(*symbol->item);
  return let == nullptr ? nullptr : let->value.get();
}

Known Expressions::name(const ast::NameRef& node) {
  for (auto local = locals_.rbegin(); local != locals_.rend(); ++local) {
    if (local->name == node.name.text) return local->known;
  }
  if (is_reserved(node.name.text)) return Known();
  const Symbol* symbol = scope_.find(node.name);
  return symbol == nullptr ? Known() : known_of(*symbol);
}

// ---- inferring -----------------------------------------------------------------------------------------------------------------------

Known Expressions::infer(const ast::Expr& expression) {
  if (deep_ >= Limits::kDepth) return Known();
  ++deep_;
  Known known = dispatch(expression);
  --deep_;
  if (known.nullable && !known.null && facts_.holds(path_of(expression))) return known.not_null();
  return known;
}

Known Expressions::dispatch(const ast::Expr& expression) {
  if (const auto* node = ast::as<ast::NameRef>(expression)) return name(*node);
  if (const auto* node = ast::as<ast::String>(expression)) {
    text(*node);
    return plain(Kind::string);
  }
  if (const auto* node = ast::as<ast::Number>(expression)) return number(*node, expression.span);
  if (ast::as<ast::Bool>(expression) != nullptr) return plain(Kind::boolean);
  if (ast::as<ast::Null>(expression) != nullptr) return null_value();
  if (const auto* node = ast::as<ast::List>(expression)) return list(*node);
  if (const auto* node = ast::as<ast::Object>(expression)) return object(*node);
  if (const auto* node = ast::as<ast::Binary>(expression)) return binary(*node, expression.span);
  if (const auto* node = ast::as<ast::Unary>(expression)) return unary(*node);
  if (const auto* node = ast::as<ast::Conditional>(expression)) return conditional(*node);
  if (const auto* node = ast::as<ast::Member>(expression)) return member(*node);
  if (const auto* node = ast::as<ast::Index>(expression)) return index(*node, false);
  if (const auto* node = ast::as<ast::Call>(expression)) return call(*node, expression.span);
  if (const auto* node = ast::as<ast::ListFor>(expression)) {
    Known element;
    in_loop(node->clause, [&] { element = infer(*node->value); });
    return list_of(element);
  }
  if (const auto* node = ast::as<ast::ObjectFor>(expression)) {
    Known element;
    in_loop(node->clause, [&] {
      const Known key = infer(*node->key);
      if (key.nullable) {
        may_be_null(*node->key, key);
      } else if (!suits(key, Wanted::text)) {
        report("E0105", node->key->span, fmt::format("the key of a map is a string, not {}", phrase(key)), "this is " + phrase(key));
      }
      element = infer(*node->value);
    });
    return map_of(element);
  }
  return Known();
}

Known Expressions::number(const ast::Number& node, Span span) {
  DiagnosticSink found;
  Reporter scratch(found, reporter_.sources());
  const Value value = evaluate_number(node, span, scratch);
  forward(found);
  if (value.as_decimal() != nullptr) return plain(Kind::decimal);
  const ir::Quantity* quantity = value.as_quantity();
  return quantity == nullptr ? Known() : plain(kind_of_unit(quantity->unit));
}

void Expressions::text(const ast::String& string) {
  for (const ast::StringPart& part : string.parts) {
    if (part.is_text()) continue;
    const ast::Expr& inner = *std::get<ast::ExprPtr>(part.value);
    const Known known = infer(inner);
    if (known.nullable) {
      may_be_null(inner, known);
      continue;
    }
    if (known.kind() != Kind::list && known.kind() != Kind::map) continue;
    Diagnostic& diagnostic = report("E0105", inner.span, fmt::format("{} cannot stand in a string", phrase(known)), "this is " + phrase(known));
    if (known.kind() == Kind::list) diagnostic.help("`join(\",\", …)` makes text of a list");
  }
}

void Expressions::text(const ast::Key& key) {
  if (!key.is_name()) text(std::get<ast::String>(key.value));
}

Known Expressions::list(const ast::List& node) {
  Known element;
  bool first = true;
  for (const ast::Element& item : node.elements) {
    Known known = infer(*item.value);
    if (item.spread) {
      if (known.nullable) {
        may_be_null(*item.value, known);
      } else if (!suits(known, Wanted::list)) {
        report("E0105", item.value->span, fmt::format("`...` needs a list here, not {}", phrase(known)), "this is " + phrase(known));
      }
      known = known.kind() == Kind::list ? Known(known.type->element) : Known();
    }
    element = first ? known : join(element, known);
    first = false;
  }
  return list_of(element);
}

Known Expressions::object(const ast::Object& node) {
  Type made;
  made.kind = Kind::record;
  bool exact = true;
  for (const ast::Field& field : node.fields) {
    const Known known = infer(*field.value);
    if (!field.key) {
      exact = false;
      if (known.nullable) {
        may_be_null(*field.value, known);
      } else if (!suits(known, Wanted::map)) {
        report("E0105", field.value->span, fmt::format("`...` needs a map here, not {}", phrase(known)), "this is " + phrase(known));
      }
      continue;
    }
    text(*field.key);
    exact = exact && field.key->is_literal();
    if (exact) made.fields.push_back({std::string(field.key->text()), as_element(known), nullptr});
  }
  if (!exact) return map_of(Known());
  made.text = spell(made);
  return Known(std::make_shared<const Type>(std::move(made)));
}

Known Expressions::unary(const ast::Unary& node) {
  const Known operand = infer(*node.operand);
  if (operand.nullable) {
    may_be_null(*node.operand, operand);
    return Known();
  }
  if (auto result = operator_result(node.op, operand)) return *result;
  const bool negation = node.op == ast::UnaryOp::negate;
  report("E0117", node.operand->span, negation ? fmt::format("cannot negate {}", phrase(operand)) : fmt::format("`not` needs a bool, not {}", phrase(operand)),
         "this is " + phrase(operand));
  return Known();
}

Known Expressions::binary(const ast::Binary& node, Span span) {
  using Op = ast::BinaryOp;
  if (node.op == Op::coalesce) return coalesce(node);
  if (node.op == Op::logical_and || node.op == Op::logical_or) return logical(node);
  const Known left = infer(*node.left);
  const Known right = infer(*node.right);
  if (node.op != Op::equal && node.op != Op::not_equal) {
    const bool left_null = left.nullable && node.op != Op::in;
    if (left_null) may_be_null(*node.left, left);
    if (right.nullable) may_be_null(*node.right, right);
    if (left_null || right.nullable) return Known();
  }
  if (auto result = operator_result(node.op, left, right)) return *result;
  (void)span;
  operands_do_not_fit(node, left, right);
  return Known();
}

void Expressions::operands_do_not_fit(const ast::Binary& node, const Known& left, const Known& right) {
  using Op = ast::BinaryOp;
  const std::string a = phrase(left);
  const std::string b = phrase(right);
  std::string message;
  switch (node.op) {
    case Op::in: message = fmt::format("cannot look for {} in {}", a, b); break;
    case Op::range: message = fmt::format("a range goes from an int to an int, not from {} to {}", a, b); break;
    case Op::add: message = fmt::format("cannot add {} and {}", a, b); break;
    case Op::subtract: message = fmt::format("cannot subtract {} and {}", a, b); break;
    case Op::multiply: message = fmt::format("cannot multiply {} and {}", a, b); break;
    case Op::divide: message = fmt::format("cannot divide {} and {}", a, b); break;
    default: message = fmt::format("cannot compare {} and {}", a, b); break;
  }
  Diagnostic& diagnostic = report("E0117", node.left->span, std::move(message), "this is " + a);
  diagnostic.label(node.right->span, "this is " + b);
  const bool strings = operand_kind(*left.type) == Kind::string || operand_kind(*right.type) == Kind::string;
  if (node.op == Op::add && strings) diagnostic.help("text is put together by interpolation: `\"${a}${b}\"`");
}

void Expressions::condition(const ast::Expr& expression) {
  const Known known = infer(expression);
  if (known.nullable) return may_be_null(expression, known);
  if (known.unknown() || known.kind() == Kind::boolean) return;
  report("E0105", expression.span, fmt::format("a condition is a bool, not {}", phrase(known)), "this is " + phrase(known));
}

Known Expressions::logical(const ast::Binary& node) {
  // Chains of one operator lean to the left: taken apart here, so that each operand is looked at once.
  std::vector<const ast::Expr*> operands = {node.right.get()};
  const ast::Expr* left = node.left.get();
  for (const auto* chain = ast::as<ast::Binary>(*left); chain != nullptr && chain->op == node.op; chain = ast::as<ast::Binary>(*left)) {
    operands.push_back(chain->right.get());
    left = chain->left.get();
  }
  operands.push_back(left);
  std::vector<std::string> entered;
  for (auto operand = operands.rbegin(); operand != operands.rend(); ++operand) {
    condition(**operand);
    Outcome outcome = this->outcome(**operand);
    std::vector<std::string>& facts = node.op == ast::BinaryOp::logical_and ? outcome.when_true : outcome.when_false;
    facts_.enter(facts);
    entered.insert(entered.end(), facts.begin(), facts.end());
  }
  facts_.leave(entered);
  return plain(Kind::boolean);
}

Known Expressions::coalesce(const ast::Binary& node) {
  const auto* indexed = ast::as<ast::Index>(*node.left);
  const Known left = indexed != nullptr ? index(*indexed, true) : infer(*node.left);
  const Known right = infer(*node.right);
  Known result = left.null ? right : join(left.not_null(), right);
  result.nullable = right.nullable;
  result.null = left.null && right.null;
  return result;
}

Known Expressions::conditional(const ast::Conditional& node) {
  condition(*node.condition);
  const Outcome facts = outcome(*node.condition);
  Known yes;
  Known no;
  with(facts.when_true, [&] { yes = infer(*node.consequence); });
  with(facts.when_false, [&] { no = infer(*node.alternative); });
  return join(yes, no);
}

// ---- members and elements ------------------------------------------------------------------------------------------------------------

Known Expressions::member(const ast::Member& node) {
  if (const auto* base = ast::as<ast::NameRef>(*node.object)) {
    const bool local = std::any_of(locals_.begin(), locals_.end(), [&](const Local& known) { return known.name == base->name.text; });
    if (!local && (base->name.text == "environment" || base->name.text == "stack")) return node.name.text == "name" ? plain(Kind::string) : Known();
    const Symbol* symbol = local ? nullptr : scope_.find(base->name);
    if (symbol != nullptr && symbol->kind == Symbol::Kind::module) {
      const Symbol* inner = scope_.in_module(node.name.text, symbol->module);
      return inner == nullptr ? Known() : known_of(*inner);
    }
  }
  const Known object = infer(*node.object);
  if (object.nullable && !node.optional) {
    may_be_null(*node.object, object);
    return Known();
  }
  Known result = member_of(object, node);
  if (object.nullable) result = result.or_null();
  return result;
}

Known Expressions::member_of(const Known& object, const ast::Member& node) {
  switch (object.kind()) {
    case Kind::map: return Known(object.type->element);
    case Kind::reference: return setting_of(object.type->target, node.name.text);
    case Kind::record: break;
    default:
      if (is_scalar(object.kind())) {
        report("E0117", node.name.span, fmt::format("{} has no members", phrase(object)), "only maps and records have").label(node.object->span, "this is " + phrase(object));
      }
      return Known();
  }
  std::vector<std::string> names;
  for (const RecordField& field : object.type->fields) {
    if (field.name == node.name.text) return Known(field.type);
    names.push_back(field.name);
  }
  Diagnostic& diagnostic = report("E0121", node.name.span, fmt::format("there is no `{}` here", node.name.text), "not in the map");
  if (const auto meant = suggest(node.name.text, names)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(node.name.span, *meant);
  } else {
    diagnostic.note("it has: " + (names.empty() ? std::string("nothing") : fmt::format("{}", fmt::join(names, ", "))));
  }
  return Known();
}

/// `orders.replicas`: the settings of one value; what else a resource has (blocks, outputs) is not known here.
Known Expressions::setting_of(std::string_view kind, std::string_view name) {
  const ir::schema::Block* block = ir::schema::resource_kind(kind);
  const ir::schema::Field* field = block == nullptr ? nullptr : block->field(name);
  if (field == nullptr) return Known();
  const TypePtr type = schema_.pointer(field->type);
  return is_scalar(type->kind) || type->kind == Kind::reference ? Known(type) : Known();
}

Known Expressions::index(const ast::Index& node, bool missing_is_null) {
  const Known object = infer(*node.object);
  const Known key = infer(*node.index);
  if (object.nullable && !missing_is_null) {
    may_be_null(*node.object, object);
    return Known();
  }
  if (key.nullable) {
    may_be_null(*node.index, key);
    return Known();
  }
  Known result;
  const Kind kind = operand_kind(*key.type);
  const bool known_key = kind != Kind::unknown && kind != Kind::any;
  if (object.kind() == Kind::list) {
    if (known_key && kind != Kind::integer) report("E0117", node.index->span, "a list is indexed by an int", "this is " + phrase(key));
    result = Known(object.type->element);
  } else if (object.kind() == Kind::map || object.kind() == Kind::record) {
    if (known_key && kind != Kind::string) report("E0117", node.index->span, "a map is indexed by a string", "this is " + phrase(key));
    if (object.kind() == Kind::map) result = Known(object.type->element);
    const auto* written = ast::as<ast::String>(*node.index);
    if (object.kind() == Kind::record && written != nullptr && written->is_literal()) {
      const auto& fields = object.type->fields;
      const auto found = std::find_if(fields.begin(), fields.end(), [&](const RecordField& field) { return field.name == written->text(); });
      if (found != fields.end()) result = Known(found->type);
      if (found == fields.end() && !missing_is_null) {
        report("E0121", node.index->span, fmt::format("the map has no key `{}`", written->text()), "not in the map").help("`… ?? default` gives a value for that case");
      }
    }
  } else if (is_scalar(object.kind())) {
    report("E0117", node.object->span, "only lists and maps are indexed", "this is " + phrase(object));
  }
  return missing_is_null ? result.or_null() : result;
}

void Expressions::loop_variables(const ast::ForClause& clause) {
  const Known source = infer(*clause.source);
  Known element;
  if (source.nullable) {
    may_be_null(*clause.source, source);
  } else if (source.kind() == Kind::list) {
    element = Known(source.type->element);
    if (clause.second) {
      report("E0105", clause.source->span, "a list has no keys for two loop variables", "this is a list")
          .help(fmt::format("`for {} in …`: names come from what is in the list, never from positions", clause.second->text));
    }
  } else if (source.kind() == Kind::map) {
    element = Known(source.type->element);
  } else if (source.kind() == Kind::record) {
    for (std::size_t i = 0; i < source.type->fields.size(); ++i) {
      const Known field(source.type->fields[i].type);
      element = i == 0 ? field : join(element, field);
    }
  } else if (is_scalar(source.kind()) || operand_kind(*source.type) == Kind::string) {
    report("E0105", clause.source->span, fmt::format("a loop goes over a list or a map, not {}", phrase(source)), "this is " + phrase(source));
  }
  enter(clause.first.text, clause.second ? plain(Kind::string) : element);
  if (clause.second) enter(clause.second->text, element);
}

}  // namespace berth::sema::infer
