#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "scheduler/model/instance.h"
#include "scheduler/model/placement.h"
#include "scheduler/model/resources.h"
#include "scheduler/model/task.h"

namespace berth::scheduler {

/// What a task definition asks of an instance.
struct TaskRequirements {
  Resources resources;
  /// Each must be on the instance with the same value; an empty value asks for the name alone.
  std::vector<Attribute> attributes;
  /// Of the task definition; they add to those of the service or the request.
  std::vector<PlacementConstraint> constraints{};
  bool operator==(const TaskRequirements&) const = default;
};

/// What the service, or RunTask, says of places.
struct PlacementPolicy {
  /// Of the task: distinctInstance, spread and task:group look at it.
  std::string group;
  std::vector<PlacementConstraint> constraints{};
  /// Empty: spread over availability zones.
  std::vector<PlacementStrategy> strategies{};
  bool operator==(const PlacementPolicy&) const = default;
};

/// An instance and what tasks already take of it.
struct InstanceLoad {
  Instance instance;
  Resources reserved{};
  /// Wanted tasks that run here or will, by their group.
  std::map<std::string, std::int64_t> groups{};
  /// Those of them that belong to REPLICA services: a draining instance keeps its daemons for them.
  std::int64_t replica_tasks = 0;
  bool operator==(const InstanceLoad&) const = default;
};

/// What `tasks` (of any service) take of `instance`. A task told to stop takes nothing: its resources count as free for
/// placement at once, the agent waits for them (optimistic release, ecs.md 4.1). O(tasks).
InstanceLoad load_of(Instance instance, const std::vector<Task>& tasks);

void reserve(InstanceLoad& load, const Resources& resources);
void release(InstanceLoad& load, const Resources& resources);
/// The same with the count of the task's group.
void add_task(InstanceLoad& load, const Task& task);
void remove_task(InstanceLoad& load, const Task& task);
std::int64_t tasks_of_group(const InstanceLoad& load, const std::string& group);

/// Why an instance can't take a task.
struct Rejection {
  std::string instance_id;
  std::string instance_arn;
  /// The failure reason of RunTask: "RESOURCE:CPU", "RESOURCE:MEMORY", "RESOURCE:PORTS", "AGENT", "ATTRIBUTE", "INACTIVE", or a sentence
  /// about the constraint.
  std::string reason;
  /// In words, with the numbers: "needs 512 CPU units, 256 of 1024 are free".
  std::string detail{};
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

/// The instance that takes the task: of those that can and satisfy all constraints, the strategies choose one after the other; then the one
/// with the fewest tasks of the group, then the fewest CPU units reserved, then the first. Pure (`random` follows from the loads); the caller
/// reserves. O(instances · strategies). Source: ecs.md 4.9.
Placement place(const TaskRequirements& requirements, const PlacementPolicy& policy, const std::vector<InstanceLoad>& loads);

/// Why the instance can't take the task, or nothing.
std::optional<Rejection> rejection_of(const TaskRequirements& requirements, const PlacementPolicy& policy, const InstanceLoad& load);

/// The value of a spread field on an instance: its id, or an attribute's value ("" without the attribute: a bucket of its own).
std::string spread_value(const Instance& instance, const std::string& field);

/// The provider whose turn it is when `tasks` (by provider) are there: the base first, then by weight. Empty without a strategy.
/// Source: ecs.md 3.2.
std::string next_provider(const std::vector<CapacityProviderShare>& strategy, const std::map<std::string, std::int64_t>& tasks);

/// The first constraint that can't be read, as InvalidParameterException.
Result<void> check_constraints(const std::vector<PlacementConstraint>& constraints);

/// The service event of a task that found no place (without the `(service S) ` prefix). Source: ecs.md 4.11.
std::string placement_event(const NotPlaced& result);

}  // namespace berth::scheduler
