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

namespace berth::sema {

/// Variables of comprehensions, loops, functions and blocks around an expression.
struct Frame {
  std::shared_ptr<const Frame> parent;
  std::vector<std::pair<std::string_view, Value>> names;

  /// The value of `name` here or further out, or null.
  [[nodiscard]] const Value* find(std::string_view name) const;
};
using FramePtr = std::shared_ptr<const Frame>;

/// A name of the directory's one namespace.
struct Symbol {
  enum class Kind { param, let, function, resource, uncarried };
  enum class State { untouched, running, done };

  std::string name;
  Kind kind = Kind::uncarried;
  Span span;                    ///< the name where it is declared
  std::string_view word;        ///< "parameter", "service" …: what it is, for messages
  const ast::Item* item = nullptr;  ///< param, let, function
  State state = State::untouched;
  Value value;          ///< param, let: once done; resource: the reference
  bool used = false;
  int active_calls = 0;  ///< function: calls that have not returned
};

/// The names of one stack.
class Scope {
 public:
  /// Null when the name is taken; `*taken` is its owner then.
  Symbol* declare(Symbol symbol, Symbol** taken);
  [[nodiscard]] Symbol* find(std::string_view name);
  [[nodiscard]] std::deque<Symbol>& symbols() { return symbols_; }
  /// The type aliases: a namespace of their own.
  std::unordered_map<std::string_view, const ast::TypeDecl*> types;
  /// The nearest name, for "did you mean". Null when none is near, and after many questions: each looks at every name.
  [[nodiscard]] const Symbol* nearest(std::string_view name);

 private:
  int suggestions_left_ = 100;
  std::deque<Symbol> symbols_;
  std::unordered_map<std::string_view, Symbol*> by_name_;
};

/// `environment`, `stack`, `this`, `it`: names that cannot be declared.
bool is_reserved(std::string_view name);

}  // namespace berth::sema
