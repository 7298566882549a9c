#pragma once

#include "base/diagnostic.h"
#include "planner/planner.h"

namespace berth::plan {

/// Says of each service that is changed what its rollout will do, one service after the other on the same instances. Reports what can never finish: E0620, or a
/// warning of the plan where instances may come.
void rehearse_all(Plan& plan, const Options& options, DiagnosticSink& sink);

}  // namespace berth::plan
