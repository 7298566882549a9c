#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "scheduler/model/instance.h"
#include "scheduler/model/resources.h"
#include "scheduler/model/task.h"

namespace berth::scheduler {

/// What a task definition asks of an instance.
struct TaskRequirements {
  Resources resources;
  /// Each must be on the instance with the same value; an empty value asks for the name alone.
  std::vector<Attribute> attributes;
  bool operator==(const TaskRequirements&) const = default;
};

/// An instance and what tasks already take of it.
struct InstanceLoad {
  Instance instance;
  Resources reserved;
  /// Tasks of the service being placed that run here or will.
  std::int64_t service_tasks = 0;
  bool operator==(const InstanceLoad&) const = default;
};

/// What `tasks` (of any service) take of `instance`. A task told to stop takes nothing: its resources count as free for
/// placement at once, the agent waits for them (optimistic release, ecs.md 4.1). O(tasks).
InstanceLoad load_of(Instance instance, const std::vector<Task>& tasks);

void reserve(InstanceLoad& load, const Resources& resources);
void release(InstanceLoad& load, const Resources& resources);

/// Why an instance can't take a task.
struct Rejection {
  std::string instance_id;
  std::string instance_arn;
  /// The failure reason of RunTask: "RESOURCE:CPU", "RESOURCE:MEMORY", "RESOURCE:PORTS", "AGENT", "ATTRIBUTE", "INACTIVE".
  std::string reason;
  bool operator==(const Rejection&) const = default;
};

/// Where a task goes.
struct Placed {
  /// Index into the loads that were given.
  std::size_t index = 0;
  std::string instance_id;
  bool operator==(const Placed&) const = default;
};

/// No instance takes the task; the closest match is first.
struct NotPlaced {
  std::vector<Rejection> rejections;
  bool operator==(const NotPlaced&) const = default;
};

using Placement = std::variant<Placed, NotPlaced>;

/// The instance that takes the task: of those that can, the one with the fewest tasks of the service, then the fewest
/// CPU units reserved, then the first. Pure; the caller reserves. O(instances).
Placement place(const TaskRequirements& requirements, const std::vector<InstanceLoad>& loads);

/// The service event of a task that found no place (without the `(service S) ` prefix). Source: ecs.md 4.11.
std::string placement_event(const NotPlaced& result);

}  // namespace berth::scheduler
