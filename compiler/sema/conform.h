#pragma once

#include <string_view>

#include "compiler/sema/reporter.h"
#include "compiler/sema/type.h"
#include "compiler/sema/value.h"

namespace berth::sema {

/// What receives a value, for messages.
struct Place {
  std::string_view name;       ///< `memory`; "" for parts of lists
  Span written;                ///< the user's expression; the primary label
  Span declared;               ///< where the type stands in the source, if it does
  bool literal_text = false;   ///< whether an int or bool *literal* counts as text, as in `env`
  bool literal = false;        ///< whether the expression is a literal
  bool argument_first = false; ///< inside a component: the primary label stands where the value comes from, with its caller
};

/// Evaluates the `where` conditions and default values of types.
class TypeEvaluator {
 public:
  virtual ~TypeEvaluator() = default;
  /// Whether the condition holds for `it`; false has been reported.
  virtual bool holds(const ast::Where& where, const Value& it, Span written) = 0;
  /// The value of an expression without local names.
  virtual Value constant(const ast::Expr& expression) = 0;
};

/// `value` as `type` takes it (int -> decimal, defaults of records filled in), or poison after reporting why not. Null passes only where the type
/// is optional. The codes: E0104–E0110, E0112, E0113, E0115, E0124, and E0201 and E0213 for fields of records.
Value conform(Value value, const Type& type, const Place& place, TypeEvaluator& evaluator, Reporter& reporter);

}  // namespace berth::sema
