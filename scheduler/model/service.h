#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "scheduler/model/deployment.h"
#include "scheduler/model/resources.h"
#include "scheduler/model/status.h"

namespace berth::scheduler {

struct CircuitBreaker {
  bool enable = false;
  bool rollback = false;
  bool operator==(const CircuitBreaker&) const = default;
};

/// Percentages of the desired count. Source: ecs.md 2.2.
struct DeploymentConfiguration {
  std::int64_t minimum_healthy_percent = 100;
  std::int64_t maximum_percent = 200;
  CircuitBreaker circuit_breaker;
  bool operator==(const DeploymentConfiguration&) const = default;
};

struct ServiceEvent {
  /// A UUID.
  std::string id;
  Timestamp created_at{};
  std::string message;
  bool operator==(const ServiceEvent&) const = default;
};

/// A service as the engine remembers it. Source: ecs.md 2.6.
struct Service {
  std::string name;
  std::string arn;
  std::string cluster_arn;
  ServiceStatus status = ServiceStatus::Active;
  std::int64_t desired_count = 0;
  std::string task_definition_arn;
  std::string launch_type = "EC2";
  SchedulingStrategy scheduling_strategy = SchedulingStrategy::Replica;
  DeploymentConfiguration deployment_configuration;
  std::optional<std::int64_t> health_check_grace_period_seconds;
  /// NONE, SERVICE or TASK_DEFINITION.
  std::string propagate_tags = "NONE";
  bool enable_ecs_managed_tags = false;
  bool enable_execute_command = false;

  /// Primary first, then newest first.
  std::vector<Deployment> deployments;
  /// The newest deployment that completed, kept after it left `deployments`: what a failed one rolls back to.
  std::optional<Deployment> last_completed;
  /// Newest first, at most kMaxServiceEvents.
  std::vector<ServiceEvent> events;
  /// The steady state has been announced and not been left since.
  bool steady = false;

  std::optional<Timestamp> created_at;
  std::string created_by;
  std::vector<Tag> tags;
  /// Members of the API's object that nothing here reads (placementStrategy, networkConfiguration, …), kept as given.
  Json extra = Json::object();
  bool operator==(const Service&) const = default;
};

inline constexpr std::size_t kMaxServiceEvents = 100;

}  // namespace berth::scheduler
