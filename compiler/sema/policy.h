#pragma once

#include "compiler/sema/evaluate.h"
#include "ir/resource.h"

namespace berth::sema {

/// What `stack` is for `check` and `test`: its name, region and tags, and everything in the program: `services`, `tasks`, `clusters`, `jobs`,
/// `containers`, `env_vars`. Each is a list of maps with all fields of the schema (null when unset), `name`, `kind` and `address`; a service has its
/// `task` and that has its `containers`.
Map stack_model(const ir::Program& program);

/// Runs the assertions of `check` over the elements it names. What does not hold is E0131, or W0507 when the check is advisory. Nothing is run of a
/// check that reads `plan`: that is for those who have one.
void run_check(const ast::Check& check, Evaluator& evaluator);

}  // namespace berth::sema
