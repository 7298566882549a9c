#include "compiler/sema/declare.h"

#include <fmt/format.h>

#include "base/suggest.h"
#include "ir/schema.h"

namespace berth::sema {
namespace {

class Declarer {
 public:
  Declarer(Scope& scope, Reporter& reporter) : scope_(scope), reporter_(reporter) {}

  void items(const std::vector<ast::Item>& items) {
    for (const ast::Item& item : items) this->item(item);
  }
  /// What is unknown may be the name of an import or component that is not carried out: reported already.
  void finish() {
    for (const ast::Entry* entry : unknown_) {
      const std::string word(entry->key.text());
      const Symbol* symbol = scope_.find(word);
      if (symbol == nullptr || symbol->kind != Symbol::Kind::uncarried) {
        unknown(*entry, word);
      } else if (entry->labels.size() == 1 && entry->labels.front().is_literal()) {
        add_uncarried({std::string(entry->labels.front().text()), entry->labels.front().span()}, "declaration");
      }
    }
  }
  Declarations result;

 private:
  void item(const ast::Item& item) {
    if (const auto* entry = ast::as<ast::Entry>(item)) return this->entry(*entry);
    if (const auto* param = ast::as<ast::Param>(item)) return value(item, param->name, Symbol::Kind::param, "parameter");
    if (const auto* let = ast::as<ast::Let>(item)) return value(item, let->name, Symbol::Kind::let, "let");
    if (const auto* function = ast::as<ast::Fn>(item)) {
      add({.name = function->name.text, .kind = Symbol::Kind::function, .span = function->name.span, .word = "function", .item = &item, .value = {}});
      return;
    }
    if (const auto* type = ast::as<ast::TypeDecl>(item)) return this->type(*type);
    if (const auto* output = ast::as<ast::Output>(item)) return result.outputs.push_back(output);
    if (const auto* assertion = ast::as<ast::Assert>(item)) return result.asserts.push_back(assertion);
    if (ast::as<ast::If>(item) != nullptr) return later();
    if (ast::as<ast::For>(item) != nullptr) return later();
    uncarried(item);
  }

  /// What a loop or condition holds gets its name when it is evaluated.
  void later() { result.computed_names = true; }

  void uncarried(const ast::Item& item) {
    report_uncarried(reporter_, item.span, uncarried_word(item));
    // Their names are known, so that uses of them are no second mistake.
    if (const auto* import = ast::as<ast::Import>(item)) add_uncarried(import->alias, "import");
    if (const auto* from = ast::as<ast::FromImport>(item)) {
      for (const ast::ImportedName& name : from->names) add_uncarried(name.alias ? *name.alias : name.name, "import");
    }
  }

  void entry(const ast::Entry& entry) {
    if (!entry.key.is_literal()) {
      reporter_.report("E0201", entry.key.span(), "the kind of a block is written out", "computed");
      return;
    }
    const std::string word(entry.key.text());
    if (word == "stack") return stack(entry);
    if (ir::schema::resource_kind(word) != nullptr) return resource(entry, word);
    if (ir::schema::is_planned_kind(word)) {
      report_uncarried(reporter_, header_span(entry), word);
      // `extern secret db`, `component web_service`: the last label is the name.
      if (!entry.labels.empty() && entry.labels.back().is_literal() && word != "override" && word != "environment" && word != "removed" && word != "test") {
        add_uncarried({std::string(entry.labels.back().text()), entry.labels.back().span()}, "declaration");
      }
      return;
    }
    unknown_.push_back(&entry);
  }

  void unknown(const ast::Entry& entry, const std::string& word) {
    std::vector<std::string> kinds = {"stack", "param", "let", "output"};
    for (const ir::schema::Block& kind : ir::schema::resource_kinds()) kinds.emplace_back(kind.kind);
    for (const std::string_view kind : ir::schema::planned_kinds()) kinds.emplace_back(kind);
    Diagnostic& diagnostic = reporter_.report("E0201", entry.key.span(), fmt::format("unknown kind `{}`", word), "nothing at the top of a file is called this");
    if (const auto meant = suggest(word, kinds)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(entry.key.span(), *meant);
    } else if (!entry.is_block() && entry.labels.empty()) {
      diagnostic.help(fmt::format("a value with a name is written `let {} = …`", word)).fix({entry.key.span().source, entry.key.span().begin, entry.key.span().begin}, "let ");
    } else {
      diagnostic.note(fmt::format("there are: {}", fmt::join(kinds, ", ")));
    }
    // A misspelt kind still declares its name.
    if (entry.is_block() && entry.labels.size() == 1 && entry.labels.front().is_literal()) {
      add_uncarried({std::string(entry.labels.front().text()), entry.labels.front().span()}, "declaration");
    }
  }

  void stack(const ast::Entry& entry) {
    if (result.stack != nullptr) {
      reporter_.report("E0202", header_span(entry), "`stack` is declared twice", "declared again here").label(result.stack_span, "first declared here");
      return;
    }
    result.stack = &entry;
    result.stack_span = header_span(entry);
  }

  void resource(const ast::Entry& entry, const std::string& kind) {
    if (entry.labels.size() != 1) return;  // reported when it is evaluated
    if (!entry.labels.front().is_literal()) {
      result.computed_names = true;
      return;
    }
    const std::string name(entry.labels.front().text());
    const ir::schema::Block* block = ir::schema::resource_kind(kind);
    add({.name = name,
         .kind = Symbol::Kind::resource,
         .span = entry.labels.front().span(),
         .word = block->kind,
         .value = {ir::Reference{{kind, name}}, {.span = entry.labels.front().span()}}});
  }

  void value(const ast::Item& item, const ast::Name& name, Symbol::Kind kind, std::string_view word) {
    if (Symbol* added = add({.name = name.text, .kind = kind, .span = name.span, .word = word, .item = &item, .value = {}})) result.values.push_back(added);
  }

  void type(const ast::TypeDecl& declaration) {
    const auto [known, added] = scope_.types.emplace(declaration.name.text, &declaration);
    if (added) return;
    reporter_.report("E0202", declaration.name.span, fmt::format("the type `{}` is declared twice", declaration.name.text), "declared again here")
        .label(known->second->name.span, "first declared here");
  }

  void add_uncarried(const ast::Name& name, std::string_view word) {
    add({.name = name.text, .kind = Symbol::Kind::uncarried, .span = name.span, .word = word, .value = {}});
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
    if (added == nullptr) {
      reporter_.report("E0202", span, fmt::format("`{}` is declared twice", name), "declared again here")
          .label(taken->span, fmt::format("first declared here, as a {}", taken->word))
          .note("one name, one thing, even across kinds");
    }
    return added;
  }

  Scope& scope_;
  Reporter& reporter_;
  std::vector<const ast::Entry*> unknown_;
};

}  // namespace

Span header_span(const ast::Entry& entry) {
  const Span key = entry.key.span();
  return entry.labels.empty() ? key : key.through(entry.labels.back().span());
}

std::string_view uncarried_word(const ast::Item& item) {
  if (ast::as<ast::Import>(item) != nullptr) return "import";
  if (ast::as<ast::FromImport>(item) != nullptr) return "from … import";
  if (ast::as<ast::Check>(item) != nullptr) return "check";
  if (ast::as<ast::Use>(item) != nullptr) return "use";
  if (ast::as<ast::Moved>(item) != nullptr) return "moved";
  return "";
}

void report_uncarried(Reporter& reporter, Span span, std::string_view word) {
  reporter.report("E0290", span, fmt::format("`{}` is not carried out by this version of berth", word), "part of the language, not yet of this version");
}

Declarations declare(const std::vector<ast::File>& files, Scope& scope, Reporter& reporter) {
  Declarer declarer(scope, reporter);
  for (const ast::File& file : files) declarer.items(file.items);
  declarer.finish();
  return std::move(declarer.result);
}

}  // namespace berth::sema
