#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace berth::exporting {

/// A document of maps, lists and plain values as YAML in block style: texts in double quotes, keys in the order of `order` where they stand in it, then by
/// name.
std::string to_yaml(const Json& document, const std::vector<std::string_view>& order);

}  // namespace berth::exporting
