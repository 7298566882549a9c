#pragma once

#include <string_view>
#include <vector>

namespace berth::engine {

/// The scripts of migrations/, in order; the n-th (from 1) brings a file from version n-1 to n. Generated from the files.
const std::vector<std::string_view>& migrations();

}  // namespace berth::engine
