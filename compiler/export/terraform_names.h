#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace berth::exporting {

/// The arguments of a resource of Terraform's AWS provider from the input of the ECS call that makes it: members in snake case, and what the provider
/// calls or places otherwise. `containerDefinitions` stays as it is. What it has no argument for is taken out and named in `missing`, with dots.
Json terraform_arguments(std::string_view operation, Json input, std::vector<std::string>& missing);

}  // namespace berth::exporting
