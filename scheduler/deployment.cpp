#include "scheduler/deployment.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

namespace berth::scheduler {
namespace {

/// The newest deployment that completed, among those still there or as remembered.
std::optional<Deployment> rollback_target(const Service& service, const Deployment& failed) {
  std::optional<Deployment> target;
  for (const Deployment& candidate : service.deployments) {
    if (candidate.id == failed.id || candidate.rollout_state != RolloutState::Completed) continue;
    if (!target || candidate.created_at > target->created_at) target = candidate;
  }
  if (target) return target;
  if (service.last_completed && service.last_completed->id != failed.id) return service.last_completed;
  return std::nullopt;
}

bool is_in_progress(ServiceDeploymentStatus status) {
  return status == ServiceDeploymentStatus::InProgress || status == ServiceDeploymentStatus::RollbackInProgress;
}

/// Revisions that neither a deployment nor the history speaks of.
void forget_revisions(Service& service) {
  std::set<std::string> spoken_of;
  for (const Deployment& deployment : service.deployments) spoken_of.insert(deployment.revision);
  if (service.last_completed) spoken_of.insert(service.last_completed->revision);
  for (const ServiceDeployment& record : service.history) {
    spoken_of.insert(record.target_revision);
    spoken_of.insert(record.rollback_revision);
    spoken_of.insert(record.source_revisions.begin(), record.source_revisions.end());
  }
  std::vector<ServiceRevision>& list = service.revisions;
  list.erase(std::remove_if(list.begin(), list.end(), [&](const ServiceRevision& one) { return spoken_of.count(one.id) == 0; }), list.end());
}

}  // namespace

RolloutBounds rollout_bounds(std::int64_t desired, const DeploymentConfiguration& configuration) {
  return {.lower = (desired * configuration.minimum_healthy_percent + 99) / 100,
          .upper = desired * configuration.maximum_percent / 100};
}

bool can_never_progress(std::int64_t desired, std::int64_t minimum_healthy_percent, std::int64_t maximum_percent) {
  const RolloutBounds bounds = rollout_bounds(
      desired, {.minimum_healthy_percent = minimum_healthy_percent, .maximum_percent = maximum_percent, .circuit_breaker = {}});
  return desired >= 1 && bounds.lower >= desired && bounds.upper <= desired;
}

std::int64_t breaker_threshold(std::int64_t desired, const CircuitBreaker& breaker) {
  const std::int64_t share = (desired * breaker.threshold_value + 99) / 100;
  switch (breaker.threshold_type) {
    case ThresholdType::Count: return std::max<std::int64_t>(1, breaker.threshold_value);
    case ThresholdType::BoundedPercent: return std::clamp<std::int64_t>(share, 3, 200);
    case ThresholdType::UnboundedPercent: return std::max<std::int64_t>(1, share);
  }
  return share;
}

Milliseconds throttle_delay(int failed_rounds) {
  // Amazon documents the cap and that the delay grows, not the steps; doubling from 10 s is ours.
  constexpr Milliseconds kFirst = std::chrono::seconds(10);
  constexpr Milliseconds kCap = std::chrono::minutes(27);
  if (failed_rounds < 2) return Milliseconds(0);
  const int doublings = failed_rounds - 2;
  return doublings >= 8 ? kCap : std::min(kCap, kFirst * (1 << doublings));
}

std::string new_deployment_id(RandomSource& random) {
  constexpr std::uint64_t kTenTo18 = 1'000'000'000'000'000'000;
  return fmt::format("ecs-svc/{}", kTenTo18 + random.below(8 * kTenTo18));
}

const Deployment* primary_of(const Service& service) {
  const auto found = std::find_if(service.deployments.begin(), service.deployments.end(),
                                  [](const Deployment& deployment) { return deployment.status == DeploymentStatus::Primary; });
  return found == service.deployments.end() ? nullptr : &*found;
}

Deployment* primary_of(Service& service) { return const_cast<Deployment*>(primary_of(static_cast<const Service&>(service))); }

void begin_deployment(Service& service, Deployment deployment, Timestamp now) {
  std::vector<Deployment>& list = service.deployments;
  const auto same = [&](const Deployment& other) { return other.id == deployment.id; };
  list.erase(std::remove_if(list.begin(), list.end(), same), list.end());
  if (service.last_completed && same(*service.last_completed)) service.last_completed.reset();
  for (Deployment& older : list) {
    if (older.status != DeploymentStatus::Primary) continue;
    older.status = DeploymentStatus::Active;
    older.updated_at = now;
  }
  deployment.status = DeploymentStatus::Primary;
  deployment.desired_count = service.desired_count;
  deployment.failed_tasks = 0;
  deployment.rollout_state = RolloutState::InProgress;
  deployment.rollout_state_reason = fmt::format("ECS deployment {} in progress.", deployment.id);
  if (!deployment.created_at) deployment.created_at = now;
  deployment.updated_at = now;
  deployment.reached_running = false;
  deployment.throttle = {};
  service.task_definition_arn = deployment.task_definition_arn;
  service.steady = false;
  list.insert(list.begin(), std::move(deployment));
}

ServiceDeployment* current_record(Service& service) { return service.history.empty() ? nullptr : &service.history.front(); }

void finish_record(Service& service, ServiceDeploymentStatus status, const std::string& reason, Timestamp now) {
  ServiceDeployment* record = current_record(service);
  if (record == nullptr || !is_in_progress(record->status)) return;
  record->status = status;
  record->status_reason = reason;
  record->updated_at = record->finished_at = now;
  if (status == ServiceDeploymentStatus::Stopped) record->stopped_at = now;
}

void record_deployment(Service& service, const std::string& record_id, const std::string& revision_id, Timestamp now) {
  Deployment& primary = *primary_of(service);
  primary.revision = revision_id;
  finish_record(service, ServiceDeploymentStatus::Stopped, "Service deployment stopped because a newer one was started.", now);
  ServiceDeployment record{.id = record_id, .deployment_id = primary.id, .target_revision = revision_id};
  for (const Deployment& older : service.deployments) {
    if (older.id != primary.id && !older.revision.empty()) record.source_revisions.push_back(older.revision);
  }
  record.created_at = record.updated_at = now;
  service.history.insert(service.history.begin(), std::move(record));
  if (service.history.size() > kMaxServiceDeployments) service.history.resize(kMaxServiceDeployments);
  service.revisions.push_back({.id = revision_id,
                               .task_definition_arn = primary.task_definition_arn,
                               .launch_type = primary.launch_type,
                               .capacity_providers = primary.capacity_providers,
                               .created_at = now,
                               .extra = primary.extra});
  forget_revisions(service);
}

std::optional<std::string> roll_back(Service& service, const std::string& reason, Timestamp now) {
  const std::optional<Deployment> target = rollback_target(service, *primary_of(service));
  if (!target) return std::nullopt;
  if (ServiceDeployment* record = current_record(service)) {
    record->status = ServiceDeploymentStatus::RollbackInProgress;
    record->status_reason = reason;
    record->rollback_reason = reason;
    record->rollback_revision = target->revision;
    record->rollback_started_at = record->updated_at = now;
  }
  const std::string id = target->id;
  begin_deployment(service, *target, now);
  return id;
}

Result<void> stop_deployment(Service& service, Timestamp now) {
  Deployment* primary = primary_of(service);
  if (primary == nullptr || primary->rollout_state != RolloutState::InProgress) {
    return Error{"ConflictException", "The service deployment is not in progress."};
  }
  if (!rollback_target(service, *primary)) return Error{"ConflictException", "There is no completed deployment to roll back to."};
  primary->rollout_state = RolloutState::Failed;
  primary->rollout_state_reason = fmt::format("ECS deployment {} was stopped.", primary->id);
  primary->updated_at = now;
  (void)roll_back(service, "Service deployment rolled back because it was stopped by the user.", now);
  return {};
}

void set_desired_count(Service& service, std::int64_t desired, Timestamp now) {
  const std::int64_t before = service.desired_count;
  if (desired == before) return;
  for (Deployment& deployment : service.deployments) {
    if (deployment.task_set) {
      deployment.desired_count = computed_count(desired, deployment.task_set->scale);
    } else if (deployment.status == DeploymentStatus::Primary) {
      deployment.desired_count = desired;
    } else if (desired > before && before > 0) {
      // A scale-out during a rollout grows the older revisions in proportion (ecs.md 4.2-4).
      deployment.desired_count = deployment.desired_count * desired / before;
    } else {
      continue;
    }
    deployment.updated_at = now;
  }
  service.desired_count = desired;
  service.steady = false;
}

std::int64_t computed_count(std::int64_t desired, double scale) {
  // What is whole but for the imprecision of the product is whole.
  constexpr double kImprecision = 1e-6;
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(desired) * scale / 100 - kImprecision));
}

const Deployment* find_task_set(const Service& service, std::string_view id) {
  const auto found = std::find_if(service.deployments.begin(), service.deployments.end(),
                                  [&](const Deployment& deployment) { return deployment.task_set && deployment.id == id; });
  return found == service.deployments.end() ? nullptr : &*found;
}

Deployment* find_task_set(Service& service, std::string_view id) {
  return const_cast<Deployment*>(find_task_set(static_cast<const Service&>(service), id));
}

void begin_task_set(Service& service, Deployment set, Timestamp now) {
  set.status = DeploymentStatus::Active;
  set.desired_count = computed_count(service.desired_count, set.task_set->scale);
  set.created_at = set.updated_at = set.task_set->steady_at = now;
  service.steady = false;
  service.deployments.insert(service.deployments.begin(), std::move(set));
}

void scale_task_set(Service& service, Deployment& set, double scale, Timestamp now) {
  set.task_set->scale = scale;
  set.desired_count = computed_count(service.desired_count, scale);
  set.updated_at = now;
  service.steady = false;
}

void make_primary(Service& service, const std::string& task_set_id, Timestamp now) {
  for (Deployment& set : service.deployments) {
    const DeploymentStatus status = set.id == task_set_id                         ? DeploymentStatus::Primary
                                    : set.status == DeploymentStatus::Primary ? DeploymentStatus::Active
                                                                              : set.status;
    if (set.status != status) set.updated_at = now;
    set.status = status;
    if (status != DeploymentStatus::Primary) continue;
    service.task_definition_arn = set.task_definition_arn;
    service.launch_type = set.launch_type;
    service.capacity_providers = set.capacity_providers;
    for (const char* member : {"networkConfiguration", "platformVersion"}) service.extra.erase(member);
    if (set.extra.contains("networkConfiguration")) service.extra["networkConfiguration"] = set.extra["networkConfiguration"];
    if (!set.task_set->platform_version.empty()) service.extra["platformVersion"] = set.task_set->platform_version;
  }
}

void begin_delete(Deployment& set, Timestamp now) {
  set.status = DeploymentStatus::Draining;
  set.task_set->scale = 0;
  set.desired_count = 0;
  set.task_set->steady = false;
  set.updated_at = set.task_set->steady_at = now;
}

std::string event_prefix(const Service& service, std::string_view task_set_id) {
  return task_set_id.empty() ? fmt::format("(service {}) ", service.name) : fmt::format("(service {}, taskSet {}) ", service.name, task_set_id);
}

void begin_delete(Service& service, Timestamp now) {
  service.status = ServiceStatus::Draining;
  set_desired_count(service, 0, now);
}

}  // namespace berth::scheduler
