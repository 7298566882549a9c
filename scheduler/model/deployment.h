#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "scheduler/model/placement.h"
#include "scheduler/model/status.h"

namespace berth::scheduler {

/// The delay between launches of a deployment whose tasks keep ending before RUNNING. Source: ecs.md 4.5.
struct Throttle {
  /// Launch rounds in a row that failed; tasks launched together and failing together are one round.
  int failed_rounds = 0;
  /// No launch before this.
  std::optional<Timestamp> retry_at;
  bool operator==(const Throttle&) const = default;
};

/// One revision of a service on its way in or out. Source: ecs.md 2.6, 4.1.
struct Deployment {
  /// `ecs-svc/` and up to 19 digits.
  std::string id;
  DeploymentStatus status = DeploymentStatus::Primary;
  std::string task_definition_arn;
  /// Primary: what the service wants. Active: how many of its tasks the rollout still keeps.
  std::int64_t desired_count = 0;
  std::int64_t failed_tasks = 0;
  RolloutState rollout_state = RolloutState::InProgress;
  std::string rollout_state_reason;
  std::optional<Timestamp> created_at;
  std::optional<Timestamp> updated_at;
  std::string launch_type = "EC2";
  /// Empty: the launch type says where its tasks run.
  std::vector<CapacityProviderShare> capacity_providers;
  /// Id of its ServiceRevision.
  std::string revision;

  /// A task of it has reached RUNNING at least once (stage 2 of the circuit breaker).
  bool reached_running = false;
  Throttle throttle;
  /// Members of the API's object that nothing here reads (networkConfiguration, …), kept as given.
  Json extra = Json::object();
  bool operator==(const Deployment&) const = default;
};

}  // namespace berth::scheduler
