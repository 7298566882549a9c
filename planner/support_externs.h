#pragma once

#include "base/diagnostic.h"
#include "ir/resource.h"

namespace berth::plan {

/// E0605 for each extern in use that Amazon ECS cannot be told of: by name where its ARN has a part that does not follow from that, by tag or name where ids are wanted.
void check_externs(const ir::Program& program, DiagnosticSink& sink);

}  // namespace berth::plan
