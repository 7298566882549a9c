#pragma once

#include <set>

#include "compiler/ast/ast.h"
#include "compiler/loader.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/scope.h"

namespace berth::sema {

/// Looks at every name of the source once, also where evaluation will not come by: unknown names (E0204; left to evaluation while
/// `computed_names`), names that hide others (E0205), and afterwards what nobody uses (W0501). Marks symbols as used. Gives the checks that read
/// `plan`, which only those have who made one.
std::set<const ast::Check*> bind_names(const LoadedStack& loaded, Scope& scope, bool computed_names, Reporter& reporter);

/// E0204 with the nearest name.
void report_unknown_name(const ast::Name& name, Scope& scope, Reporter& reporter, std::string_view wanted = "");

}  // namespace berth::sema
