#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "scheduler/model/placement.h"
#include "scheduler/model/resources.h"
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

/// What a task set has beyond a deployment: its caller scales it, and nothing is rolled.
struct TaskSetPart {
  /// Percent of the service's desired count, 0 to 100; the deployment's `desired_count` follows from it.
  double scale = 0;
  std::string external_id;
  /// As asked for, of Fargate.
  std::string platform_version;
  /// All tasks that are wanted are there, up, and on instances where they can stay; and since when that is so or not so.
  bool steady = false;
  std::optional<Timestamp> steady_at;
  std::vector<Tag> tags;
  bool operator==(const TaskSetPart&) const = default;
};

/// One revision of a service on its way in or out, or one of its task sets. Source: ecs.md 2.6, 4.1.
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
  /// Present when the service's controller is External.
  std::optional<TaskSetPart> task_set;
  /// Members of the API's object that nothing here reads (networkConfiguration, …), kept as given.
  Json extra = Json::object();
  bool operator==(const Deployment&) const = default;
};

}  // namespace berth::scheduler
