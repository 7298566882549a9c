#pragma once

#include <string>
#include <vector>

#include "ir/resource.h"
#include "planner/room.h"
#include "scheduler/placement.h"

namespace berth::plan {

// Room and tasks in the words of the scheduler.

/// The instances with what tasks take of them.
std::vector<scheduler::InstanceLoad> loads_of(const Room& room);
/// Ids of the instances that the tasks of a service run on, one a task.
std::vector<std::string> homes_of(const Room& room, const std::string& service);
/// What a task with that body asks of an instance.
scheduler::TaskRequirements requirements_of(const ir::Value& task);
/// What a service with that body says of places.
scheduler::PlacementPolicy policy_of(const ir::Value& service, const std::string& name);

}  // namespace berth::plan
