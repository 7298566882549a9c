#include "scheduler/placement.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "scheduler/query.h"

namespace berth::scheduler {
namespace {

constexpr const char* kZone = "attribute:ecs.availability-zone";

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

std::int64_t tasks_on(const InstanceLoad& load) {
  std::int64_t all = 0;
  for (const auto& [group, count] : load.groups) all += count;
  return all;
}

bool satisfies(const PlacementConstraint& constraint, const PlacementPolicy& policy, const InstanceLoad& load) {
  if (constraint.type == ConstraintType::DistinctInstance) return tasks_of_group(load, policy.group) == 0;
  const auto query = ClusterQuery::parse(constraint.expression);
  return query && matches(*query, {.instance = load.instance, .groups = load.groups, .running_tasks = tasks_on(load)});
}

const PlacementConstraint* first_broken(const TaskRequirements& task, const PlacementPolicy& policy, const InstanceLoad& load) {
  for (const auto* list : {&task.constraints, &policy.constraints}) {
    for (const PlacementConstraint& constraint : *list) {
      if (!satisfies(constraint, policy, load)) return &constraint;
    }
  }
  return nullptr;
}

std::string shortage(const char* what, std::int64_t needed, std::int64_t reserved, std::int64_t all) {
  return fmt::format("needs {} {}, {} of {} are free", needed, what, all - reserved, all);
}

/// The checks in their order; a later one is a closer match. Reason and detail of the first that fails, and its place in the order.
struct Failure {
  int rank = 0;
  std::string reason;
  std::string detail;
};

std::optional<Failure> failure_of(const TaskRequirements& task, const PlacementPolicy& policy, const InstanceLoad& load) {
  const Instance& instance = load.instance;
  if (instance.status != InstanceStatus::Active) return Failure{0, "INACTIVE", fmt::format("is {}", name_of(instance.status))};
  if (!instance.agent_connected) return Failure{1, "AGENT", "its agent is not connected"};
  for (const Attribute& wanted : task.attributes) {
    if (!has_attribute(instance, wanted)) return Failure{2, "ATTRIBUTE", fmt::format("has no attribute {}", wanted.name)};
  }
  if (const PlacementConstraint* broken = first_broken(task, policy, load)) {
    if (broken->type == ConstraintType::MemberOf) {
      return Failure{3, "MemberOf placement constraint unsatisfied.", fmt::format("is no member of: {}", broken->expression)};
    }
    return Failure{3, "DistinctInstance placement constraint unsatisfied.", fmt::format("has a task of the group {} already", policy.group)};
  }
  if (load.reserved.cpu + task.resources.cpu > instance.registered.cpu) {
    return Failure{4, "RESOURCE:CPU", shortage("CPU units", task.resources.cpu, load.reserved.cpu, instance.registered.cpu)};
  }
  if (load.reserved.memory + task.resources.memory > instance.registered.memory) {
    return Failure{5, "RESOURCE:MEMORY", shortage("MiB of memory", task.resources.memory, load.reserved.memory, instance.registered.memory)};
  }
  for (const HostPort& port : task.resources.ports) {
    if (port_taken(load, port)) return Failure{6, "RESOURCE:PORTS", fmt::format("its port {}/{} is taken", port.port, port.protocol)};
  }
  return std::nullopt;
}

/// Order without meaning that is the same for the same loads: FNV-1a of the id, begun with how much is placed already.
std::uint64_t lot(const Instance& instance, std::uint64_t seed) {
  std::uint64_t hash = 14695981039346656037ull ^ (seed * 0x9E3779B97F4A7C15ull);
  for (const unsigned char byte : instance.id) hash = (hash ^ byte) * 1099511628211ull;
  return hash ^ (hash >> 29);
}

/// Candidates by index, refined by one strategy after the other.
class Choice {
 public:
  Choice(const PlacementPolicy& policy, const TaskRequirements& task, const std::vector<InstanceLoad>& loads)
      : policy_(policy), task_(task), loads_(loads) {}

  std::size_t best_of(std::vector<std::size_t> candidates) const {
    if (policy_.strategies.empty()) spread(candidates, kZone);
    for (const PlacementStrategy& strategy : policy_.strategies) refine(candidates, strategy);
    return *std::min_element(candidates.begin(), candidates.end(), [&](std::size_t left, std::size_t right) {
      return std::make_tuple(mine(left), loads_[left].reserved.cpu, left) < std::make_tuple(mine(right), loads_[right].reserved.cpu, right);
    });
  }

 private:
  [[nodiscard]] std::int64_t mine(std::size_t index) const { return tasks_of_group(loads_[index], policy_.group); }

  template <class KeyOf>
  static void keep_least(std::vector<std::size_t>& candidates, KeyOf key_of) {
    auto least = key_of(candidates.front());
    for (const std::size_t index : candidates) least = std::min(least, key_of(index));
    candidates.erase(std::remove_if(candidates.begin(), candidates.end(), [&](std::size_t index) { return key_of(index) != least; }),
                     candidates.end());
  }

  /// Counts tasks on all instances of a bucket, also on those that can't take this one.
  void spread(std::vector<std::size_t>& candidates, const std::string& field) const {
    std::map<std::string, std::int64_t> tasks;
    for (std::size_t i = 0; i < loads_.size(); ++i) tasks[spread_value(loads_[i].instance, field)] += mine(i);
    keep_least(candidates, [&](std::size_t index) { return tasks[spread_value(loads_[index].instance, field)]; });
  }

  void refine(std::vector<std::size_t>& candidates, const PlacementStrategy& strategy) const {
    switch (strategy.type) {
      case StrategyType::Spread: return spread(candidates, strategy.field);
      case StrategyType::Binpack:
        return keep_least(candidates, [&](std::size_t index) {
          const InstanceLoad& load = loads_[index];
          const bool cpu = strategy.field == "cpu" || strategy.field == "CPU";
          return cpu ? load.instance.registered.cpu - load.reserved.cpu : load.instance.registered.memory - load.reserved.memory;
        });
      case StrategyType::Random: {
        std::uint64_t seed = static_cast<std::uint64_t>(task_.resources.cpu);
        for (const InstanceLoad& load : loads_) seed = seed * 31 + static_cast<std::uint64_t>(tasks_on(load));
        return keep_least(candidates, [&](std::size_t index) { return lot(loads_[index].instance, seed); });
      }
    }
  }

  const PlacementPolicy& policy_;
  const TaskRequirements& task_;
  const std::vector<InstanceLoad>& loads_;
};

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

void add_task(InstanceLoad& load, const Task& task) {
  reserve(load, task.reserved);
  ++load.groups[task.group];
  if (!task.service_name.empty() && !task.daemon) ++load.replica_tasks;
}

void remove_task(InstanceLoad& load, const Task& task) {
  release(load, task.reserved);
  if (const auto group = load.groups.find(task.group); group != load.groups.end() && --group->second <= 0) load.groups.erase(group);
  if (!task.service_name.empty() && !task.daemon) --load.replica_tasks;
}

std::int64_t tasks_of_group(const InstanceLoad& load, const std::string& group) {
  const auto found = load.groups.find(group);
  return found == load.groups.end() ? 0 : found->second;
}

InstanceLoad load_of(Instance instance, const std::vector<Task>& tasks) {
  InstanceLoad load{.instance = std::move(instance)};
  for (const Task& task : tasks) {
    if (task.instance_id != load.instance.id) continue;
    if (task.desired_status == DesiredStatus::Running && task.last_status != TaskStatus::Stopped) add_task(load, task);
  }
  return load;
}

std::string spread_value(const Instance& instance, const std::string& field) {
  constexpr std::string_view kAttribute = "attribute:";
  if (field.compare(0, kAttribute.size(), kAttribute) != 0) return instance.id;
  for (const Attribute& attribute : instance.attributes) {
    if (attribute.name == std::string_view(field).substr(kAttribute.size())) return attribute.value;
  }
  return "";
}

Result<void> check_constraints(const std::vector<PlacementConstraint>& constraints) {
  for (const PlacementConstraint& constraint : constraints) {
    if (constraint.type == ConstraintType::MemberOf) {
      BERTH_TRY_VOID(ClusterQuery::parse(constraint.expression));
    }
  }
  return {};
}

std::string next_provider(const std::vector<CapacityProviderShare>& strategy, const std::map<std::string, std::int64_t>& tasks) {
  const CapacityProviderShare* best = nullptr;
  double least = 0;
  for (const CapacityProviderShare& share : strategy) {
    const auto found = tasks.find(share.provider);
    const std::int64_t count = found == tasks.end() ? 0 : found->second;
    if (count < share.base) return share.provider;
    if (share.weight == 0) continue;
    const double filled = static_cast<double>(count - share.base) / static_cast<double>(share.weight);
    if (best != nullptr && filled >= least) continue;
    best = &share;
    least = filled;
  }
  if (best != nullptr) return best->provider;
  return strategy.empty() ? "" : strategy.front().provider;
}

std::optional<Rejection> rejection_of(const TaskRequirements& requirements, const PlacementPolicy& policy, const InstanceLoad& load) {
  auto failure = failure_of(requirements, policy, load);
  if (!failure) return std::nullopt;
  return Rejection{load.instance.id, load.instance.arn, std::move(failure->reason), std::move(failure->detail)};
}

Placement place(const TaskRequirements& requirements, const PlacementPolicy& policy, const std::vector<InstanceLoad>& loads) {
  std::vector<std::size_t> candidates;
  std::vector<std::pair<int, Rejection>> failures;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    if (auto failure = failure_of(requirements, policy, loads[i])) {
      failures.emplace_back(failure->rank, Rejection{loads[i].instance.id, loads[i].instance.arn, failure->reason, failure->detail});
    } else {
      candidates.push_back(i);
    }
  }
  if (!candidates.empty()) {
    const std::size_t best = Choice(policy, requirements, loads).best_of(std::move(candidates));
    return Placed{.index = best, .instance_id = loads[best].instance.id};
  }
  std::stable_sort(failures.begin(), failures.end(), [](const auto& left, const auto& right) { return left.first > right.first; });
  NotPlaced result;
  for (auto& [rank, rejection] : failures) result.rejections.push_back(std::move(rejection));
  return result;
}

std::string placement_event(const NotPlaced& result) {
  const std::string text = "was unable to place a task because no container instance met all of its requirements.";
  if (result.rejections.empty()) return text + " Reason: No Container Instances were found in your cluster.";
  return text + closest_match(result.rejections.front()) +
         " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
}

}  // namespace berth::scheduler
