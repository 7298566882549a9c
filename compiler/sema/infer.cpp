#include "compiler/sema/infer.h"

#include <algorithm>

#include "compiler/sema/blocks.h"
#include "compiler/sema/infer_expr.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

using infer::Known;
using infer::Slot;
using ir::schema::Block;
using ir::schema::Field;

/// A literal without names in it: evaluation says all there is to say about it.
bool is_plain(const ast::Expr& expression) {
  if (const auto* string = ast::as<ast::String>(expression)) return string->is_literal();
  if (const auto* list = ast::as<ast::List>(expression)) {
    return std::all_of(list->elements.begin(), list->elements.end(), [](const ast::Element& element) { return is_plain(*element.value); });
  }
  return ast::as<ast::Number>(expression) != nullptr || ast::as<ast::Bool>(expression) != nullptr || ast::as<ast::Null>(expression) != nullptr;
}

std::string_view word_of(const ast::Entry& entry) { return entry.key.is_literal() ? entry.key.text() : std::string_view(); }

bool has_override(const ast::Item& item) {
  const auto* environment = ast::as<ast::Entry>(item);
  if (environment == nullptr || !environment->body || word_of(*environment) != "environment") return false;
  return std::any_of(environment->body->items.begin(), environment->body->items.end(), [](const ast::Item& inner) {
    const auto* entry = ast::as<ast::Entry>(inner);
    return entry != nullptr && word_of(*entry) == "override";
  });
}

/// Walks over items and blocks, and has the expressions in them checked against what the schema and the declarations expect.
class TypeChecker {
 public:
  TypeChecker(Scope& scope, Evaluator& evaluator) : scope_(scope), evaluator_(evaluator), expressions_(scope, evaluator) {}

  void file(const ast::File& file) {
    for (const ast::Item& item : file.items) top_level(item);
  }
  /// Settings may be replaced by an override: those that are, evaluation never looks at.
  void layered() { layered_ = true; }

 private:
  /// What stands here may remain without evaluation.
  class Unsure {
   public:
    explicit Unsure(TypeChecker& checker, bool unsure = true) : checker_(checker), before_(checker.evaluated_) {
      checker_.evaluated_ = before_ && !unsure;
    }
    ~Unsure() { checker_.evaluated_ = before_; }
    Unsure(const Unsure&) = delete;
    Unsure& operator=(const Unsure&) = delete;

   private:
    TypeChecker& checker_;
    bool before_;
  };

  // ---- declarations ------------------------------------------------------------------------------------------------------------------

  void top_level(const ast::Item& item) {
    if (const auto* entry = ast::as<ast::Entry>(item)) return declaration(*entry);
    if (nested(item, [&](const ast::Item& inner) { top_level(inner); })) return;
    if (const auto* let = ast::as<ast::Let>(item)) {
      if (let->type != nullptr) type(*let->type);
      const Symbol* symbol = scope_.find(let->name);
      if (symbol != nullptr && symbol->item == &item) {
        expressions_.known_of(*symbol);
      } else {
        this->let(*let);
      }
      return;
    }
    other(item);
  }

  /// What means the same wherever it may stand.
  void other(const ast::Item& item) {
    if (const auto* param = ast::as<ast::Param>(item)) {
      type(*param->type);
      const TypePtr declared = expressions_.type_of(*param->type);
      if (param->default_value != nullptr) expressions_.check(*param->default_value, *declared, {.name = param->name.text, .declared = param->type->span});
      expressions_.wheres(param->wheres, Known(declared));
    } else if (const auto* function = ast::as<ast::Fn>(item)) {
      for (const ast::FnParam& parameter : function->params) type(*parameter.type);
      type(*function->result);
      expressions_.function(*function);
    } else if (const auto* declaration = ast::as<ast::TypeDecl>(item)) {
      type(*declaration->type);
      expressions_.wheres(declaration->wheres, Known(expressions_.type_of(*declaration->type)));
    } else if (const auto* output = ast::as<ast::Output>(item)) {
      type(*output->type);
      expressions_.check(*output->value, *expressions_.type_of(*output->type), {.name = output->name.text, .declared = output->type->span});
    } else if (const auto* assertion = ast::as<ast::Assert>(item)) {
      expressions_.condition(*assertion->condition);
      const auto facts = expressions_.outcome(*assertion->condition).when_false;
      expressions_.with(facts, [&] { expressions_.text(assertion->message); });
    } else if (const auto* check = ast::as<ast::Check>(item)) {
      this->check(*check);
    }
  }

  void check(const ast::Check& check) {
    expressions_.infer(*check.source);
    const std::size_t outer = expressions_.depth();
    expressions_.enter(check.variable.text, Known());
    std::vector<std::string> facts;
    if (check.condition != nullptr) {
      expressions_.condition(*check.condition);
      facts = expressions_.outcome(*check.condition).when_true;
    }
    expressions_.with(facts, [&] {
      for (const ast::Item& item : check.body.items) other(item);
    });
    expressions_.leave(outer);
  }

  void declaration(const ast::Entry& entry) {
    const std::string_view word = word_of(entry);
    for (const ast::Key& label : entry.labels) expressions_.text(label);
    if (!entry.body || word.empty()) return;
    if (word == "stack") return block(ir::schema::stack_block(), entry);
    if (word == "component") return component(entry);
    if (word == "preset") return preset(entry);
    if (word == "environment" || word == "test") return environment(entry);
    if (word == "extern") {
      const Block* kind = entry.labels.size() == 2 && entry.labels.front().is_literal() ? ir::schema::extern_kind(entry.labels.front().text()) : nullptr;
      if (kind != nullptr) block(*kind, entry);
      return;
    }
    resource_or_instance(entry, entry.key);
  }

  /// `service web { }`, `web_service shop { }`; `kind` may be a label (of an override).
  void resource_or_instance(const ast::Entry& entry, const ast::Key& kind) {
    if (!kind.is_literal()) return;
    if (const Block* block = ir::schema::resource_kind(kind.text())) return this->block(*block, entry);
    const Symbol* symbol = scope_.find(kind.text(), kind.span().source);
    if (symbol != nullptr && symbol->kind == Symbol::Kind::component && symbol->entry != nullptr && symbol->entry->body) return instance(*symbol->entry, entry.body->items);
    const auto inner = find_block_kind(kind.text(), "");
    if (inner && inner->block != nullptr) block(*inner->block, entry);
  }

  void component(const ast::Entry& entry) {
    const Unsure unsure(*this);
    const std::size_t outer = expressions_.depth();
    for (const ast::Item& item : entry.body->items) {
      const auto* param = ast::as<ast::Param>(item);
      if (param != nullptr && !infer::Expressions::is_block_type(*param->type)) other(item);
    }
    for (const ast::Item& item : entry.body->items) {
      if (const auto* param = ast::as<ast::Param>(item)) expressions_.enter(param->name.text, Known(expressions_.type_of(*param->type)));
    }
    lets(entry.body->items);
    for (const ast::Item& item : entry.body->items) component_item(item);
    expressions_.leave(outer);
  }

  void component_item(const ast::Item& item) {
    if (ast::as<ast::Param>(item) != nullptr || ast::as<ast::Let>(item) != nullptr) return;
    if (const auto* entry = ast::as<ast::Entry>(item)) return declaration(*entry);
    if (nested(item, [&](const ast::Item& inner) { component_item(inner); })) return;
    other(item);
  }

  /// What a caller writes: each setting is a parameter.
  void instance(const ast::Entry& component, const std::vector<ast::Item>& items) {
    const std::size_t outer = expressions_.depth();
    lets(items);
    for (const ast::Item& item : items) {
      if (ast::as<ast::Let>(item) != nullptr) continue;
      if (nested(item, [&](const ast::Item& inner) { instance_item(component, inner); })) continue;
      instance_item(component, item);
    }
    expressions_.leave(outer);
  }

  void instance_item(const ast::Entry& component, const ast::Item& item) {
    const auto* entry = ast::as<ast::Entry>(item);
    if (entry == nullptr) return;
    for (const ast::Key& label : entry->labels) expressions_.text(label);
    const ast::Param* param = nullptr;
    for (const ast::Item& declared : component.body->items) {
      const auto* candidate = ast::as<ast::Param>(declared);
      if (candidate != nullptr && candidate->name.text == word_of(*entry)) param = candidate;
    }
    if (param == nullptr) return;
    if (infer::Expressions::is_block_type(*param->type)) return argument_block(*param->type, *entry);
    if (entry->value == nullptr || !entry->labels.empty()) return;
    const Slot slot{.name = param->name.text, .declared = param->type->span, .takes_null = param->default_value != nullptr};
    expressions_.check(*entry->value, *expressions_.type_of(*param->type), slot);
  }

  /// `env { … }` for a parameter of type `block(container.env)`.
  void argument_block(const ast::TypeExpr& type, const ast::Entry& entry) {
    const auto& named = std::get<ast::NamedType>(type.node);
    const auto* argument = named.arguments.empty() ? nullptr : std::get_if<ast::TypeExprPtr>(&named.arguments.front());
    const auto* kind = argument == nullptr ? nullptr : ast::as<ast::NamedType>(**argument);
    if (kind == nullptr) return;
    const auto found = find_block_kind(kind->path.front().text, kind->path.size() > 1 ? std::string_view(kind->path[1].text) : std::string_view());
    if (!found) return;
    const Unsure unsure(*this);
    if (found->block != nullptr) {
      block(*found->block, entry);
    } else if (entry.body) {
      map_items(entry.body->items, *found->field);
    }
  }

  void preset(const ast::Entry& entry) {
    if (entry.labels.size() != 2 || !entry.labels.front().is_literal()) return;
    const Unsure unsure(*this);
    const auto kind = find_block_kind(entry.labels.front().text(), "");
    if (kind && kind->block != nullptr) block(*kind->block, entry);
  }

  /// `environment` and `test`: values for parameters, and what is laid over resources.
  void environment(const ast::Entry& entry) {
    const Unsure unsure(*this);
    for (const ast::Item& item : entry.body->items) {
      if (const auto* assertion = ast::as<ast::Assert>(item); assertion != nullptr) other(item);
      const auto* inner = ast::as<ast::Entry>(item);
      if (inner == nullptr) continue;
      const std::string_view word = word_of(*inner);
      if (word == "protect" && inner->value != nullptr) expressions_.condition(*inner->value);
      if (!inner->body) continue;
      if (word == "set") set(inner->body->items);
      if (word == "override" && inner->labels.size() == 2) resource_or_instance(*inner, inner->labels.front());
    }
  }

  void set(const std::vector<ast::Item>& items) {
    for (const ast::Item& item : items) {
      const auto* entry = ast::as<ast::Entry>(item);
      if (entry == nullptr || entry->value == nullptr || !entry->key.is_literal()) continue;
      const Symbol* symbol = scope_.find(entry->key.text(), entry->key.span().source);
      const auto* param = symbol == nullptr || symbol->item == nullptr ? nullptr : ast::as<ast::Param>(*symbol->item);
      if (param == nullptr) continue;
      expressions_.check(*entry->value, *expressions_.type_of(*param->type), {.name = param->name.text, .declared = param->type->span});
    }
  }

  /// A written type, which is not that of a component's block parameter, and what stands in it: defaults of fields and conditions.
  void type(const ast::TypeExpr& node) {
    if (const auto* record = ast::as<ast::RecordType>(node)) {
      for (const ast::TypeField& field : record->fields) {
        type(*field.type);
        const TypePtr declared = expressions_.type_of(*field.type);
        if (field.default_value != nullptr) expressions_.check(*field.default_value, *declared, {.name = field.name.text, .declared = field.type->span});
        expressions_.wheres(field.wheres, Known(declared));
      }
    } else if (const auto* named = ast::as<ast::NamedType>(node); named != nullptr && !infer::Expressions::is_block_type(node)) {
      for (const ast::TypeArgument& argument : named->arguments) {
        if (const auto* inner = std::get_if<ast::TypeExprPtr>(&argument)) {
          if (named->path.front().text != "ref") type(**inner);
        }
      }
    }
    evaluator_.type_of(node);
  }

  // ---- blocks ------------------------------------------------------------------------------------------------------------------------

  /// Goes into `if` and `for` with what they say about names; false for other items.
  template <class Visit>
  bool nested(const ast::Item& item, const Visit& visit) {
    const auto body = [&](const std::vector<ast::Item>& items) {
      const Unsure unsure(*this);
      const std::size_t outer = expressions_.depth();
      lets(items);
      for (const ast::Item& inner : items) {
        if (ast::as<ast::Let>(inner) == nullptr) visit(inner);
      }
      expressions_.leave(outer);
    };
    if (const auto* loop = ast::as<ast::For>(item)) {
      expressions_.in_loop(loop->clause, [&] { body(loop->body.items); });
      return true;
    }
    const auto* choice = ast::as<ast::If>(item);
    if (choice == nullptr) return false;
    // A branch is taken only where those before it were not.
    std::vector<std::string> assumed;
    for (const ast::IfBranch& branch : choice->branches) {
      expressions_.condition(*branch.condition);
      const infer::Outcome facts = expressions_.outcome(*branch.condition);
      expressions_.with(facts.when_true, [&] { body(branch.body.items); });
      expressions_.assume(facts.when_false);
      assumed.insert(assumed.end(), facts.when_false.begin(), facts.when_false.end());
    }
    if (choice->otherwise) body(choice->otherwise->items);
    expressions_.forget(assumed);
    return true;
  }

  void let(const ast::Let& let) {
    if (let.type == nullptr) return expressions_.enter(let.name.text, expressions_.infer(*let.value));
    type(*let.type);
    const TypePtr declared = expressions_.type_of(*let.type);
    expressions_.check(*let.value, *declared, {.name = let.name.text, .declared = let.type->span});
    expressions_.enter(let.name.text, Known(declared));
  }

  void lets(const std::vector<ast::Item>& items) {
    for (const ast::Item& item : items) {
      if (const auto* let = ast::as<ast::Let>(item)) this->let(*let);
    }
  }

  void block(const Block& schema, const ast::Entry& entry) {
    if (entry.body) return body(schema, entry.body->items);
    // `port http = 8080`
    const Field* field = schema.primary_field.empty() || entry.labels.empty() ? nullptr : schema.field(schema.primary_field);
    if (field != nullptr) setting(*field, entry);
  }

  void body(const Block& schema, const std::vector<ast::Item>& items) {
    const bool spliced = std::any_of(items.begin(), items.end(), [](const ast::Item& item) { return ast::as<ast::Use>(item) != nullptr; });
    const Unsure unsure(*this, spliced || layered_);
    const std::size_t outer = expressions_.depth();
    lets(items);
    for (const ast::Item& item : items) block_item(schema, item);
    expressions_.leave(outer);
  }

  void block_item(const Block& schema, const ast::Item& item) {
    if (const auto* entry = ast::as<ast::Entry>(item)) return block_entry(schema, *entry);
    if (ast::as<ast::Let>(item) != nullptr) return;
    nested(item, [&](const ast::Item& inner) { block_item(schema, inner); });
  }

  void block_entry(const Block& schema, const ast::Entry& entry) {
    for (const ast::Key& label : entry.labels) expressions_.text(label);
    if (evaluated_ && entry.value != nullptr && is_plain(*entry.value)) return;
    const std::string_view word = word_of(entry);
    if (const Block* inner = schema.block(word)) return block(*inner, entry);
    const Field* field = schema.field(word);
    if (field == nullptr || !entry.labels.empty()) return;
    if (entry.value != nullptr) return setting(*field, entry);
    if (field->block_form) return map_items(entry.body->items, *field);
    if (const Block* in_place = ir::schema::resource_kind(field->type.target)) body(*in_place, entry.body->items);
  }

  void setting(const Field& field, const ast::Entry& entry) {
    if (evaluated_ && is_plain(*entry.value)) return;
    // Bare names of blocks nearby are no names of the scope.
    if (!field.local_ref.empty()) return;
    expressions_.check(*entry.value, types_.of(field.type), {.name = field.name, .takes_null = true});
  }

  void map_items(const std::vector<ast::Item>& items, const Field& field) {
    const std::size_t outer = expressions_.depth();
    lets(items);
    for (const ast::Item& item : items) map_item(item, field);
    expressions_.leave(outer);
  }

  void map_item(const ast::Item& item, const Field& field) {
    if (nested(item, [&](const ast::Item& inner) { map_item(inner, field); })) return;
    const auto* entry = ast::as<ast::Entry>(item);
    if (entry == nullptr) return;
    expressions_.text(entry->key);
    if (entry->value == nullptr || (evaluated_ && is_plain(*entry->value))) return;
    const Type& type = types_.of(field.type);
    if (type.element == nullptr) {
      expressions_.infer(*entry->value);
      return;
    }
    const std::string_view name = word_of(*entry);
    expressions_.check(*entry->value, *type.element, {.name = name, .takes_null = true, .literal_text = type.element->kind == Type::Kind::string});
  }

  Scope& scope_;
  Evaluator& evaluator_;
  infer::Expressions expressions_;
  SchemaTypes types_;
  bool evaluated_ = true;
  bool layered_ = false;
};

}  // namespace

void check_types(const LoadedStack& loaded, Scope& scope, Evaluator& evaluator) {
  TypeChecker checker(scope, evaluator);
  for (const LoadedModule& module : loaded.modules) {
    for (const ast::File& file : module.files) {
      if (std::any_of(file.items.begin(), file.items.end(), has_override)) checker.layered();
    }
  }
  for (const LoadedModule& module : loaded.modules) {
    for (const ast::File& file : module.files) checker.file(file);
  }
}

}  // namespace berth::sema
