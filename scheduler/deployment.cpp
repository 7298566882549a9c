#include "scheduler/deployment.h"

#include <algorithm>

#include <fmt/format.h>

namespace berth::scheduler {

RolloutBounds rollout_bounds(std::int64_t desired, const DeploymentConfiguration& configuration) {
  return {.lower = (desired * configuration.minimum_healthy_percent + 99) / 100,
          .upper = desired * configuration.maximum_percent / 100};
}

bool can_never_progress(std::int64_t desired, std::int64_t minimum_healthy_percent, std::int64_t maximum_percent) {
  const RolloutBounds bounds = rollout_bounds(
      desired, {.minimum_healthy_percent = minimum_healthy_percent, .maximum_percent = maximum_percent, .circuit_breaker = {}});
  return desired >= 1 && bounds.lower >= desired && bounds.upper <= desired;
}

std::int64_t breaker_threshold(std::int64_t desired) { return std::clamp<std::int64_t>((desired + 1) / 2, 3, 200); }

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
  for (Deployment& older : service.deployments) {
    if (older.status != DeploymentStatus::Primary) continue;
    older.status = DeploymentStatus::Active;
    older.updated_at = now;
  }
  deployment.status = DeploymentStatus::Primary;
  deployment.desired_count = service.desired_count;
  deployment.failed_tasks = 0;
  deployment.rollout_state = RolloutState::InProgress;
  deployment.rollout_state_reason = fmt::format("ECS deployment {} in progress.", deployment.id);
  deployment.created_at = now;
  deployment.updated_at = now;
  deployment.reached_running = false;
  deployment.throttle = {};
  service.task_definition_arn = deployment.task_definition_arn;
  service.steady = false;
  service.deployments.insert(service.deployments.begin(), std::move(deployment));
}

void set_desired_count(Service& service, std::int64_t desired, Timestamp now) {
  const std::int64_t before = service.desired_count;
  if (desired == before) return;
  for (Deployment& deployment : service.deployments) {
    if (deployment.status == DeploymentStatus::Primary) {
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

void begin_delete(Service& service, Timestamp now) {
  service.status = ServiceStatus::Draining;
  set_desired_count(service, 0, now);
}

}  // namespace berth::scheduler
