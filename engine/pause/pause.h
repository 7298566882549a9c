#pragma once

#include <string_view>

namespace berth::engine {

/// The static executable built from pause.c: the only file of the image whose container holds a task's network namespace.
std::string_view pause_program();

}  // namespace berth::engine
