#pragma once

#include <vector>

#include "base/diagnostic.h"
#include "planner/planner.h"

namespace berth::plan {

/// What the target does not carry out, of the settings that the user wrote: one warning a row of the schema for what it only stores, E0603 for what it rejects.
/// For Amazon ECS also E0605: an extern whose ARN or ids nobody can tell from what the source says.
std::vector<Warning> check_support(const ir::Program& program, const Options& options, DiagnosticSink& sink);

}  // namespace berth::plan
