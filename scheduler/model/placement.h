#pragma once

#include <cstdint>
#include <string>

#include "scheduler/model/status.h"

namespace berth::scheduler {

/// Where a task may go. Source: ecs.md 4.9.
struct PlacementConstraint {
  ConstraintType type = ConstraintType::DistinctInstance;
  /// Of memberOf: in the cluster query language.
  std::string expression;
  bool operator==(const PlacementConstraint&) const = default;
};

/// Where a task goes best; several refine one another in their order. Source: ecs.md 4.9.
struct PlacementStrategy {
  StrategyType type = StrategyType::Random;
  /// spread: `instanceId`, `host` or `attribute:NAME`; binpack: `cpu` or `memory`.
  std::string field;
  bool operator==(const PlacementStrategy&) const = default;
};

/// One entry of a capacity provider strategy. Source: ecs.md 3.2.
struct CapacityProviderShare {
  std::string provider;
  std::int64_t weight = 0;
  std::int64_t base = 0;
  bool operator==(const CapacityProviderShare&) const = default;
};

/// FARGATE for the providers of Fargate; tasks of all others run on instances.
inline std::string launch_type_of(const std::string& provider) {
  return provider == "FARGATE" || provider == "FARGATE_SPOT" ? "FARGATE" : "EC2";
}

}  // namespace berth::scheduler
