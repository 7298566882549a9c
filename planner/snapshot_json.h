#pragma once

#include "base/json.h"
#include "base/result.h"
#include "ir/resource.h"

namespace berth::plan {

/// Everything that a plan reads of what runs, for plan files.
Json snapshot_json(const ir::Snapshot& snapshot);
/// The reverse. Error code "plan-file".
Result<ir::Snapshot> snapshot_from_json(const Json& json);

}  // namespace berth::plan
