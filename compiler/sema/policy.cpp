#include "compiler/sema/policy.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "compiler/sema/build.h"
#include "compiler/sema/declare.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

constexpr std::string_view kStack = "stack";
constexpr std::string_view kTask = "task";

Value text(std::string content) { return make_string(std::move(content)); }

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

  [[nodiscard]] bool advisory() const { return advisory_; }

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

Value ProgramReader::stack() const {
  auto handle = std::make_shared<BlockHandle>();
  handle->root = {std::string(kStack), program_.stack};
  return {BlockPtr(std::move(handle)), {}};
}

Value ProgramReader::member(const Value& object, const ast::Name& name, Span object_span) {
  const BlockHandle* block = object.as_block();
  if (block != nullptr && block->root.kind == kStack) return of_stack(name);
  const ir::Address* address = block == nullptr ? &object.as_reference()->target : nullptr;
  const std::string& word = name.text;
  if (address != nullptr && program_.resources.contains(*address)) {
    if (word == "address") return text(address->text());
    if (word == "kind") return text(address->kind);
    if (word == "containers") return containers(*address, name.span);
  }
  if (block != nullptr && !block->kind && block->path.size() >= 2) {
    if (word == "address") return text(fmt::format("{}.{}", block->root.text(), block->path.back()));
    if (word == "kind") return text(block->path[block->path.size() - 2]);
    if (word == "name") return text(block->path.back());
    if (word == kTask && block->root.kind == kTask) return {ir::Reference{block->root}, {.span = name.span}};
  }
  return drafts_.member(object, name, object_span);
}

Value ProgramReader::of_stack(const ast::Name& name) {
  if (const auto known = lists_.find(name.text); known != lists_.end()) return known->second;
  if (name.text == "name") return text(program_.stack);
  if (const auto setting = settings_.find(name.text); setting != settings_.end()) return setting->second;
  std::vector<std::string> words = {"name", "region", "tags", "containers", "env_vars"};
  for (const ir::schema::Block& kind : ir::schema::resource_kinds()) words.push_back(std::string(kind.kind) + "s");
  if (std::find(words.begin(), words.end(), name.text) != words.end()) return lists_[name.text] = list(name.text);
  Diagnostic& diagnostic = reporter_.report("E0121", name.span, fmt::format("`stack` has no `{}`", name.text), "no such thing");
  if (const auto meant = suggest(name.text, words)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(name.span, *meant);
  } else {
    diagnostic.note(fmt::format("it has: {}", fmt::join(words, ", ")));
  }
  return {};
}

Value ProgramReader::list(const std::string& word) const {
  List found;
  for (const auto& [address, resource] : program_.resources) {
    if (word == address.kind + "s") found.push_back({ir::Reference{address}, {.span = resource.origin}});
    if (address.kind != kTask || (word != "containers" && word != "env_vars")) continue;
    for (const Value& container : containers_of(address, resource)) {
      if (word == "containers") {
        found.push_back(container);
      } else {
        variables(container, resource, found);
      }
    }
  }
  return make_list(std::move(found));
}

List ProgramReader::containers_of(const ir::Address& address, const ir::Resource& task) const {
  List found;
  const ir::Value* named = ir::at(task.body, {"container"});
  if (named == nullptr || named->as_map() == nullptr) return found;
  for (const auto& [name, container] : *named->as_map()) {
    auto handle = std::make_shared<BlockHandle>();
    handle->root = address;
    handle->path = {"container", name};
    // What a component wrote is told at the call.
    found.push_back({BlockPtr(std::move(handle)), {.span = container.origin().component ? task.origin : container.origin().span}});
  }
  return found;
}

Value ProgramReader::containers(const ir::Address& address, Span use) {
  auto resource = program_.resources.find(address);
  if (address.kind != kTask) {
    const ir::Value* task = ir::at(resource->second.body, {kTask});
    const ir::Reference* reference = task == nullptr ? nullptr : task->as_reference();
    resource = reference == nullptr ? program_.resources.end() : program_.resources.find(reference->target);
  }
  if (resource == program_.resources.end()) return {Null{}, {.span = use}};
  return make_list(containers_of(resource->first, resource->second), {.span = use});
}

/// The environment variables of a container, as maps.
void ProgramReader::variables(const Value& container, const ir::Resource& task, List& found) const {
  const std::string& name = container.as_block()->path.back();
  const ir::Value* variables = ir::at(task.body, {"container", name, "env"});
  if (variables == nullptr || variables->as_map() == nullptr) return;
  for (const auto& [key, value] : *variables->as_map()) {
    const ir::Origin origin{.span = value.origin().component ? task.origin : value.origin().span};
    found.push_back(make_map({{"name", text(key)},
                              {"value", from_ir(value)},
                              {"address", text(fmt::format("{}.{}.env.{}", task.address.text(), name, key))},
                              {"container", container}},
                             origin));
  }
}

bool run_check(const ast::Check& check, Evaluator& evaluator) {
  CheckRun run(check, evaluator);
  const Value source = evaluator.evaluate(*check.source, nullptr);
  const List* list = source.as_list();
  const Map* map = source.as_map();
  if (source.poisoned()) return run.advisory();
  if (list == nullptr && map == nullptr) {
    evaluator.reporter().report("E0105", check.source->span, fmt::format("a check goes over a list or a map, not {}", kind_phrase(source)), "this is " + describe(source));
    return run.advisory();
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
  return run.advisory();
}

}  // namespace berth::sema
