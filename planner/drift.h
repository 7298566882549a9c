#pragma once

#include <vector>

#include "planner/ownership.h"
#include "planner/plan.h"

namespace berth::plan {

/// What others did to our resources since the last apply. Somebody else made a difference when the tag berth:hash says that the wanted content was
/// applied already. Sorted by address.
std::vector<Drift> find_drift(const std::vector<Change>& changes, const Ownership& live);

}  // namespace berth::plan
