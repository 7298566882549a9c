#pragma once

#include <string>
#include <string_view>

namespace berth {

/// A pointer to the one copy of `text` that lives as long as the process; equal texts give equal pointers. For names from
/// source files and the schema, not for unbounded input. Thread-safe.
const std::string* intern(std::string_view text);

}  // namespace berth
