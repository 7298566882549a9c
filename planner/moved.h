#pragma once

#include <vector>

#include "ir/resource.h"

namespace berth::plan {

/// Carries out `moved a -> b` on what runs: a live resource of ours that has the address `a` gets `b`, where nothing of ours has that already, and so
/// do references to it. The task that stands in a service or job moves with it. Gives the `moved` lines that are spent: nothing live has their
/// old address.
std::vector<ir::Moved> carry_over(const ir::Program& program, ir::Snapshot& snapshot);

}  // namespace berth::plan
