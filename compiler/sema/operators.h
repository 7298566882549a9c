#pragma once

#include "compiler/ast/ast.h"
#include "compiler/sema/budget.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/value.h"

namespace berth::sema {

/// An operand and where it is written.
struct Operand {
  const Value& value;
  Span span;
};

/// The arithmetic, comparing and membership operators (not `and`, `or`, `??`, which decide whether to evaluate). Exact and checked: what the table of
/// docs/language.md does not have is E0117, what is not exact E0118, what leaves 64 bits or becomes negative E0122, division by zero E0123.
/// The result has no origin yet.
Value apply(ast::BinaryOp op, const Operand& left, const Operand& right, Span span, Reporter& reporter, Budget& budget);
Value apply(ast::UnaryOp op, const Operand& operand, Span span, Reporter& reporter);

}  // namespace berth::sema
