#include "compiler/sema/bind.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/sema/builtins.h"
#include "compiler/sema/component.h"
#include "compiler/sema/declare.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

/// A local name and whether it was used.
struct Local {
  const ast::Name* name;
  std::string_view word;
  Span removal;  ///< of a let: the item
  bool used = false;
};

class Binder {
 public:
  Binder(Scope& scope, bool computed_names, Reporter& reporter) : scope_(scope), computed_names_(computed_names), reporter_(reporter) {}

  void file(const ast::File& file) {
    for (const ast::Item& item : file.items) top_level(item);
  }

  /// Unused names; a mistake elsewhere may be the reason, so they are named only in a stack without errors. What a module declares is for others.
  void unused(const std::vector<ast::File>& files) {
    if (reporter_.errors() > 0) return;
    for (const ast::File& file : files) {
      for (const ast::Item& item : file.items) {
        const Symbol* symbol = declared_by(item);
        if (symbol != nullptr && !symbol->used) report_unused(symbol->word, {symbol->name, symbol->span}, item.span);
      }
    }
    for (const Imported& import : scope_.imports()) {
      if (import.used || scope_.module_of(import.name.span.source) != 0) continue;
      report_unused("import", import.name, import.alone ? import.item : Span{});
    }
    for (const Local& local : unused_locals_) report_unused(local.word, *local.name, local.removal);
  }

  /// Those that read `plan`.
  [[nodiscard]] const std::set<const ast::Check*>& plan_checks() const { return plan_checks_; }

 private:
  /// Names in the parts of the source that are not carried out count as used, and are not looked into further.
  class Lenient {
   public:
    explicit Lenient(Binder& binder) : binder_(binder), before_(binder.lenient_) { binder_.lenient_ = true; }
    ~Lenient() { binder_.lenient_ = before_; }
    Lenient(const Lenient&) = delete;
    Lenient& operator=(const Lenient&) = delete;

   private:
    Binder& binder_;
    bool before_;
  };

  /// The symbol of a declaration that is there only to be used.
  const Symbol* declared_by(const ast::Item& item) {
    const auto* param = ast::as<ast::Param>(item);
    const auto* let = ast::as<ast::Let>(item);
    const auto* entry = ast::as<ast::Entry>(item);
    if (param != nullptr || let != nullptr) {
      const ast::Name& name = param != nullptr ? param->name : let->name;
      const Symbol* symbol = scope_.find(name);
      return symbol != nullptr && symbol->span == name.span ? symbol : nullptr;
    }
    const bool external = entry != nullptr && entry->key.is_literal() && entry->key.text() == "extern" && entry->labels.size() == 2 && entry->labels.back().is_literal();
    const Symbol* symbol = external ? scope_.find(entry->labels.back().text()) : nullptr;
    return symbol != nullptr && symbol->span == entry->labels.back().span() ? symbol : nullptr;
  }

  void report_unused(std::string_view word, const ast::Name& name, Span removal) {
    Diagnostic& diagnostic = reporter_.report("W0501", name.span, fmt::format("the {} `{}` is never used", word, name.text), "nothing reads it");
    diagnostic.help("remove it");
    if (removal.valid()) diagnostic.fix(removal, "");
  }

  // ---- items -------------------------------------------------------------------------------------------------------------------------

  void top_level(const ast::Item& item) {
    if (const auto* param = ast::as<ast::Param>(item)) {
      type(*param->type);
      expression(param->default_value);
      for (const ast::Where& where : param->wheres) this->where(where);
    } else if (const auto* let = ast::as<ast::Let>(item)) {
      if (let->type != nullptr) type(*let->type);
      expression(let->value);
    } else if (const auto* choice = ast::as<ast::If>(item)) {
      branches(*choice, [&](const ast::Body& body) { scoped(body, [&](const ast::Item& inner) { top_level(inner); }); });
    } else if (const auto* loop = ast::as<ast::For>(item)) {
      for_clause(loop->clause, [&] { scoped(loop->body, [&](const ast::Item& inner) { top_level(inner); }); });
    } else if (const auto* entry = ast::as<ast::Entry>(item)) {
      top_entry(*entry);
    } else {
      other(item);
    }
  }

  void top_entry(const ast::Entry& entry) {
    const std::string_view word = entry.key.is_literal() ? entry.key.text() : "";
    labels(entry);
    if (word == "component") return component(entry);
    if (word == "environment" && entry.body) return environment(entry);
    if (word == "test" && entry.body) return test(entry);
    if (word == "removed") return value_or_body(entry, nullptr);
    if (word == "extern") return value_or_body(entry, entry.labels.empty() || !entry.labels.front().is_literal() ? nullptr : ir::schema::extern_kind(entry.labels.front().text()));
    if (word == "preset") {
      const auto kind = entry.labels.empty() || !entry.labels.front().is_literal() ? std::nullopt : find_block_kind(entry.labels.front().text(), "");
      return value_or_body(entry, kind ? kind->block : nullptr);
    }
    if (Symbol* symbol = called(entry)) return call(entry, *symbol);
    value_or_body(entry, word == "stack" ? &ir::schema::stack_block() : ir::schema::resource_kind(word));
  }

  /// The component that a block calls, if it calls one.
  Symbol* called(const ast::Entry& entry) {
    if (!entry.key.is_name() || !entry.is_block()) return nullptr;
    Symbol* symbol = scope_.find(std::get<ast::Name>(entry.key.value));
    if (symbol == nullptr || symbol->kind != Symbol::Kind::component) return nullptr;
    symbol->used = true;
    return symbol;
  }

  /// `web_service storefront { … }`: what is written for block parameters is checked against their kinds.
  void call(const ast::Entry& entry, const Symbol& symbol) {
    const Component component(symbol);
    scoped(*entry.body, [&](const ast::Item& item) { call_item(item, component); });
  }

  void call_item(const ast::Item& item, const Component& component) {
    if (const auto* choice = ast::as<ast::If>(item)) {
      return branches(*choice, [&](const ast::Body& body) { scoped(body, [&](const ast::Item& inner) { call_item(inner, component); }); });
    }
    if (const auto* loop = ast::as<ast::For>(item)) {
      return for_clause(loop->clause, [&] { scoped(loop->body, [&](const ast::Item& inner) { call_item(inner, component); }); });
    }
    const auto* entry = ast::as<ast::Entry>(item);
    if (entry == nullptr) return;
    key(entry->key);
    labels(*entry);
    const ast::Param* param = entry->key.is_literal() ? component.param(entry->key.text()) : nullptr;
    const auto block = param == nullptr ? std::nullopt : block_parameter(*param->type);
    if (block && block->kind && block->kind->field != nullptr && entry->value != nullptr) return setting(*entry, *block->kind->field);
    value_or_body(*entry, block && block->kind ? block->kind->block : nullptr);
  }

  /// The body of a component has its parameters and its own resources as names.
  void component(const ast::Entry& entry) {
    if (!entry.body || entry.labels.size() != 1) return;
    const std::size_t outer = locals_.size();
    for (const ast::Item& item : entry.body->items) {
      const auto* param = ast::as<ast::Param>(item);
      if (param == nullptr) continue;
      component_parameter(*param);
      expression(param->default_value);
      for (const ast::Where& where : param->wheres) this->where(where);
      enter(param->name, "parameter", item.span);
    }
    for (const ast::Item& item : entry.body->items) {
      const auto* made = ast::as<ast::Entry>(item);
      if (made == nullptr || made->labels.size() != 1 || !made->labels.front().is_name()) continue;
      const ast::Name& name = std::get<ast::Name>(made->labels.front().value);
      if (name.text != "this") {
        enter(name, "resource");
        locals_.back().used = true;
      } else {
        locals_.push_back({&name, "resource", {}, true});
      }
    }
    scoped(*entry.body, [&](const ast::Item& item) { component_item(item); });
    leave(outer);
  }

  void component_parameter(const ast::Param& param) {
    const auto block = block_parameter(*param.type);
    if (!block) return type(*param.type);
    if (block->kind) return;
    reporter_.report("E0115", param.type->span, "this names no kind of block", "unknown").note("as in `block(container)`, `block(container.env)`, `blocks(service.expose)`");
  }

  void component_item(const ast::Item& item) {
    if (ast::as<ast::Param>(item) != nullptr) return;
    if (const auto* entry = ast::as<ast::Entry>(item)) {
      const std::string_view word = entry->key.is_literal() ? entry->key.text() : "";
      labels(*entry);
      if (Symbol* symbol = called(*entry)) return call(*entry, *symbol);
      const auto kind = find_block_kind(word, "");
      return value_or_body(*entry, kind ? kind->block : nullptr);
    }
    if (const auto* choice = ast::as<ast::If>(item)) {
      return branches(*choice, [&](const ast::Body& body) { scoped(body, [&](const ast::Item& inner) { component_item(inner); }); });
    }
    if (const auto* loop = ast::as<ast::For>(item)) {
      return for_clause(loop->clause, [&] { scoped(loop->body, [&](const ast::Item& inner) { component_item(inner); }); });
    }
    other(item);
  }

  void environment(const ast::Entry& entry) {
    for (const ast::Item& item : entry.body->items) {
      const auto* inner = ast::as<ast::Entry>(item);
      if (inner == nullptr) continue;
      const bool is_override = inner->key.is_literal() && inner->key.text() == "override" && inner->labels.size() >= 2 && inner->labels.front().is_literal() && inner->body;
      if (!is_override) {
        value_or_body(*inner, nullptr);
        continue;
      }
      const std::string_view word = inner->labels.front().text();
      Symbol* symbol = scope_.find(word, inner->labels.front().span().source);
      if (symbol != nullptr && symbol->kind == Symbol::Kind::component) {
        call(*inner, *symbol);
      } else if (word == "extern" && inner->labels[1].is_literal()) {
        value_or_body(*inner, ir::schema::extern_kind(inner->labels[1].text()));
      } else {
        value_or_body(*inner, ir::schema::resource_kind(word));
      }
    }
  }

  void test(const ast::Entry& entry) {
    for (const ast::Item& item : entry.body->items) {
      if (const auto* inner = ast::as<ast::Entry>(item)) {
        value_or_body(*inner, nullptr);
      } else {
        other(item);
      }
    }
  }

  /// The sorts of items that mean the same everywhere.
  void other(const ast::Item& item) {
    if (const auto* function = ast::as<ast::Fn>(item)) return this->function(*function);
    if (const auto* declaration = ast::as<ast::TypeDecl>(item)) {
      type(*declaration->type);
      for (const ast::Where& where : declaration->wheres) this->where(where);
    } else if (const auto* output = ast::as<ast::Output>(item)) {
      type(*output->type);
      expression(output->value);
    } else if (const auto* assertion = ast::as<ast::Assert>(item)) {
      expression(assertion->condition);
      string(assertion->message);
    } else if (const auto* check = ast::as<ast::Check>(item)) {
      const std::size_t outer = locals_.size();
      check_ = check;  // where `plan` is known
      expression(check->source);
      enter(check->variable, "variable");
      expression(check->condition);
      scoped(check->body, [&](const ast::Item& inner) { block_item(inner, nullptr); });
      check_ = nullptr;
      locals_.resize(outer);
    } else if (const auto* use = ast::as<ast::Use>(item)) {
      expression(use->value);
    }
  }

  void function(const ast::Fn& function) {
    const std::size_t outer = locals_.size();
    for (const ast::FnParam& param : function.params) {
      type(*param.type);
      expression(param.default_value);
    }
    for (const ast::FnParam& param : function.params) enter(param.name, "argument");
    type(*function.result);
    expression(function.value);
    locals_.resize(outer);
  }

  void labels(const ast::Entry& entry) {
    for (const ast::Key& label : entry.labels) key(label);
  }

  void value_or_body(const ast::Entry& entry, const ir::schema::Block* block) {
    expression(entry.value);
    if (entry.body) scoped(*entry.body, [&](const ast::Item& item) { block_item(item, block); });
  }

  /// An item of a block; `block` is null where any key may stand (maps), and in what is not carried out.
  void block_item(const ast::Item& item, const ir::schema::Block* block) {
    if (const auto* choice = ast::as<ast::If>(item)) {
      return branches(*choice, [&](const ast::Body& body) { scoped(body, [&](const ast::Item& inner) { block_item(inner, block); }); });
    }
    if (const auto* loop = ast::as<ast::For>(item)) {
      return for_clause(loop->clause, [&] { scoped(loop->body, [&](const ast::Item& inner) { block_item(inner, block); }); });
    }
    if (ast::as<ast::Let>(item) != nullptr) return;  // entered by scoped()
    if (const auto* entry = ast::as<ast::Entry>(item)) return block_entry(*entry, block);
    other(item);
  }

  void block_entry(const ast::Entry& entry, const ir::schema::Block* block) {
    key(entry.key);
    labels(entry);
    if (block == nullptr || !entry.key.is_literal()) return value_or_body(entry, nullptr);
    const std::string_view word = entry.key.text();
    const ir::schema::Field* field = block->field(word);
    const ir::schema::Block* inner = block->block(word);
    if (inner != nullptr && (field == nullptr || entry.is_block())) return value_or_body(entry, inner);
    if (field != nullptr) return setting(entry, *field);
    if (Symbol* symbol = called(entry)) return call(entry, *symbol);
    const Lenient lenient(*this);  // the word is wrong, which is reported when it is evaluated
    value_or_body(entry, nullptr);
  }

  void setting(const ast::Entry& entry, const ir::schema::Field& field) {
    using ir::schema::TypeKind;
    const bool paths = field.type.kind == TypeKind::field_path || (field.type.element != nullptr && field.type.element->kind == TypeKind::field_path);
    if (entry.value == nullptr) return value_or_body(entry, field.block_form ? nullptr : ir::schema::resource_kind(field.type.target));
    if (!paths && field.local_ref.empty()) {
      wanted_ = field.type.target;
      expression(entry.value);
      wanted_ = {};
      return;
    }
    const Lenient lenient(*this);  // bare names of settings, or of blocks nearby
    expression(entry.value);
  }

  /// A body with its lets as local names.
  template <class Visit>
  void scoped(const ast::Body& body, const Visit& visit) {
    const std::size_t outer = locals_.size();
    for (const ast::Item& item : body.items) {
      const auto* let = ast::as<ast::Let>(item);
      if (let == nullptr) continue;
      if (let->type != nullptr) type(*let->type);
      expression(let->value);
      enter(let->name, "let", item.span);
    }
    for (const ast::Item& item : body.items) {
      if (ast::as<ast::Let>(item) == nullptr) visit(item);
    }
    leave(outer);
  }

  template <class Visit>
  void branches(const ast::If& choice, const Visit& visit) {
    for (const ast::IfBranch& branch : choice.branches) {
      expression(branch.condition);
      visit(branch.body);
    }
    if (choice.otherwise) visit(*choice.otherwise);
  }

  template <class Visit>
  void for_clause(const ast::ForClause& clause, const Visit& visit) {
    expression(clause.source);
    const std::size_t outer = locals_.size();
    enter(clause.first, "loop variable");
    if (clause.second) enter(*clause.second, "loop variable");
    expression(clause.condition);
    visit();
    locals_.resize(outer);
  }

  // ---- names -------------------------------------------------------------------------------------------------------------------------

  void enter(const ast::Name& name, std::string_view word, Span removal = {}) {
    if (!lenient_) check_hidden(name);
    locals_.push_back({&name, word, removal});
  }

  void check_hidden(const ast::Name& name) {
    const auto local = std::find_if(locals_.begin(), locals_.end(), [&](const Local& known) { return known.name->text == name.text; });
    const Symbol* symbol = scope_.find(name);
    if (local == locals_.end() && symbol == nullptr && !is_reserved(name.text)) return;
    const std::string_view word = local != locals_.end() ? local->word : symbol != nullptr ? symbol->word : "name";
    Diagnostic& diagnostic = reporter_.report("E0205", name.span, fmt::format("`{}` hides the {} `{}`", name.text, word, name.text), "the same name again");
    if (local != locals_.end()) {
      diagnostic.label(local->name->span, "the one that is hidden");
    } else if (symbol != nullptr) {
      diagnostic.label(symbol->span, "the one that is hidden");
    }
    diagnostic.help("give it another name");
  }

  void leave(std::size_t outer) {
    for (std::size_t i = outer; i < locals_.size(); ++i) {
      if (!locals_[i].used && (locals_[i].word == "let" || locals_[i].word == "parameter") && !lenient_) unused_locals_.push_back(locals_[i]);
    }
    locals_.resize(outer);
  }

  void name(const ast::Name& name, bool called) {
    for (auto it = locals_.rbegin(); it != locals_.rend(); ++it) {
      if (it->name->text == name.text) {
        it->used = true;
        return;
      }
    }
    if (Symbol* symbol = scope_.find(name)) {
      symbol->used = true;
      return;
    }
    if (check_ != nullptr && name.text == "plan") {
      plan_checks_.insert(check_);
      return;
    }
    if (lenient_ || computed_names_ || is_reserved(name.text) || called) return;  // calls are evaluation's to report
    report_unknown_name(name, scope_, reporter_, wanted_);
  }

  // ---- expressions -------------------------------------------------------------------------------------------------------------------

  void key(const ast::Key& key) {
    if (!key.is_name()) string(std::get<ast::String>(key.value));
  }

  void string(const ast::String& node) {
    for (const ast::StringPart& part : node.parts) {
      if (!part.is_text()) expression(std::get<ast::ExprPtr>(part.value));
    }
  }

  void expression(const ast::ExprPtr& node) {
    if (node != nullptr) expression(*node);
  }

  void expression(const ast::Expr& node) {
    if (const auto* reference = ast::as<ast::NameRef>(node)) return name(reference->name, false);
    if (const auto* text = ast::as<ast::String>(node)) return string(*text);
    if (const auto* list = ast::as<ast::List>(node)) {
      for (const ast::Element& element : list->elements) expression(element.value);
    } else if (const auto* object = ast::as<ast::Object>(node)) {
      for (const ast::Field& field : object->fields) {
        if (field.key) key(*field.key);
        expression(field.value);
      }
    } else if (const auto* list_for = ast::as<ast::ListFor>(node)) {
      for_clause(list_for->clause, [&] { expression(list_for->value); });
    } else if (const auto* object_for = ast::as<ast::ObjectFor>(node)) {
      for_clause(object_for->clause, [&] {
        expression(object_for->key);
        expression(object_for->value);
      });
    } else if (const auto* unary = ast::as<ast::Unary>(node)) {
      expression(unary->operand);
    } else if (const auto* binary = ast::as<ast::Binary>(node)) {
      expression(binary->left);
      expression(binary->right);
    } else if (const auto* conditional = ast::as<ast::Conditional>(node)) {
      expression(conditional->condition);
      expression(conditional->consequence);
      expression(conditional->alternative);
    } else if (const auto* member = ast::as<ast::Member>(node)) {
      expression(member->object);
    } else if (const auto* index = ast::as<ast::Index>(node)) {
      expression(index->object);
      expression(index->index);
    } else if (const auto* call = ast::as<ast::Call>(node)) {
      if (const auto* callee = ast::as<ast::NameRef>(*call->callee)) {
        name(callee->name, true);
      } else {
        expression(call->callee);
      }
      const auto* called = ast::as<ast::NameRef>(*call->callee);
      const bool bare = called != nullptr && called->name.text == "firelens";  // its first argument is the bare name of a container
      for (const ast::Argument& argument : call->arguments) {
        if (bare && &argument == call->arguments.data() && ast::as<ast::NameRef>(*argument.value) != nullptr) continue;
        expression(argument.value);
      }
    }
  }

  // ---- types -------------------------------------------------------------------------------------------------------------------------

  void where(const ast::Where& where) {
    expression(where.condition);
    if (where.message) string(*where.message);
  }

  void type(const ast::TypeExpr& node) {
    if (const auto* record = ast::as<ast::RecordType>(node)) {
      for (const ast::TypeField& field : record->fields) {
        type(*field.type);
        expression(field.default_value);
        for (const ast::Where& where : field.wheres) this->where(where);
      }
    } else if (const auto* members = ast::as<ast::UnionType>(node)) {
      for (const ast::TypeExprPtr& member : members->members) type(*member);
    } else if (const auto* named = ast::as<ast::NamedType>(node)) {
      (void)scope_.find_type(named->path.front());  // marks an import as used
      if (named->path.size() > 1) (void)scope_.find(named->path.front());
      for (const ast::TypeArgument& argument : named->arguments) {
        if (const auto* inner = std::get_if<ast::TypeExprPtr>(&argument)) type(**inner);
      }
    }
  }

  Scope& scope_;
  bool computed_names_;
  Reporter& reporter_;
  std::vector<Local> locals_;
  std::vector<Local> unused_locals_;
  bool lenient_ = false;
  const ast::Check* check_ = nullptr;  ///< the one that is looked at
  std::set<const ast::Check*> plan_checks_;
  std::string_view wanted_;  ///< the kind of resource that the setting around takes, or ""
};

/// Which resources of the wanted kind there are, or how one is declared.
void help_with_names(const ast::Name& name, std::string_view wanted, Scope& scope, Diagnostic& diagnostic) {
  constexpr std::size_t kMost = 8;
  std::vector<std::string_view> names;
  for (const Symbol& symbol : scope.symbols()) {
    if (symbol.word == wanted && names.size() < kMost) names.push_back(symbol.name);
  }
  if (!names.empty()) {
    diagnostic.help(fmt::format("there {} the {}{} `{}`", names.size() == 1 ? "is" : "are", wanted, names.size() == 1 ? "" : "s", fmt::join(names, "`, `")));
  } else if (ir::schema::resource_kind(wanted) != nullptr) {
    diagnostic.help(fmt::format("declare `{} {} {{ … }}`", wanted, name.text));
  } else {
    diagnostic.help(fmt::format("declare it: `extern {} {} {{ … }}`", wanted, name.text));
  }
}

}  // namespace

void report_unknown_name(const ast::Name& name, Scope& scope, Reporter& reporter, std::string_view wanted) {
  Diagnostic& diagnostic = reporter.report("E0204", name.span, fmt::format("unknown name `{}`", name.text), "nothing has this name");
  const bool is_kind = ir::schema::resource_kind(name.text) != nullptr || ir::schema::extern_kind(name.text) != nullptr;
  const Span with_dot{name.span.source, name.span.begin, name.span.end + 1};
  if (is_kind && reporter.text(with_dot).ends_with('.')) {
    diagnostic.help(fmt::format("a {0} is meant by its name alone, without `{0}.`", name.text)).fix(with_dot, "");
  } else if (const Symbol* near = scope.nearest(name.text, name.span.source)) {
    diagnostic.help(fmt::format("did you mean the {} `{}`?", near->word, near->name)).fix(name.span, near->name);
  } else if (find_builtin(name.text) != nullptr) {
    diagnostic.help(fmt::format("`{}` is a function: `{}(…)`", name.text, name.text));
  } else if (!wanted.empty()) {
    help_with_names(name, wanted, scope, diagnostic);
  } else {
    diagnostic.help("text is written in quotes");
  }
}

std::set<const ast::Check*> bind_names(const LoadedStack& loaded, Scope& scope, bool computed_names, Reporter& reporter) {
  Binder binder(scope, computed_names, reporter);
  for (const LoadedModule& module : loaded.modules) {
    for (const ast::File& file : module.files) binder.file(file);
  }
  binder.unused(loaded.modules.front().files);
  return binder.plan_checks();
}

}  // namespace berth::sema
