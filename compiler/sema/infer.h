#pragma once

#include "compiler/loader.h"
#include "compiler/sema/evaluate.h"
#include "compiler/sema/scope.h"

namespace berth::sema {

/// Looks at the types of everything that is written, also where this run's values do not come by: branches that are not taken, functions and components
/// that nobody calls, environments that are not chosen, parameters that are null only elsewhere. What is certainly wrong is handed to the evaluator's
/// reporter to wait (Reporter::later), so that evaluation may say it with values. Names are bound before; nothing is evaluated.
void check_types(const LoadedStack& loaded, Scope& scope, Evaluator& evaluator);

}  // namespace berth::sema
