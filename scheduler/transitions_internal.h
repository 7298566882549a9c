#pragma once

#include <string>

#include "scheduler/transitions.h"

// Shared by settle.cpp and transitions.cpp only.

namespace berth::scheduler {

/// `settle` without counting a version.
void settle_in_place(Task& task, Timestamp now);

/// What changed since `before`; counts a version when anything did.
TaskChange note_change(const Task& before, Task& task);

/// "Name: detail", at most the 1024 characters of the API; the first reason stays.
void set_reason(Container& container, const std::string& error_name, const std::string& detail);

void clear_in_flight(Container& container);

}  // namespace berth::scheduler
