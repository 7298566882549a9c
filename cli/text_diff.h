#pragma once

#include <string>
#include <string_view>

namespace berth::cli {

/// The difference of two texts as `diff -u` writes it and `patch` reads it; "" when they are equal.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view name);

}  // namespace berth::cli
