#pragma once

#include <string_view>

namespace berth {

/// Ends the process with the place and the condition: an invariant of ours is broken, the user's input never is the cause.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string_view note);

}  // namespace berth

/// For broken invariants; never reachable from user input.
#define BERTH_CHECK(condition, note) \
  (static_cast<bool>(condition) ? void(0) : ::berth::check_failed(__FILE__, __LINE__, #condition, note))
