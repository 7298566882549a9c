#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "scheduler/model/deployment.h"
#include "scheduler/model/placement.h"
#include "scheduler/model/resources.h"
#include "scheduler/model/status.h"

namespace berth::scheduler {

struct CircuitBreaker {
  bool enable = false;
  bool rollback = false;
  ThresholdType threshold_type = ThresholdType::BoundedPercent;
  std::int64_t threshold_value = 50;
  /// A task that becomes healthy forgives the failures before it.
  bool reset_on_healthy_task = true;
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

/// In `extra` of a deployment and its revision: by container, the digest that its image's tag stands for in all of its tasks.
inline constexpr const char* kImageDigests = "imageDigests";

/// What a service's tasks are made by: one per deployment begun, kept after it for DescribeServiceRevisions.
struct ServiceRevision {
  /// Digits, the end of its ARN.
  std::string id;
  std::string task_definition_arn;
  std::string launch_type;
  std::vector<CapacityProviderShare> capacity_providers;
  std::optional<Timestamp> created_at;
  /// networkConfiguration, and kImageDigests.
  Json extra = Json::object();
  bool operator==(const ServiceRevision&) const = default;
};

/// What became of one deployment, kept after it. A rollback is part of the record of the deployment that failed. Source: ecs.md 4.6.
struct ServiceDeployment {
  /// The end of its ARN.
  std::string id;
  /// `ecs-svc/…` of the deployment that it is about.
  std::string deployment_id;
  std::string target_revision;
  std::vector<std::string> source_revisions;
  ServiceDeploymentStatus status = ServiceDeploymentStatus::InProgress;
  std::string status_reason;
  std::optional<Timestamp> created_at;
  std::optional<Timestamp> updated_at;
  std::optional<Timestamp> finished_at;
  /// When StopServiceDeployment or a newer deployment ended it.
  std::optional<Timestamp> stopped_at;
  std::int64_t failure_count = 0;
  bool breaker_tripped = false;
  /// The revision it rolled back to, and why and when.
  std::string rollback_revision;
  std::string rollback_reason;
  std::optional<Timestamp> rollback_started_at;
  bool operator==(const ServiceDeployment&) const = default;
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
  DeploymentController controller = DeploymentController::Ecs;
  DeploymentConfiguration deployment_configuration;
  std::vector<PlacementConstraint> placement_constraints;
  std::vector<PlacementStrategy> placement_strategy;
  /// Empty: the launch type says where tasks run.
  std::vector<CapacityProviderShare> capacity_providers;
  std::optional<std::int64_t> health_check_grace_period_seconds;
  /// NONE, SERVICE or TASK_DEFINITION.
  std::string propagate_tags = "NONE";
  bool enable_ecs_managed_tags = false;
  bool enable_execute_command = false;

  /// Primary first, then newest first. Of an External controller: its task sets, newest first, of which one may be Primary.
  std::vector<Deployment> deployments;
  /// The newest deployment that completed, kept after it left `deployments`: what a failed one rolls back to.
  std::optional<Deployment> last_completed;
  /// Newest first, at most kMaxServiceDeployments, and the revisions they speak of.
  std::vector<ServiceDeployment> history;
  std::vector<ServiceRevision> revisions;
  /// Newest first, at most kMaxServiceEvents.
  std::vector<ServiceEvent> events;
  /// The steady state has been announced and not been left since.
  bool steady = false;

  std::optional<Timestamp> created_at;
  std::string created_by;
  /// When it became INACTIVE.
  std::optional<Timestamp> deleted_at;
  std::vector<Tag> tags;
  /// Members of the API's object that nothing here reads (networkConfiguration, …), kept as given.
  Json extra = Json::object();
  bool operator==(const Service&) const = default;
};

inline constexpr std::size_t kMaxServiceEvents = 100;
inline constexpr std::size_t kMaxServiceDeployments = 20;

}  // namespace berth::scheduler
