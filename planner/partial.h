#pragma once

#include <vector>

#include "planner/planner.h"

namespace berth::plan {

/// Takes out of the program what the target does not carry out at all (ir::schema::Support::not_carried_out): whole resources, blocks, settings. What
/// is left is what is planned and sent; the result says what is missing.
std::vector<NotCarriedOut> take_out(ir::Program& program, const Options& options);

}  // namespace berth::plan
