#pragma once

#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/loader.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/scope.h"

namespace berth::sema {

/// The top-level declarations of a stack, by what they are.
struct Declarations {
  const ast::Entry* stack = nullptr;
  Span stack_span;
  std::vector<Symbol*> values;  ///< parameters and lets of the stack, in the order of the source
  std::vector<const ast::Output*> outputs;
  std::vector<const ast::Assert*> asserts;
  std::vector<const ast::Check*> checks;
  std::vector<const ast::Item*> moved;
  std::vector<const ast::Entry*> removed;
  std::vector<const ast::Entry*> environments;
  std::vector<const ast::Entry*> tests;
  /// Whether a loop or computed label makes names that are known only after evaluation.
  bool computed_names = false;
};

/// `service web`: the key and its labels.
Span header_span(const ast::Entry& entry);
/// E0290 at `span`.
void report_uncarried(Reporter& reporter, Span span, std::string_view word);
/// The resource kind of the block that a component calls `this`: by the component's own text, or the one it is built on. Null when it makes none.
const ir::schema::Block* resource_of(const Symbol& component, Scope& scope);

/// Enters every top-level name of the stack and of its modules into `scope`, and every import into its file. Names declared twice (E0202), reserved
/// names (E0219), components that use themselves (E0211) and imports of what does not exist (E0204) are reported, and so is every top-level construct
/// that is none (E0201) or does not belong where it stands (E0222).
Declarations declare(const LoadedStack& loaded, Scope& scope, Reporter& reporter);

}  // namespace berth::sema
