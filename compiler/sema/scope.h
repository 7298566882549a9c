#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/value.h"
#include "ir/schema.h"

namespace berth::sema {

/// A `let` that is evaluated when something asks for it: in a component, where it may read the resources that are made beside it.
struct LazyLet {
  const ast::Let* let = nullptr;
  enum class State { untouched, running, done } state = State::untouched;
  Value value;
};

/// Variables of comprehensions, loops, functions, components and blocks around an expression.
struct Frame {
  std::shared_ptr<const Frame> parent;
  std::vector<std::pair<std::string_view, Value>> names;
  /// Whose settings may be named bare (`ignore = [replicas]`); null: nobody's.
  const ir::schema::Block* fields = nullptr;
  /// Evaluated in `parent`.
  std::shared_ptr<LazyLet> lazy = nullptr;

  /// The value of `name` here or further out, or null. That of a lazy `let` may not be there yet: Evaluator::local asks for it.
  [[nodiscard]] const Value* find(std::string_view name) const;
};
using FramePtr = std::shared_ptr<const Frame>;

FramePtr extend(const FramePtr& frame, std::vector<std::pair<std::string_view, Value>> names);

/// A name of a module's one namespace.
struct Symbol {
  enum class Kind {
    param,
    let,
    function,
    resource,   ///< cluster, task, service …
    external,   ///< `extern`
    component,
    instance,   ///< of a component: stands for the resource that the component calls `this`
    preset,
    module,     ///< `import "…" as name`
    uncarried,  ///< something that was reported: stands for anything
  };
  enum class State { untouched, running, done };

  std::string name;
  Kind kind = Kind::uncarried;
  Span span;                          ///< the name where it is declared
  std::string_view word;              ///< "parameter", "service" …: what it is, for messages
  const ast::Item* item = nullptr;    ///< the declaration; null for what a loop makes
  const ast::Entry* entry = nullptr;  ///< the same for blocks: resource, extern, component, preset
  State state = State::untouched;
  Value value;                        ///< param, let: once done; resource, external, instance: the reference
  std::size_t module = 0;             ///< module: which one; others: where it is declared
  bool used = false;
  int active_calls = 0;               ///< function: calls that have not returned; component: instances being expanded
};

/// A name that an import makes visible in one file.
struct Imported {
  ast::Name name;      ///< as this file calls it
  Symbol* symbol = nullptr;               ///< null for a type
  const ast::TypeDecl* type = nullptr;    ///< null for a value
  Span item;           ///< the import
  bool alone = false;  ///< the only name of its import
  bool used = false;
};

/// The names of a stack and of the modules it imports: one namespace a module, and what each file imports into it. Where a name stands says where
/// it is looked up.
class Scope {
 public:
  /// Files of `source` belong to `module`; texts of unknown sources (values of `--var`) to module 0, the stack.
  void set_module(SourceId source, std::size_t module);
  [[nodiscard]] std::size_t module_of(SourceId source) const;

  /// Enters a symbol into the module of its span. Null when the name is taken; `*taken` is its owner then.
  Symbol* declare(Symbol symbol, Symbol** taken);
  /// Enters a type into the module of its name; the one that was there before, or null.
  const ast::TypeDecl* declare_type(const ast::TypeDecl& type);
  /// Makes a name visible in the file of its span; false when that file has an import of that name already.
  bool import(Imported imported);

  /// Keeps a symbol that no module declares: an imported module, or something in place of what could not be imported.
  Symbol& hold(Symbol symbol) { return held_.emplace_back(std::move(symbol)); }

  /// What a name stands for at its place: the file's imports, then the module.
  [[nodiscard]] Symbol* find(const ast::Name& name) { return find(name.text, name.span.source); }
  [[nodiscard]] Symbol* find(std::string_view name, SourceId at);
  /// A name of the stack itself.
  [[nodiscard]] Symbol* find(std::string_view name) { return in_module(name, 0); }
  [[nodiscard]] Symbol* in_module(std::string_view name, std::size_t module);
  [[nodiscard]] const ast::TypeDecl* find_type(const ast::Name& name);
  [[nodiscard]] const ast::TypeDecl* type_in_module(std::string_view name, std::size_t module);

  [[nodiscard]] std::deque<Symbol>& symbols() { return symbols_; }
  [[nodiscard]] std::deque<Imported>& imports() { return imports_; }
  /// The nearest name visible at `at`, for "did you mean". Null when none is near, and after many questions: each looks at every name.
  [[nodiscard]] const Symbol* nearest(std::string_view name, SourceId at);
  [[nodiscard]] std::vector<std::string> type_names(SourceId at) const;

 private:
  struct Module {
    std::unordered_map<std::string_view, Symbol*> symbols;
    std::unordered_map<std::string_view, const ast::TypeDecl*> types;
  };
  Module& module(std::size_t index);
  Imported* imported(std::string_view name, SourceId at, bool type);

  int suggestions_left_ = 100;
  std::deque<Symbol> symbols_;
  std::deque<Symbol> held_;
  std::deque<Imported> imports_;
  std::vector<Module> modules_;
  std::unordered_map<SourceId, std::size_t> module_of_;
  std::unordered_map<SourceId, std::unordered_map<std::string_view, Imported*>> imported_;       ///< by file
  std::unordered_map<SourceId, std::unordered_map<std::string_view, Imported*>> imported_types_;  ///< by file
};

/// `environment`, `stack`, `this`, `it`: names that cannot be declared.
bool is_reserved(std::string_view name);
/// What names of resources, stacks and environments are made of; they stand in tags: letters, digits, `_` and `-`, at most 200.
bool is_plain_name(std::string_view name);

}  // namespace berth::sema
