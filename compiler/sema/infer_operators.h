#pragma once

#include <optional>

#include "compiler/sema/infer_types.h"

namespace berth::sema::infer {

/// The type of `left op right` for values that are not null; nothing when no two values of the types have a result (E0117). `and`, `or` and `??` are
/// not asked here.
std::optional<Known> operator_result(ast::BinaryOp op, const Known& left, const Known& right);
std::optional<Known> operator_result(ast::UnaryOp op, const Known& operand);

}  // namespace berth::sema::infer
