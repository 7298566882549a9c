#include "compiler/sema/evaluate.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/intern.h"
#include "base/suggest.h"
#include "base/words.h"
#include "compiler/sema/bind.h"
#include "compiler/sema/builtins.h"
#include "compiler/sema/hidden.h"
#include "compiler/sema/operators.h"
#include "compiler/sema/units.h"

namespace berth::sema {
namespace {

/// Depth of evaluation while it lives.
class Deeper {
 public:
  explicit Deeper(int& depth) : depth_(depth) { ++depth_; }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  int& depth_;
};

}  // namespace

Value through(Value value, const std::string* name) {
  if (value.origin.via == nullptr) value.origin.via = name;
  return value;
}

Value Evaluator::evaluate(const ast::Expr& expression, const FramePtr& frame) {
  if (budget_.exhausted() || !budget_.take_steps(1, expression.span)) return {};
  if (depth_ >= Limits::kDepth) {
    budget_.exceed(expression.span, fmt::format("values need each other more than {} levels deep", Limits::kDepth));
    return {};
  }
  const Deeper deeper(depth_);
  Value value = dispatch(expression, frame);
  if (size_of(value) > static_cast<std::size_t>(Limits::kValues)) {
    budget_.exceed(expression.span, "a value may consist of 4 million values");
    return {};
  }
  if (value.depth <= Limits::kNesting) return value;
  budget_.exceed(expression.span, fmt::format("lists and maps may nest {} deep", Limits::kNesting));
  return {};
}

Value Evaluator::dispatch(const ast::Expr& expression, const FramePtr& frame) {
  const Span span = expression.span;
  if (const auto* node = ast::as<ast::NameRef>(expression)) return name(*node, frame);
  if (const auto* node = ast::as<ast::String>(expression)) return string(*node, frame);
  if (const auto* node = ast::as<ast::Number>(expression)) return evaluate_number(*node, span, reporter_);
  if (const auto* node = ast::as<ast::Bool>(expression)) return {node->value, {.span = span}};
  if (ast::as<ast::Null>(expression) != nullptr) return {Null{}, {.span = span}};
  if (const auto* node = ast::as<ast::List>(expression)) return list(*node, span, frame);
  if (const auto* node = ast::as<ast::Object>(expression)) return object(*node, span, frame);
  if (const auto* node = ast::as<ast::Binary>(expression)) return binary(*node, span, frame);
  if (const auto* node = ast::as<ast::Unary>(expression)) return unary(*node, span, frame);
  if (const auto* node = ast::as<ast::Conditional>(expression)) return conditional(*node, frame);
  if (const auto* node = ast::as<ast::Member>(expression)) return member(*node, frame);
  if (const auto* node = ast::as<ast::Index>(expression)) return index(*node, frame, false);
  if (const auto* node = ast::as<ast::Call>(expression)) return call(*node, span, frame);
  if (const auto* node = ast::as<ast::ListFor>(expression)) return list_for(*node, span, frame);
  if (const auto* node = ast::as<ast::ObjectFor>(expression)) return object_for(*node, span, frame);
  return {};  // ast::Bad: the parser has reported it
}

/// Whether there is budget for looking at everything in a value. A single value is part of the step that made it.
bool Evaluator::can_walk(const Value& value, Span span) { return size_of(value) <= 1 || budget_.take_steps(static_cast<std::int64_t>(size_of(value)), span); }

Value Evaluator::evaluate_as(const ast::Expr& expression, const Type& type, Place place, const FramePtr& frame) {
  place.written = expression.span;
  place.literal = ast::as<ast::Number>(expression) != nullptr || ast::as<ast::Bool>(expression) != nullptr;
  Value value = evaluate(expression, frame);
  if (!can_walk(value, expression.span)) return {};
  return conform(std::move(value), type, place, *this, reporter_);
}

Value Evaluator::evaluate_setting(const ast::Expr& expression, const Type& type, Place place, const FramePtr& frame) {
  Value value = evaluate(expression, frame);
  if (value.null() || !can_walk(value, expression.span)) return value.null() ? value : Value{};
  place.written = expression.span;
  place.literal = ast::as<ast::Number>(expression) != nullptr || ast::as<ast::Bool>(expression) != nullptr;
  return conform(std::move(value), type, place, *this, reporter_);
}

FramePtr Evaluator::with_lets(const std::vector<ast::Item>& items, const FramePtr& frame) {
  FramePtr inner = frame;
  for (const ast::Item& item : items) {
    const auto* let = ast::as<ast::Let>(item);
    if (let == nullptr) continue;
    Value value = let->type == nullptr ? evaluate(*let->value, inner)
                                       : evaluate_as(*let->value, *type_of(*let->type), {.name = let->name.text, .written = {}, .declared = let->type->span}, inner);
    inner = extend(inner, {{let->name.text, std::move(value)}});
  }
  return inner;
}

void Evaluator::assert_holds(const ast::Assert& assertion, const FramePtr& frame, Span call) {
  const auto holds = condition(*assertion.condition, frame);
  if (!holds || *holds) return;
  const auto message = text_of(assertion.message, frame);
  const Span at = call.valid() ? call : assertion.condition->span;
  Diagnostic& diagnostic = reporter_.report_each("E0130", at, message.value_or("an assertion does not hold"), call.valid() ? "not as this component needs it" : "this does not hold");
  if (call.valid()) diagnostic.label(assertion.condition->span, "this must hold");
}

FramePtr Evaluator::with_lazy_lets(const std::vector<ast::Item>& items, const FramePtr& frame) {
  FramePtr inner = frame;
  for (const ast::Item& item : items) {
    const auto* let = ast::as<ast::Let>(item);
    if (let == nullptr) continue;
    auto next = std::make_shared<Frame>();
    next->parent = inner;
    next->fields = inner == nullptr ? nullptr : inner->fields;
    next->lazy = std::make_shared<LazyLet>();
    next->lazy->let = let;
    inner = std::move(next);
  }
  return inner;
}

const Value* Evaluator::local(const ast::Name& name, const FramePtr& frame) {
  for (const Frame* at = frame.get(); at != nullptr; at = at->parent.get()) {
    for (const auto& [known, value] : at->names) {
      if (known != name.text) continue;
      ++local_reads;
      return &value;
    }
    if (at->lazy == nullptr || at->lazy->let->name.text != name.text) continue;
    ++local_reads;
    LazyLet& lazy = *at->lazy;
    if (lazy.state == LazyLet::State::running) {
      reporter_.report("E0206", name.span, fmt::format("`{}` is needed to know itself", name.text), "asked for here").label(lazy.let->name.span, "while this is evaluated");
      return &lazy.value;
    }
    if (lazy.state == LazyLet::State::untouched) {
      lazy.state = LazyLet::State::running;
      const ast::Let& let = *lazy.let;
      lazy.value = let.type == nullptr ? evaluate(*let.value, at->parent)
                                       : evaluate_as(*let.value, *type_of(*let.type), {.name = let.name.text, .written = {}, .declared = let.type->span}, at->parent);
      lazy.state = LazyLet::State::done;
    }
    return &lazy.value;
  }
  return nullptr;
}

void Evaluator::branches(const ast::If& choice, const FramePtr& frame, const std::function<void(const ast::Body&)>& body) {
  for (const ast::IfBranch& branch : choice.branches) {
    const auto chosen = shaping_condition(*branch.condition, frame);
    if (!chosen) return;
    if (*chosen) return body(branch.body);
  }
  if (choice.otherwise) body(*choice.otherwise);
}

std::optional<bool> Evaluator::condition(const ast::Expr& expression, const FramePtr& frame) {
  const auto decision = decide(expression, frame);
  return decision ? std::optional<bool>(decision->holds) : std::nullopt;
}

std::optional<bool> Evaluator::shaping_condition(const ast::Expr& expression, const FramePtr& frame) {
  const auto decision = decide(expression, frame);
  if (!decision) return std::nullopt;
  if (!decision->sensitive) return decision->holds;
  report_sensitive(expression.span, "what the stack consists of cannot depend on a sensitive value", "the plan would show which it is", reporter_);
  return std::nullopt;
}

std::optional<Evaluator::Decision> Evaluator::decide(const ast::Expr& expression, const FramePtr& frame) {
  const Value value = evaluate(expression, frame);
  if (value.poisoned()) return std::nullopt;
  if (const bool* b = value.as_bool()) return Decision{*b, value.sensitive};
  reporter_.report("E0105", expression.span, fmt::format("a condition is a bool, not {}", kind_phrase(value)), "this is " + describe(value));
  return std::nullopt;
}

// ---- names -------------------------------------------------------------------------------------------------------------------------

Value Evaluator::name(const ast::NameRef& node, const FramePtr& frame) {
  if (frame != nullptr) {
    if (const Value* value = local(node.name, frame)) return *value;
  }
  if (const auto known = reserved.find(node.name.text); known != reserved.end()) return known->second;
  if (frame != nullptr && frame->fields != nullptr && (frame->fields->field(node.name.text) != nullptr || frame->fields->block(node.name.text) != nullptr)) {
    return make_string(node.name.text, {.span = node.name.span});
  }
  Symbol* symbol = scope_.find(node.name);
  if (symbol == nullptr) {
    report_unknown_name(node.name, scope_, reporter_);
    return {};
  }
  if (symbol->kind == Symbol::Kind::function) {
    reporter_.report("E0125", node.name.span, fmt::format("`{}` is a function", symbol->name), "its value needs arguments")
        .help(fmt::format("`{}(…)`", symbol->name));
    return {};
  }
  if (symbol->kind == Symbol::Kind::component || symbol->kind == Symbol::Kind::preset || symbol->kind == Symbol::Kind::module) {
    symbol->used = true;
    reporter_.report("E0125", node.name.span, fmt::format("`{}` is {}, not a value", symbol->name, with_article(symbol->word)), "not a value").label(symbol->span, "declared here");
    return {};
  }
  Value value = value_of(*symbol, node.name.span);
  if (value.as_reference() != nullptr && symbol->kind != Symbol::Kind::let && symbol->kind != Symbol::Kind::param) value.origin = {.span = node.name.span};
  return value;
}

Value Evaluator::value_of(Symbol& symbol, Span use) {
  symbol.used = true;
  switch (symbol.kind) {
    case Symbol::Kind::resource:
    case Symbol::Kind::external:
    case Symbol::Kind::instance: return symbol.value;
    case Symbol::Kind::param:
    case Symbol::Kind::let: break;
    default: return {};
  }
  if (symbol.state == Symbol::State::running) return cycle(symbol, use);
  if (symbol.state == Symbol::State::untouched) {
    symbol.state = Symbol::State::running;
    running_.emplace_back(&symbol, use);
    Value value = symbol.kind == Symbol::Kind::param ? parameter(symbol) : let(symbol);
    running_.pop_back();
    symbol.value = through(std::move(value), intern(symbol.name));
    symbol.state = Symbol::State::done;
  }
  return symbol.value;
}

Value Evaluator::cycle(const Symbol& symbol, Span use) {
  const auto first = std::find_if(running_.begin(), running_.end(), [&](const auto& entry) { return entry.first == &symbol; });
  std::string path;
  for (auto it = first; it != running_.end(); ++it) path += it->first->name + " → ";
  Diagnostic& diagnostic = reporter_.report("E0206", use, fmt::format("these values need each other: `{}{}`", path, symbol.name),
                                            fmt::format("`{}` is needed here to know `{}`", symbol.name, running_.back().first->name));
  int shown = 0;
  for (auto it = first; it != running_.end() && shown < 3; ++it, ++shown) {
    if (it + 1 != running_.end()) diagnostic.label((it + 1)->second, fmt::format("`{}` needs `{}`", it->first->name, (it + 1)->first->name));
  }
  diagnostic.help("write what both need as a `let` of its own");
  return {};
}

Value Evaluator::parameter(Symbol& symbol) {
  const auto& param = std::get<ast::Param>(symbol.item->node);
  const TypePtr type = type_of(*param.type);
  Value value;
  if (type->kind == Type::Kind::unknown) return value;
  const auto set = given.find(symbol.name);
  const Place place{.name = param.name.text, .written = {}, .declared = param.type->span};
  if (set != given.end()) {
    value = set->second.literal == nullptr ? make_string(set->second.text, {.span = set->second.span}) : constant(*set->second.literal);
    value = conform(std::move(value), *type, place, *this, reporter_);
  } else if (param.default_value != nullptr) {
    value = evaluate_as(*param.default_value, *type, place, nullptr);
  } else if (type->optional) {
    value = {Null{}, {.span = symbol.span}};
  } else {
    reporter_.report("E0216", symbol.span, fmt::format("the parameter `{}` has no value", symbol.name), "it has no default, and none was given")
        .help(fmt::format("give one with `--var {}=…`, or write a default", symbol.name));
    return {};
  }
  for (const ast::Where& where : param.wheres) {
    if (!value.poisoned() && !value.null() && !holds(where, value, value.origin.span)) return {};
  }
  return value;
}

Value Evaluator::let(Symbol& symbol) {
  const auto& node = std::get<ast::Let>(symbol.item->node);
  if (node.type == nullptr) return evaluate(*node.value, nullptr);
  return evaluate_as(*node.value, *type_of(*node.type), {.name = node.name.text, .written = {}, .declared = node.type->span}, nullptr);
}

bool Evaluator::holds(const ast::Where& where, const Value& it, Span written) {
  const std::uint64_t reads = local_reads;
  const auto result = condition(*where.condition, extend(nullptr, {{"it", it}}));
  local_reads = reads;  // a condition reads what was read to know `it`, and nothing else
  if (!result) return false;
  if (*result) return true;
  if (it.sensitive) written = where.condition->span;  // the line where the value is written is not shown
  std::string message = fmt::format("`{}` is not allowed here", spell(it));
  if (where.message) {
    if (const auto text = text_of(*where.message, extend(nullptr, {{"it", it}}))) message = *text;
  }
  reporter_.report("E0124", written, std::move(message), fmt::format("the value is `{}`", spell(it)))
      .label(where.condition->span, "this must hold");
  return false;
}

// ---- text --------------------------------------------------------------------------------------------------------------------------

std::string Evaluator::text_for_string(const Value& value, Span span, bool& good) {
  if (value.sensitive) return text_for_string(revealed(value), span, good);
  if (const std::string* text = value.as_string()) return *text;
  if (value.as_quantity() != nullptr || value.as_decimal() != nullptr || value.as_bool() != nullptr) return spell(value);
  good = false;
  if (!value.poisoned()) not_text(value, span);
  return "";
}

Value Evaluator::not_text(const Value& value, Span span) {
  if (value.secret) {
    report_secret_as_text(span, reporter_);
    return {};
  }
  if (value.null()) {
    reporter_.report("E0110", span, "this is null here", "null has no text").help("give a text for that case with `?? \"…\"`");
    return {};
  }
  Diagnostic& diagnostic =
      reporter_.report("E0105", span, fmt::format("{} cannot stand in a string", kind_phrase(value)), "this is " + describe(value));
  if (value.as_list() != nullptr) diagnostic.help("`join(\",\", …)` makes text of a list");
  return {};
}

Value Evaluator::string(const ast::String& node, const FramePtr& frame) {
  ir::Origin origin{.span = node.span};
  if (node.is_literal()) return make_string(std::string(node.text()), origin);
  std::string text;
  bool good = true;
  bool sensitive = false;
  for (const ast::StringPart& part : node.parts) {
    if (part.is_text()) {
      text += std::get<std::string>(part.value);
      continue;
    }
    const ast::Expr& inner = *std::get<ast::ExprPtr>(part.value);
    const Value value = evaluate(inner, frame);
    if (origin.via == nullptr) origin.via = value.origin.via;
    sensitive = sensitive || value.tainted();
    text += text_for_string(value, inner.span, good);
    if (text.size() > Limits::kStringBytes) {
      budget_.exceed(node.span, "a string may have 1 MiB");
      return {};
    }
  }
  budget_.take_steps(static_cast<std::int64_t>(text.size() / Limits::kBytesPerStep), node.span);
  return good ? tainted_by(make_string(std::move(text), origin), sensitive) : Value{};
}

std::optional<std::string> Evaluator::text_of(const ast::String& node, const FramePtr& frame) {
  const Value value = string(node, frame);
  if (value.sensitive) {
    report_sensitive(node.span, "names, keys and messages cannot be made of a sensitive value", "everyone who sees the plan would read it", reporter_);
    return std::nullopt;
  }
  if (const std::string* text = value.as_string()) return *text;
  return std::nullopt;
}

std::optional<std::string> Evaluator::text_of(const ast::Key& key, const FramePtr& frame) {
  if (key.is_name()) return std::string(key.text());
  return text_of(std::get<ast::String>(key.value), frame);
}

// ---- lists and maps ----------------------------------------------------------------------------------------------------------------

Value Evaluator::list(const ast::List& node, Span span, const FramePtr& frame) {
  List items;
  bool sensitive = false;
  items.reserve(node.elements.size());
  for (const ast::Element& element : node.elements) {
    Value value = evaluate(*element.value, frame);
    if (!element.spread) {
      items.push_back(std::move(value));
      continue;
    }
    if (value.poisoned()) return {};
    const List* more = value.as_list();
    if (more == nullptr) {
      reporter_.report("E0105", element.value->span, fmt::format("`...` needs a list here, not {}", kind_phrase(value)), "this is " + describe(value));
      return {};
    }
    if (!budget_.take_elements(more->size(), span)) return {};
    sensitive = sensitive || value.sensitive;
    items.insert(items.end(), more->begin(), more->end());
  }
  return tainted_by(make_list(std::move(items), {.span = span}), sensitive);
}

Value Evaluator::object(const ast::Object& node, Span span, const FramePtr& frame) {
  Map entries;
  bool sensitive = false;
  std::map<std::string, Span, std::less<>> written;
  for (const ast::Field& field : node.fields) {
    Value value = evaluate(*field.value, frame);
    if (!field.key) {
      if (value.poisoned()) return {};
      const Map* more = value.as_map();
      if (more == nullptr) {
        reporter_.report("E0105", field.value->span, fmt::format("`...` needs a map here, not {}", kind_phrase(value)), "this is " + describe(value));
        return {};
      }
      if (!budget_.take_elements(more->size(), span)) return {};
      for (const auto& [key, item] : *more) entries.insert_or_assign(key, item);
      sensitive = sensitive || value.sensitive;
      continue;
    }
    const auto key = text_of(*field.key, frame);
    if (!key) return {};
    if (const auto [before, added] = written.emplace(*key, field.key->span()); !added) {
      reporter_.report("E0203", field.key->span(), fmt::format("`{}` is set twice in this map", *key), "set again here")
          .label(before->second, "first set here")
          .help("remove one of them");
      continue;
    }
    entries.insert_or_assign(*key, std::move(value));
  }
  return tainted_by(make_map(std::move(entries), {.span = span}), sensitive);
}

void Evaluator::for_each(const ast::ForClause& clause, const FramePtr& frame, const std::function<void(const FramePtr&)>& body) {
  bool reported = false;
  const auto turn = [&](const FramePtr& inner) {
    if (!reported) body(inner);
  };
  turns(clause, frame, turn, [&](Span span) {
    reported = true;
    report_sensitive(span, "what the stack consists of cannot depend on a sensitive value", "the plan would show how many there are", reporter_);
  });
}

void Evaluator::turns(const ast::ForClause& clause, const FramePtr& frame, const std::function<void(const FramePtr&)>& body,
                         const std::function<void(Span)>& sensitive) {
  const Value source = evaluate(*clause.source, frame);
  if (source.poisoned()) return;
  if (source.sensitive) sensitive(clause.source->span);
  const auto turn = [&](std::vector<std::pair<std::string_view, Value>> names) {
    if (budget_.exhausted()) return;
    const FramePtr inner = extend(frame, std::move(names));
    if (clause.condition != nullptr) {
      const auto wanted = decide(*clause.condition, inner);
      if (wanted && wanted->sensitive) sensitive(clause.condition->span);
      if (!wanted || !wanted->holds) return;
    }
    body(inner);
  };
  if (const List* list = source.as_list()) {
    if (clause.second) {
      reporter_.report("E0105", clause.source->span, "a list has no keys for two loop variables", "this is a list")
          .help(fmt::format("`for {} in …`: names come from what is in the list, never from positions", clause.second->text));
      return;
    }
    for (const Value& item : *list) turn({{clause.first.text, tainted_by(item, source.sensitive)}});
    return;
  }
  if (const Map* map = source.as_map()) {
    for (const auto& [key, item] : *map) {
      if (clause.second) {
        turn({{clause.first.text, tainted_by(make_string(key, item.origin), source.sensitive)}, {clause.second->text, tainted_by(item, source.sensitive)}});
      } else {
        turn({{clause.first.text, tainted_by(item, source.sensitive)}});
      }
    }
    return;
  }
  reporter_.report(source.null() ? "E0110" : "E0105", clause.source->span,
                   fmt::format("a loop goes over a list or a map, not {}", kind_phrase(source)), "this is " + describe(source));
}

Value Evaluator::list_for(const ast::ListFor& node, Span span, const FramePtr& frame) {
  const std::size_t errors = reporter_.errors();
  List items;
  bool sensitive = false;
  turns(node.clause, frame, [&](const FramePtr& inner) { items.push_back(evaluate(*node.value, inner)); }, [&](Span) { sensitive = true; });
  return reporter_.errors() == errors ? tainted_by(make_list(std::move(items), {.span = span}), sensitive) : Value{};
}

Value Evaluator::object_for(const ast::ObjectFor& node, Span span, const FramePtr& frame) {
  const std::size_t errors = reporter_.errors();
  Map entries;
  bool sensitive = false;
  const auto turn = [&](const FramePtr& inner) {
    const Value key = evaluate(*node.key, inner);
    if (key.poisoned()) return;
    if (key.sensitive) return report_sensitive(node.key->span, "the key of a map cannot be sensitive", "keys are shown", reporter_);
    const std::string* text = key.as_string();
    if (text == nullptr) {
      reporter_.report("E0105", node.key->span, fmt::format("the key of a map is a string, not {}", kind_phrase(key)), "this is " + describe(key));
      return;
    }
    if (!entries.emplace(*text, evaluate(*node.value, inner)).second) {
      reporter_.report("E0212", node.key->span, fmt::format("two iterations produce the same key `{}`", *text), "the same key again")
          .label(node.clause.span, "in this loop")
          .help("make the key depend on the loop variable");
    }
  };
  turns(node.clause, frame, turn, [&](Span) { sensitive = true; });
  return reporter_.errors() == errors ? tainted_by(make_map(std::move(entries), {.span = span}), sensitive) : Value{};
}

// ---- operators ---------------------------------------------------------------------------------------------------------------------

Value Evaluator::unary(const ast::Unary& node, Span span, const FramePtr& frame) {
  const Value operand = evaluate(*node.operand, frame);
  Value result = apply(node.op, {operand, node.operand->span}, span, reporter_);
  result.origin = {.span = span, .via = operand.origin.via};
  return result;
}

Value Evaluator::binary(const ast::Binary& node, Span span, const FramePtr& frame) {
  if (node.op == ast::BinaryOp::coalesce) return coalesce(node, frame);
  if (node.op == ast::BinaryOp::logical_and || node.op == ast::BinaryOp::logical_or) return logical(node, span, frame);
  const Value left = evaluate(*node.left, frame);
  const Value right = evaluate(*node.right, frame);
  Value result = apply(node.op, {left, node.left->span}, {right, node.right->span}, span, reporter_, budget_);
  result.origin = {.span = span, .via = left.origin.via != nullptr ? left.origin.via : right.origin.via};
  return result;
}

Value Evaluator::logical(const ast::Binary& node, Span span, const FramePtr& frame) {
  const auto left = decide(*node.left, frame);
  if (!left) return {};
  if (left->holds == (node.op == ast::BinaryOp::logical_or)) return tainted_by({left->holds, {.span = span}}, left->sensitive);
  const auto right = decide(*node.right, frame);
  return right ? tainted_by({right->holds, {.span = span}}, left->sensitive || right->sensitive) : Value{};
}

Value Evaluator::coalesce(const ast::Binary& node, const FramePtr& frame) {
  const auto* indexed = ast::as<ast::Index>(*node.left);
  Value left = indexed != nullptr ? index(*indexed, frame, true) : evaluate(*node.left, frame);
  return left.null() ? tainted_by(evaluate(*node.right, frame), left.sensitive) : left;
}

Value Evaluator::conditional(const ast::Conditional& node, const FramePtr& frame) {
  const auto chosen = decide(*node.condition, frame);
  if (!chosen) return {};
  return tainted_by(evaluate(chosen->holds ? *node.consequence : *node.alternative, frame), chosen->sensitive);
}

Value Evaluator::index(const ast::Index& node, const FramePtr& frame, bool missing_is_null) {
  const Value object = evaluate(*node.object, frame);
  const Value key = evaluate(*node.index, frame);
  if (object.poisoned() || key.poisoned()) return {};
  if (object.secret) return report_secret(node.object->span, "indexed", reporter_);
  return tainted_by(element(node, object, key, missing_is_null), object.sensitive || key.sensitive);
}

Value Evaluator::element(const ast::Index& node, const Value& object, const Value& key, bool missing_is_null) {
  if (object.null() && missing_is_null) return object;
  const List* list = object.as_list();
  const std::int64_t* position = key.as_integer();
  if (list != nullptr && position != nullptr) {
    if (*position >= 0 && static_cast<std::size_t>(*position) < list->size()) return through((*list)[static_cast<std::size_t>(*position)], object.origin.via);
    if (missing_is_null) return {Null{}, {.span = node.index->span}};
    reporter_.report("E0121", node.index->span, key.sensitive ? "there is no such element" : fmt::format("there is no element {}", *position),
                     list->empty() ? "the list is empty" : fmt::format("the list has elements 0..{}", list->size() - 1))
        .help("`… ?? default` gives a value for that case");
    return {};
  }
  const Map* map = object.as_map();
  const std::string* text = key.as_string();
  if (map != nullptr && text != nullptr) {
    if (const auto found = map->find(*text); found != map->end()) return through(found->second, object.origin.via);
    if (missing_is_null) return {Null{}, {.span = node.index->span}};
    reporter_.report("E0121", node.index->span, key.sensitive ? "the map has no such key" : fmt::format("the map has no key `{}`", *text), "not in the map")
        .help("`… ?? default` gives a value for that case");
    return {};
  }
  const std::string expected = list != nullptr ? "a list is indexed by an int" : map != nullptr ? "a map is indexed by a string" : "only lists and maps are indexed";
  reporter_.report("E0117", list != nullptr || map != nullptr ? node.index->span : node.object->span, expected,
                   "this is " + describe(list != nullptr || map != nullptr ? key : object));
  return {};
}

}  // namespace berth::sema
