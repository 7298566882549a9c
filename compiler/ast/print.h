#pragma once

#include <string>

#include "base/source.h"
#include "compiler/ast/ast.h"

namespace berth::ast {

struct PrintOptions {
  /// Lines to print spans with, as `@line:column-line:column`; null prints none.
  const SourceFile* spans = nullptr;
};

/// An indented dump: one line a node, children below it. For people and goldens; its form is not stable.
std::string print(const File& file, const PrintOptions& options = {});

/// The expression on one line with every operation in parentheses, as in `(a + (b * 2))`.
std::string print(const Expr& expr);
std::string print(const TypeExpr& type);

}  // namespace berth::ast
