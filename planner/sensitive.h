#pragma once

#include <string_view>

#include "ir/resource.h"

namespace berth::plan {

struct Plan;

/// Makes program and snapshot fit to be shown: what is sensitive in the program gets its mark under `key`, and what runs is made sensitive where the
/// program is, and, on resources with the tag `berth:sensitive`, where an earlier program may have been. Comparing them gives the same result as before.
void hide_sensitive(ir::Program& program, ir::Snapshot& snapshot, std::string_view key);

/// Whether a plan has sensitive values: it cannot be written to a file then, since carrying it out needs them.
bool has_sensitive(const Plan& plan);

}  // namespace berth::plan
