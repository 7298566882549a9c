#include "compiler/sema/policy.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/sema/build.h"
#include "compiler/sema/declare.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

using ir::schema::Block;
using ir::schema::LabelKind;

/// Records that a bare value can stand for, as those values: `main.capacity.fargate_spot in s.capacity`.
Value bare(const List& records, std::string_view field, ir::Origin origin) {
  List values;
  for (const Value& record : records) {
    const Map* map = record.as_map();
    const auto found = map == nullptr ? Map::const_iterator() : map->find(field);
    values.push_back(map == nullptr || found == map->end() ? record : found->second);
  }
  return make_list(std::move(values), origin);
}

/// A block of the program with everything that it may have: what is unset is null, named blocks are maps by name.
Map block_model(const Block& schema, const ir::Map& body) {
  Map model;
  for (const ir::schema::Field& field : schema.fields) {
    const ir::Value* value = body.find(field.name);
    Value made = value == nullptr ? Value{Null{}, {}} : from_ir(*value);
    if (field.type.kind == ir::schema::TypeKind::image && made.as_string() != nullptr) made.image = true;
    const ir::schema::Type* element = field.type.element;
    const bool shares = element != nullptr && element->record != nullptr && !element->record->primary_field.empty();
    if (shares && made.as_list() != nullptr) made = bare(*made.as_list(), element->record->primary_field, made.origin);
    model.insert_or_assign(std::string(field.name), std::move(made));
  }
  for (const Block& inner : schema.blocks) {
    const ir::Value* value = body.find(inner.kind);
    const bool there = value != nullptr && value->as_map() != nullptr;
    if (inner.label == LabelKind::name) {
      Map all;
      if (there) {
        for (const auto& [label, block] : *value->as_map()) {
          Map one = block_model(inner, *block.as_map());
          one.insert_or_assign("name", make_string(label, block.origin()));
          all.emplace(label, make_map(std::move(one), block.origin()));
        }
      }
      model.insert_or_assign(std::string(inner.kind), make_map(std::move(all)));
    } else if (there) {
      Map one = block_model(inner, *value->as_map());
      if (const ir::Value* variant = value->as_map()->find(inner.variant_field); variant != nullptr && inner.label == LabelKind::variant) {
        one.insert_or_assign(std::string(inner.variant_field), from_ir(*variant));
      }
      model.insert_or_assign(std::string(inner.kind), make_map(std::move(one), value->origin()));
    } else if (!model.contains(inner.kind)) {
      model.emplace(std::string(inner.kind), Value{Null{}, {}});
    }
  }
  return model;
}

class Model {
 public:
  explicit Model(const ir::Program& program) : program_(program) {}

  Map stack() {
    std::map<std::string, List> lists;
    for (const Block& kind : ir::schema::resource_kinds()) lists[plural(kind.kind)];
    for (const auto& [address, resource] : program_.resources) {
      lists[plural(address.kind)].push_back(of(resource));
    }
    Map stack;
    stack.emplace("name", make_string(program_.stack));
    stack.emplace("region", program_.region.empty() ? Value{Null{}, {}} : make_string(program_.region));
    for (auto& [word, list] : lists) stack.emplace(word, make_list(std::move(list)));
    stack.emplace("containers", make_list(std::move(containers_)));
    stack.emplace("env_vars", make_list(std::move(variables_)));
    return stack;
  }

 private:
  static std::string plural(std::string_view kind) { return std::string(kind) + "s"; }

  Value of(const ir::Resource& resource) {
    Map model = block_model(*ir::schema::resource_kind(resource.address.kind), *resource.body.as_map());
    model.insert_or_assign("kind", make_string(resource.address.kind));
    model.insert_or_assign("address", make_string(resource.address.text()));
    model.insert_or_assign("name", make_string(resource.address.name, {.span = resource.origin}));
    if (resource.address.kind == "task") containers(resource, model);
    if (const auto task = model.find("task"); task != model.end() && task->second.as_reference() != nullptr) {
      const auto found = program_.resources.find(task->second.as_reference()->target);
      if (found != program_.resources.end()) {
        // The containers of a task are listed with the task itself.
        Model inner(program_);
        Value value = inner.of(found->second);
        model.insert_or_assign("containers", value.as_map()->find("containers")->second);
        model.insert_or_assign("task", std::move(value));
      }
    }
    return make_map(std::move(model), {.span = resource.origin});
  }

  void containers(const ir::Resource& task, Map& model) {
    List list;
    const Map* named = model.find("container") == model.end() ? nullptr : model.find("container")->second.as_map();
    if (named != nullptr) {
      for (const auto& [name, value] : *named) {
        Map one = *value.as_map();
        const std::string address = fmt::format("{}.{}", task.address.text(), name);
        one.insert_or_assign("address", make_string(address));
        one.insert_or_assign("kind", make_string("container"));
        one.insert_or_assign("task", make_string(task.address.name));
        if (const Map* variables = one["env"].as_map()) {
          for (const auto& [key, text] : *variables) {
            variables_.push_back(make_map({{"name", make_string(key, text.origin)},
                                           {"value", text},
                                           {"kind", make_string("env_var")},
                                           {"address", make_string(fmt::format("{}.env.{}", address, key))},
                                           {"container", make_string(name)}},
                                          text.origin));
          }
        }
        // What a component wrote is told at the call.
        list.push_back(make_map(std::move(one), value.origin.component ? ir::Origin{.span = task.origin} : value.origin));
        containers_.push_back(list.back());
      }
    }
    model.insert_or_assign("containers", make_list(std::move(list)));
  }

  const ir::Program& program_;
  List containers_;
  List variables_;
};

/// Whether the expression reads `plan`, which only a plan has.
bool reads_plan(const ast::Expr& expression) {
  if (const auto* name = ast::as<ast::NameRef>(expression)) return name->name.text == "plan";
  if (const auto* member = ast::as<ast::Member>(expression)) return reads_plan(*member->object);
  return false;
}

bool is_advisory(const ast::Check& check, Evaluator& evaluator) {
  for (const ast::Item& item : check.body.items) {
    const auto* entry = ast::as<ast::Entry>(item);
    if (entry == nullptr) continue;
    const bool level = entry->key.is_literal() && entry->key.text() == "level" && entry->value != nullptr && entry->labels.empty();
    const Value value = level ? evaluator.evaluate(*entry->value, nullptr) : Value{};
    if (value.as_string() != nullptr && (*value.as_string() == "advisory" || *value.as_string() == "mandatory")) return *value.as_string() == "advisory";
    if (!level) {
      evaluator.reporter().report("E0220", item.span, "this cannot stand in a check", "only `assert`, `let`, `if`, `for` and `level`");
    } else if (!value.poisoned()) {
      evaluator.reporter().report("E0108", entry->value->span, fmt::format("`{}` is not one of `\"advisory\"`, `\"mandatory\"`", spell(value)), "not one of them");
    }
  }
  return false;
}

class CheckRun {
 public:
  CheckRun(const ast::Check& check, Evaluator& evaluator) : check_(check), evaluator_(evaluator), advisory_(is_advisory(check, evaluator)) {}

  void items(const std::vector<ast::Item>& items, const FramePtr& frame, const Value& element) {
    const FramePtr inner = evaluator_.with_lets(items, frame);
    for (const ast::Item& item : items) {
      if (evaluator_.budget().exhausted()) return;
      if (const auto* assertion = ast::as<ast::Assert>(item)) {
        assert_one(*assertion, inner, element);
      } else if (const auto* choice = ast::as<ast::If>(item)) {
        evaluator_.branches(*choice, inner, [&](const ast::Body& body) { this->items(body.items, inner, element); });
      } else if (const auto* loop = ast::as<ast::For>(item)) {
        evaluator_.for_each(loop->clause, inner, [&](const FramePtr& turn) { this->items(loop->body.items, turn, element); });
      }
    }
  }

 private:
  void assert_one(const ast::Assert& assertion, const FramePtr& frame, const Value& element) {
    const auto holds = evaluator_.condition(*assertion.condition, frame);
    if (!holds || *holds) return;
    const auto message = evaluator_.text_of(assertion.message, frame);
    const Span at = element.origin.span.valid() ? element.origin.span : assertion.condition->span;
    // A check reports once for each element: the place says which, and one element can break two assertions.
    Diagnostic& diagnostic = evaluator_.reporter().report_each(advisory_ ? "W0507" : "E0131", at, message.value_or("a check does not hold"), fmt::format("breaks \"{}\"", title()));
    if (at != assertion.condition->span) diagnostic.label(assertion.condition->span, "this must hold");
  }

  std::string title() const { return check_.title.is_literal() ? std::string(check_.title.text()) : "check"; }

  const ast::Check& check_;
  Evaluator& evaluator_;
  bool advisory_;
};

}  // namespace

Map stack_model(const ir::Program& program) { return Model(program).stack(); }

void run_check(const ast::Check& check, Evaluator& evaluator) {
  if (reads_plan(*check.source)) return;
  CheckRun run(check, evaluator);
  const Value source = evaluator.evaluate(*check.source, nullptr);
  const List* list = source.as_list();
  const Map* map = source.as_map();
  if (source.poisoned()) return;
  if (list == nullptr && map == nullptr) {
    evaluator.reporter().report("E0105", check.source->span, fmt::format("a check goes over a list or a map, not {}", kind_phrase(source)), "this is " + describe(source));
    return;
  }
  const auto one = [&](const Value& element) {
    if (evaluator.budget().exhausted()) return;
    const FramePtr frame = extend(nullptr, {{check.variable.text, element}});
    if (check.condition != nullptr && !evaluator.condition(*check.condition, frame).value_or(false)) return;
    run.items(check.body.items, frame, element);
  };
  if (list != nullptr) std::for_each(list->begin(), list->end(), one);
  if (map != nullptr) {
    for (const auto& [key, element] : *map) one(element);
  }
}

}  // namespace berth::sema
