#include "compiler/ast/ast.h"

#include <array>

namespace berth::ast {

std::string_view spelling(UnaryOp op) { return op == UnaryOp::negate ? "-" : "not"; }

std::string_view spelling(BinaryOp op) {
  static constexpr std::array<std::string_view, 15> kSpellings = {"or", "and", "==", "!=", "<", "<=", ">", ">=",
                                                                  "in", "??",  "..", "+",  "-", "*",  "/"};
  return kSpellings[static_cast<std::size_t>(op)];
}

}  // namespace berth::ast
