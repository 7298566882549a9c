#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace berth::exporting {

/// The properties of a CloudFormation resource from the input of the ECS call that makes it: the same tree with the members' names in capitals, and the
/// names that CloudFormation has of its own. What it has no property for is taken out and named in `missing`, with dots.
Json cloudformation_properties(std::string_view operation, const Json& input, std::vector<std::string>& missing);

}  // namespace berth::exporting
