#pragma once

#include <string>

#include "scheduler/transitions.h"

// Shared by settle.cpp, transitions.cpp and commit.cpp only.

namespace berth::scheduler {

/// `settle` without counting a version.
void settle_in_place(Task& task, Timestamp now);

/// `request_stop` without settling: what the stop means for the containers is for the task's own runner to find.
void mark_to_stop(Task& task, StopCode code, const std::string& reason, Timestamp now);

/// What changed since `before`; counts a version when anything did.
TaskChange note_change(const Task& before, Task& task);

/// "Name: detail", at most the 1024 characters of the API; the first reason stays.
void set_reason(Container& container, const std::string& error_name, const std::string& detail);

void clear_in_flight(Container& container);

}  // namespace berth::scheduler
