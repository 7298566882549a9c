#pragma once

#include <vector>

#include "base/diagnostic.h"
#include "planner/planner.h"

namespace berth::plan {

/// What the target does not carry out, of the settings that the user wrote: one warning a row of the schema for what it only stores, E0603 for what it rejects.
std::vector<Warning> check_support(const ir::Program& program, const Options& options, DiagnosticSink& sink);

}  // namespace berth::plan
