#pragma once

#include <string>
#include <string_view>

namespace berth::test {

/// Unified diff of two texts by lines with three lines of context, "" when they are equal. Lines that differ only in invisible
/// characters (carriage return, tab, trailing blank) are shown with these made visible.
std::string unified_diff(std::string_view expected, std::string_view actual);

}  // namespace berth::test
