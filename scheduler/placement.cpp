#include "scheduler/placement.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace berth::scheduler {
namespace {

bool has_port(const std::vector<HostPort>& ports, const HostPort& port) {
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

bool has_attribute(const Instance& instance, const Attribute& wanted) {
  return std::any_of(instance.attributes.begin(), instance.attributes.end(), [&](const Attribute& attribute) {
    return attribute.name == wanted.name && (wanted.value.empty() || attribute.value == wanted.value);
  });
}

bool port_taken(const InstanceLoad& load, const HostPort& port) {
  return has_port(load.instance.registered.ports, port) || has_port(load.reserved.ports, port);
}

/// A reason why an instance can't take a task. The order is that of the checks: a later one is a closer match.
struct Check {
  const char* reason;
  bool (*fails)(const TaskRequirements&, const InstanceLoad&);
};

constexpr Check kChecks[] = {
    {"INACTIVE",
     [](const TaskRequirements&, const InstanceLoad& load) { return load.instance.status != InstanceStatus::Active; }},
    {"AGENT", [](const TaskRequirements&, const InstanceLoad& load) { return !load.instance.agent_connected; }},
    {"ATTRIBUTE",
     [](const TaskRequirements& task, const InstanceLoad& load) {
       return !std::all_of(task.attributes.begin(), task.attributes.end(),
                           [&](const Attribute& wanted) { return has_attribute(load.instance, wanted); });
     }},
    {"RESOURCE:CPU",
     [](const TaskRequirements& task, const InstanceLoad& load) {
       return load.reserved.cpu + task.resources.cpu > load.instance.registered.cpu;
     }},
    {"RESOURCE:MEMORY",
     [](const TaskRequirements& task, const InstanceLoad& load) {
       return load.reserved.memory + task.resources.memory > load.instance.registered.memory;
     }},
    {"RESOURCE:PORTS",
     [](const TaskRequirements& task, const InstanceLoad& load) {
       return std::any_of(task.resources.ports.begin(), task.resources.ports.end(),
                          [&](const HostPort& port) { return port_taken(load, port); });
     }},
};

/// The index into kChecks of the first check that fails, or the number of checks.
std::size_t first_failure(const TaskRequirements& requirements, const InstanceLoad& load) {
  const auto failed =
      std::find_if(std::begin(kChecks), std::end(kChecks), [&](const Check& check) { return check.fails(requirements, load); });
  return static_cast<std::size_t>(failed - std::begin(kChecks));
}

bool better(const InstanceLoad& left, const InstanceLoad& right) {
  return std::tie(left.service_tasks, left.reserved.cpu) < std::tie(right.service_tasks, right.reserved.cpu);
}

/// The tail of the event for the closest match.
std::string closest_match(const Rejection& rejection) {
  const std::string start = fmt::format(" The closest matching (container-instance {}) ", rejection.instance_id);
  if (rejection.reason == "RESOURCE:CPU") return start + "has insufficient CPU units available.";
  if (rejection.reason == "RESOURCE:MEMORY") return start + "has insufficient memory available.";
  if (rejection.reason == "RESOURCE:PORTS") return start + "is already using a port required by your task.";
  if (rejection.reason == "ATTRIBUTE") return start + "is missing an attribute required by your task.";
  if (rejection.reason == "AGENT") return start + "doesn't have the agent connected.";
  return start + fmt::format("encountered error \"{}\".", rejection.reason);
}

}  // namespace

void reserve(InstanceLoad& load, const Resources& resources) {
  load.reserved.cpu += resources.cpu;
  load.reserved.memory += resources.memory;
  load.reserved.ports.insert(load.reserved.ports.end(), resources.ports.begin(), resources.ports.end());
}

void release(InstanceLoad& load, const Resources& resources) {
  load.reserved.cpu -= resources.cpu;
  load.reserved.memory -= resources.memory;
  for (const HostPort& port : resources.ports) {
    const auto found = std::find(load.reserved.ports.begin(), load.reserved.ports.end(), port);
    if (found != load.reserved.ports.end()) load.reserved.ports.erase(found);
  }
}

InstanceLoad load_of(Instance instance, const std::vector<Task>& tasks) {
  InstanceLoad load{.instance = std::move(instance)};
  for (const Task& task : tasks) {
    if (task.instance_id != load.instance.id) continue;
    if (task.desired_status == DesiredStatus::Running && task.last_status != TaskStatus::Stopped) reserve(load, task.reserved);
  }
  return load;
}

Placement place(const TaskRequirements& requirements, const std::vector<InstanceLoad>& loads) {
  std::optional<std::size_t> best;
  std::vector<std::pair<std::size_t, std::size_t>> failures;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const std::size_t failure = first_failure(requirements, loads[i]);
    if (failure < std::size(kChecks)) {
      failures.emplace_back(failure, i);
    } else if (!best || better(loads[i], loads[*best])) {
      best = i;
    }
  }
  if (best) return Placed{.index = *best, .instance_id = loads[*best].instance.id};

  std::stable_sort(failures.begin(), failures.end(),
                   [](const auto& left, const auto& right) { return left.first > right.first; });
  NotPlaced result;
  for (const auto& [failure, i] : failures) {
    result.rejections.push_back({loads[i].instance.id, loads[i].instance.arn, kChecks[failure].reason});
  }
  return result;
}

std::string placement_event(const NotPlaced& result) {
  const std::string text = "was unable to place a task because no container instance met all of its requirements.";
  if (result.rejections.empty()) return text + " Reason: No Container Instances were found in your cluster.";
  return text + closest_match(result.rejections.front()) +
         " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
}

}  // namespace berth::scheduler
