#pragma once

#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/scope.h"

namespace berth::sema {

/// The top-level declarations of a stack, by what they are.
struct Declarations {
  const ast::Entry* stack = nullptr;
  Span stack_span;
  std::vector<Symbol*> values;  ///< parameters and lets, in the order of the source
  std::vector<const ast::Output*> outputs;
  std::vector<const ast::Assert*> asserts;
  /// Whether a loop or computed label makes names that are known only after evaluation.
  bool computed_names = false;
};

/// `service web`: the key and its labels.
Span header_span(const ast::Entry& entry);
/// "`use`", "`check`" … when the item is of a sort that this version does not carry out; "" when it is.
std::string_view uncarried_word(const ast::Item& item);
/// E0290 at `span`.
void report_uncarried(Reporter& reporter, Span span, std::string_view word);

/// Enters every top-level name into `scope`. Names declared twice (E0202) and reserved names (E0219) are reported, and so is every top-level
/// construct that is not carried out yet (E0290) or is none (E0201).
Declarations declare(const std::vector<ast::File>& files, Scope& scope, Reporter& reporter);

}  // namespace berth::sema
