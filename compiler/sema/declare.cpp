#include "compiler/sema/declare.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/suggest.h"
#include "base/words.h"
#include "compiler/sema/component.h"
#include "compiler/sema/other_words.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

/// Top-level blocks that declare no resource.
constexpr std::array<std::string_view, 9> kWords = {"stack", "extern", "component", "preset", "environment", "override", "removed", "test", "language"};

bool is_stack_only(std::string_view word) { return word == "stack" || word == "environment" || word == "removed" || word == "test"; }

class Declarer {
 public:
  Declarer(Scope& scope, Reporter& reporter) : scope_(scope), reporter_(reporter) {}

  void module(const LoadedModule& loaded, std::size_t index) {
    module_ = index;
    for (const ast::File& file : loaded.files) {
      for (const ast::Item& item : file.items) this->item(item);
    }
  }

  /// After every module has declared its names.
  void imports(const LoadedStack& loaded) {
    for (const LoadedModule& module : loaded.modules) {
      for (const ast::File& file : module.files) {
        for (const ast::Item& item : file.items) {
          if (const auto* import = ast::as<ast::Import>(item)) whole(*import, item.span, loaded);
          if (const auto* from = ast::as<ast::FromImport>(item)) names(*from, item.span, loaded);
        }
      }
    }
  }

  /// Blocks whose kind is no word of the language: calls of components, or mistakes.
  void calls() {
    for (const Call& call : calls_) this->call(call);
  }

  void recursion() {
    for (Symbol& symbol : scope_.symbols()) {
      if (symbol.kind == Symbol::Kind::component) visit(symbol);
    }
  }

  Declarations result;

 private:
  struct Call {
    const ast::Item* item;
    const ast::Entry* entry;
  };

  void item(const ast::Item& item) {
    if (const auto* entry = ast::as<ast::Entry>(item)) return this->entry(item, *entry);
    if (const auto* let = ast::as<ast::Let>(item)) return value(item, let->name, Symbol::Kind::let, "let");
    if (const auto* function = ast::as<ast::Fn>(item)) {
      add({.name = function->name.text, .kind = Symbol::Kind::function, .span = function->name.span, .word = "function", .item = &item, .value = {}});
      return;
    }
    if (const auto* type = ast::as<ast::TypeDecl>(item)) return this->type(*type);
    if (ast::as<ast::Import>(item) != nullptr || ast::as<ast::FromImport>(item) != nullptr) return;
    if (module_ != 0) return stranger(item);
    if (const auto* param = ast::as<ast::Param>(item)) return value(item, param->name, Symbol::Kind::param, "parameter");
    if (const auto* output = ast::as<ast::Output>(item)) return result.outputs.push_back(output);
    if (const auto* assertion = ast::as<ast::Assert>(item)) return result.asserts.push_back(assertion);
    if (const auto* check = ast::as<ast::Check>(item)) return result.checks.push_back(check);
    if (ast::as<ast::Moved>(item) != nullptr) return result.moved.push_back(&item);
    if (ast::as<ast::If>(item) != nullptr || ast::as<ast::For>(item) != nullptr) {
      result.computed_names = true;
      return;
    }
    reporter_.report("E0220", item.span, "`use` stands inside a block", "nothing to splice it into");
  }

  /// What only a stack may have, in a module.
  void stranger(const ast::Item& item) {
    reporter_.report("E0222", item.span, "this does not belong into a module", "only a stack has it")
        .note("a module declares `let`, `fn`, `type`, `component`, `preset` and `extern`");
  }

  void entry(const ast::Item& item, const ast::Entry& entry) {
    if (!entry.key.is_literal()) {
      reporter_.report("E0201", entry.key.span(), "the kind of a block is written out", "computed");
      return;
    }
    const std::string word(entry.key.text());
    const bool resource = ir::schema::resource_kind(word) != nullptr;
    if (module_ != 0 && (resource || is_stack_only(word))) return stranger(item);
    if (word == "stack") return stack(entry);
    if (resource) return this->resource(item, entry, word);
    if (word == "language" && !entry.is_block() && entry.labels.empty() && module_ != 0) return;
    if (word == "extern") return external(item, entry);
    if (word == "component") return component(item, entry);
    if (word == "preset") return preset(item, entry);
    if (word == "environment") return result.environments.push_back(&entry);
    if (word == "removed") return result.removed.push_back(&entry);
    if (word == "test") return result.tests.push_back(&entry);
    if (word == "override") {
      reporter_.report("E0220", header_span(entry), "an override belongs into an environment", "not in one").help("`environment NAME { override … }`");
      return;
    }
    if (ir::schema::is_planned_kind(word)) return report_uncarried(reporter_, header_span(entry), word);
    calls_.push_back({&item, &entry});
  }

  // ---- blocks ------------------------------------------------------------------------------------------------------------------------

  void stack(const ast::Entry& entry) {
    if (result.stack != nullptr) {
      reporter_.report("E0202", header_span(entry), "`stack` is declared twice", "declared again here").label(result.stack_span, "first declared here");
      return;
    }
    result.stack = &entry;
    result.stack_span = header_span(entry);
  }

  void resource(const ast::Item& item, const ast::Entry& entry, const std::string& kind) {
    if (entry.labels.size() != 1) return;  // reported when it is evaluated
    if (!entry.labels.front().is_literal()) {
      result.computed_names = true;
      return;
    }
    const std::string name(entry.labels.front().text());
    add({.name = name,
         .kind = Symbol::Kind::resource,
         .span = entry.labels.front().span(),
         .word = ir::schema::resource_kind(kind)->kind,
         .item = &item,
         .entry = &entry,
         .value = {ir::Reference{{kind, name}}, {.span = entry.labels.front().span()}}});
  }

  /// `KEYWORD KIND NAME { … }`; nothing after a report.
  bool labelled(const ast::Entry& entry, std::size_t labels, std::string_view form) {
    const bool literal = std::all_of(entry.labels.begin(), entry.labels.end(), [](const ast::Key& label) { return label.is_literal(); });
    if (entry.labels.size() == labels && literal && entry.is_block()) return true;
    reporter_.report("E0218", header_span(entry), fmt::format("this is written `{}`", form), literal ? "not complete" : "a computed name");
    if (!entry.labels.empty() && entry.labels.back().is_literal()) add_uncarried(entry.labels.back());
    return false;
  }

  void external(const ast::Item& item, const ast::Entry& entry) {
    if (!labelled(entry, 2, "extern KIND NAME { … }")) return;
    const std::string word(entry.labels.front().text());
    const std::string name(entry.labels.back().text());
    const ir::schema::Block* kind = ir::schema::extern_kind(word);
    if (kind == nullptr) {
      std::vector<std::string> kinds;
      for (const ir::schema::Block& known : ir::schema::extern_kinds()) kinds.emplace_back(known.kind);
      Diagnostic& diagnostic = reporter_.report("E0201", entry.labels.front().span(), fmt::format("there is no `extern {}`", word), "unknown kind");
      if (const auto meant = suggest(word, kinds)) {
        diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(entry.labels.front().span(), *meant);
      } else {
        diagnostic.note(fmt::format("there are: {}", fmt::join(kinds, ", ")));
      }
      return add_uncarried(entry.labels.back());
    }
    add({.name = name,
         .kind = Symbol::Kind::external,
         .span = entry.labels.back().span(),
         .word = kind->kind,
         .item = &item,
         .entry = &entry,
         .value = {ir::Reference{{word, name}}, {.span = entry.labels.back().span()}}});
  }

  void component(const ast::Item& item, const ast::Entry& entry) {
    if (!labelled(entry, 1, "component NAME { … }")) return;
    const ast::Key& label = entry.labels.front();
    const std::string name(label.text());
    if (ir::schema::resource_kind(name) != nullptr || std::find(kWords.begin(), kWords.end(), name) != kWords.end()) {
      reporter_.report("E0219", label.span(), fmt::format("a component cannot be named `{}`", name), "a word of the language");
      return;
    }
    add({.name = name, .kind = Symbol::Kind::component, .span = label.span(), .word = "component", .item = &item, .entry = &entry, .value = {}});
  }

  void preset(const ast::Item& item, const ast::Entry& entry) {
    if (!labelled(entry, 2, "preset KIND NAME { … }")) return;
    const ast::Key& kind = entry.labels.front();
    if (!find_block_kind(kind.text(), "")) {
      reporter_.report("E0201", kind.span(), fmt::format("there is no block `{}`", kind.text()), "unknown kind").note("a preset is part of a block: `preset container NAME { … }`");
      return add_uncarried(entry.labels.back());
    }
    add({.name = std::string(entry.labels.back().text()), .kind = Symbol::Kind::preset, .span = entry.labels.back().span(), .word = "preset", .item = &item, .entry = &entry, .value = {}});
  }

  void call(const Call& call) {
    const ast::Entry& entry = *call.entry;
    const std::string word(entry.key.text());
    Symbol* symbol = scope_.find(word, entry.key.span().source);
    if (symbol == nullptr) return unknown(entry, word);
    symbol->used = true;
    if (symbol->kind == Symbol::Kind::uncarried) {
      if (!entry.labels.empty()) add_uncarried(entry.labels.back());
      return;
    }
    if (symbol->kind != Symbol::Kind::component) {
      reporter_.report("E0201", entry.key.span(), fmt::format("`{}` is {}, not a kind of resource", word, with_article(symbol->word)), "nothing to declare with").label(symbol->span, "declared here");
      return;
    }
    const std::size_t home = scope_.module_of(entry.key.span().source);
    if (home != 0) {
      reporter_.report("E0222", header_span(entry), "this does not belong into a module", "only a stack has resources").note("a module declares `let`, `fn`, `type`, `component`, `preset` and `extern`");
      return;
    }
    if (entry.labels.size() != 1) return;  // reported when it is expanded
    if (!entry.labels.front().is_literal()) {
      result.computed_names = true;
      return;
    }
    const ir::schema::Block* kind = resource_of(*symbol, scope_);
    if (kind == nullptr) return;  // reported when it is expanded
    const std::string name(entry.labels.front().text());
    add({.name = name,
         .kind = Symbol::Kind::instance,
         .span = entry.labels.front().span(),
         .word = symbol->name,
         .item = call.item,
         .entry = &entry,
         .value = {ir::Reference{{std::string(kind->kind), name}}, {.span = entry.labels.front().span()}}});
  }

  void unknown(const ast::Entry& entry, const std::string& word) {
    std::vector<std::string> kinds = {"stack", "param", "let", "output", "extern", "component", "preset", "environment", "removed", "test"};
    for (const ir::schema::Block& kind : ir::schema::resource_kinds()) kinds.emplace_back(kind.kind);
    for (const Symbol& symbol : scope_.symbols()) {
      if (symbol.kind == Symbol::Kind::component && symbol.module == 0) kinds.push_back(symbol.name);
    }
    for (const Imported& imported : scope_.imports()) {
      if (imported.symbol != nullptr && imported.symbol->kind == Symbol::Kind::component && imported.name.span.source == entry.key.span().source) kinds.push_back(imported.name.text);
    }
    Diagnostic& diagnostic = reporter_.report("E0201", entry.key.span(), fmt::format("unknown kind `{}`", word), "nothing at the top of a file is called this");
    if (const auto meant = suggest(word, kinds)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *meant));
      if (entry.is_block()) diagnostic.fix(entry.key.span(), *meant);
    } else if (const auto here = declaration_for(word)) {
      diagnostic.help(fmt::format("it is written `{}` here", *here));
    } else if (!entry.is_block() && entry.labels.empty()) {
      diagnostic.help(fmt::format("a value with a name is written `let {} = …`", word)).fix({entry.key.span().source, entry.key.span().begin, entry.key.span().begin}, "let ");
    } else {
      diagnostic.note(fmt::format("there are: {}", fmt::join(kinds, ", ")));
    }
    // A misspelt kind still declares its name.
    if (entry.is_block() && entry.labels.size() == 1) add_uncarried(entry.labels.front());
  }

  // ---- names -------------------------------------------------------------------------------------------------------------------------

  void value(const ast::Item& item, const ast::Name& name, Symbol::Kind kind, std::string_view word) {
    Symbol* added = add({.name = name.text, .kind = kind, .span = name.span, .word = word, .item = &item, .value = {}});
    if (added != nullptr && module_ == 0) result.values.push_back(added);
  }

  void type(const ast::TypeDecl& declaration) {
    const ast::TypeDecl* known = scope_.declare_type(declaration);
    if (known == nullptr) return;
    reporter_.report("E0202", declaration.name.span, fmt::format("the type `{}` is declared twice", declaration.name.text), "declared again here")
        .label(known->name.span, "first declared here");
  }

  void add_uncarried(const ast::Key& label) {
    if (label.is_literal()) add({.name = std::string(label.text()), .kind = Symbol::Kind::uncarried, .span = label.span(), .word = "declaration", .value = {}});
  }

  Symbol* add(Symbol symbol) {
    if (is_reserved(symbol.name)) {
      reporter_.report("E0219", symbol.span, fmt::format("`{}` is a name of the language", symbol.name), "choose another name");
      return nullptr;
    }
    Symbol* taken = nullptr;
    const std::string name = symbol.name;
    const Span span = symbol.span;
    Symbol* added = scope_.declare(std::move(symbol), &taken);
    if (added == nullptr) twice(name, span, *taken);
    return added;
  }

  void twice(const std::string& name, Span span, const Symbol& taken) {
    reporter_.report("E0202", span, fmt::format("`{}` is declared twice", name), "declared again here")
        .label(taken.span, fmt::format("first declared here, as {}", with_article(taken.word)))
        .note("one name, one thing, even across kinds");
  }

  // ---- imports -----------------------------------------------------------------------------------------------------------------------

  void enter(Imported imported) {
    const ast::Name name = imported.name;
    if (imported.symbol != nullptr) {
      const Symbol* own = scope_.in_module(name.text, scope_.module_of(name.span.source));
      if (own != nullptr && own->span != name.span) return twice(name.text, name.span, *own);
    }
    if (is_reserved(name.text)) {
      reporter_.report("E0219", name.span, fmt::format("`{}` is a name of the language", name.text), "choose another name");
    } else if (!scope_.import(std::move(imported))) {
      reporter_.report("E0202", name.span, fmt::format("`{}` is imported twice", name.text), "imported again here").help("`as` gives one of them another name");
    }
  }

  void whole(const ast::Import& import, Span item, const LoadedStack& loaded) {
    const auto target = loaded.imports.find(import.path.span);
    Symbol& symbol = scope_.hold(Symbol{.name = import.alias.text, .span = import.alias.span, .word = "module", .value = {}});
    symbol.kind = target == loaded.imports.end() ? Symbol::Kind::uncarried : Symbol::Kind::module;
    if (target != loaded.imports.end()) symbol.module = target->second;
    enter({.name = import.alias, .symbol = &symbol, .item = item, .alone = true});
  }

  void names(const ast::FromImport& from, Span item, const LoadedStack& loaded) {
    const auto target = loaded.imports.find(from.path.span);
    for (const ast::ImportedName& imported : from.names) {
      const ast::Name& as = imported.alias ? *imported.alias : imported.name;
      if (target == loaded.imports.end()) {
        // The path was reported: uses of its names are no second mistake.
        Symbol& symbol = scope_.hold(Symbol{.name = as.text, .kind = Symbol::Kind::uncarried, .span = as.span, .word = "import", .value = {}});
        enter({.name = as, .symbol = &symbol, .item = item});
        continue;
      }
      Symbol* symbol = scope_.in_module(imported.name.text, target->second);
      const ast::TypeDecl* type = scope_.type_in_module(imported.name.text, target->second);
      const bool alone = from.names.size() == 1;
      if (symbol != nullptr) enter({.name = as, .symbol = symbol, .item = item, .alone = alone});
      if (type != nullptr) enter({.name = as, .type = type, .item = item, .alone = alone});
      if (symbol == nullptr && type == nullptr) missing(imported.name, as, from, item, target->second);
    }
  }

  void missing(const ast::Name& name, const ast::Name& as, const ast::FromImport& from, Span item, std::size_t module) {
    std::vector<std::string> known;
    for (const Symbol& symbol : scope_.symbols()) {
      if (symbol.module == module) known.push_back(symbol.name);
    }
    Diagnostic& diagnostic = reporter_.report("E0204", name.span, fmt::format("`{}` has no `{}`", from.path.text(), name.text), "nothing there has this name");
    if (const auto meant = suggest(name.text, known)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(name.span, *meant);
    } else {
      diagnostic.note(fmt::format("it has: {}", fmt::join(known, ", ")));
    }
    Symbol& symbol = scope_.hold(Symbol{.name = as.text, .kind = Symbol::Kind::uncarried, .span = as.span, .word = "import", .value = {}});
    enter({.name = as, .symbol = &symbol, .item = item});
  }

  // ---- components that use themselves ------------------------------------------------------------------------------------------------

  void visit(Symbol& component) {
    if (component.state == Symbol::State::done) return;
    if (component.state == Symbol::State::running) {
      std::string path;
      const auto first = std::find(path_.begin(), path_.end(), &component);
      for (auto it = first; it != path_.end(); ++it) path += (*it)->name + " → ";
      Diagnostic& diagnostic = reporter_.report("E0211", component.span, fmt::format("the component `{}` uses itself: `{}{}`", component.name, path, component.name), "declared here");
      diagnostic.note("components may not recurse, so every file terminates");
      component.kind = Symbol::Kind::uncarried;
      return;
    }
    component.state = Symbol::State::running;
    path_.push_back(&component);
    visit(component.entry->body->items);
    path_.pop_back();
    component.state = Symbol::State::done;
  }

  void visit(const std::vector<ast::Item>& items) {
    for (const ast::Item& item : items) {
      if (const auto* choice = ast::as<ast::If>(item)) {
        for (const ast::IfBranch& branch : choice->branches) visit(branch.body.items);
        if (choice->otherwise) visit(choice->otherwise->items);
      } else if (const auto* loop = ast::as<ast::For>(item)) {
        visit(loop->body.items);
      } else if (const auto* entry = ast::as<ast::Entry>(item); entry != nullptr && entry->is_block()) {
        Symbol* used = entry->key.is_name() ? scope_.find(std::get<ast::Name>(entry->key.value)) : nullptr;
        if (used != nullptr && used->kind == Symbol::Kind::component && !entry->labels.empty()) visit(*used);
        visit(entry->body->items);
      }
    }
  }

  Scope& scope_;
  Reporter& reporter_;
  std::size_t module_ = 0;
  std::vector<Call> calls_;
  std::vector<const Symbol*> path_;
};

}  // namespace

Span header_span(const ast::Entry& entry) {
  const Span key = entry.key.span();
  return entry.labels.empty() ? key : key.through(entry.labels.back().span());
}

void report_uncarried(Reporter& reporter, Span span, std::string_view word) {
  reporter.report("E0290", span, fmt::format("`{}` is not carried out by this version of berth", word), "part of the language, not yet of this version");
}

const ir::schema::Block* resource_of(const Symbol& component, Scope& scope) {
  const Symbol* symbol = &component;
  // As deep as components can be built on one another without recursion; a cycle is reported elsewhere.
  for (int depth = 0; depth < 64; ++depth) {
    const ast::Entry* made = Component(*symbol).this_entry();
    if (made == nullptr || !made->key.is_name()) return nullptr;
    if (const ir::schema::Block* kind = ir::schema::resource_kind(made->key.text())) return kind;
    symbol = scope.find(std::get<ast::Name>(made->key.value));
    if (symbol == nullptr || symbol->kind != Symbol::Kind::component) return nullptr;
  }
  return nullptr;
}

Declarations declare(const LoadedStack& loaded, Scope& scope, Reporter& reporter) {
  for (std::size_t i = 0; i < loaded.modules.size(); ++i) {
    for (const ast::File& file : loaded.modules[i].files) scope.set_module(file.source, i);
  }
  Declarer declarer(scope, reporter);
  for (std::size_t i = 0; i < loaded.modules.size(); ++i) declarer.module(loaded.modules[i], i);
  declarer.imports(loaded);
  declarer.calls();
  declarer.recursion();
  return std::move(declarer.result);
}

}  // namespace berth::sema
