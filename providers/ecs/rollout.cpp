#include "providers/ecs/rollout.h"

#include <algorithm>

#include <fmt/format.h>

#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"

namespace berth::provider {
namespace {

/// The deployment that is waited for, or null when the service has no such deployment any more.
const Json* find_deployment(const Json& deployments, const Expected& expected) {
  for (const Json& deployment : deployments) {
    if (expected.deployment.empty() ? text_at(deployment, "status") == "PRIMARY" : text_at(deployment, "id") == expected.deployment) {
      return &deployment;
    }
  }
  return nullptr;
}

const Json* find_primary(const Json& deployments) {
  for (const Json& deployment : deployments) {
    if (text_at(deployment, "status") == "PRIMARY") return &deployment;
  }
  return deployments.empty() ? nullptr : &deployments.front();
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string plural(std::int64_t count, std::string_view one, std::string_view many) { return fmt::format("{} {}", count, count == 1 ? one : many); }

std::int64_t tasks_of_others(const Json& deployments, const Json& ours) {
  std::int64_t count = 0;
  for (const Json& deployment : deployments) {
    if (&deployment != &ours) count += number_at(deployment, "runningCount") + number_at(deployment, "pendingCount");
  }
  return count;
}

std::string what_is_awaited(const Json& service, const Json& deployments, const Json& ours) {
  const std::int64_t missing = number_at(service, "desiredCount") - number_at(ours, "runningCount", number_at(service, "runningCount"));
  if (missing > 0) return plural(missing, "task to start", "tasks to start");
  if (const std::int64_t old = tasks_of_others(deployments, ours); old > 0) return plural(old, "old task to stop", "old tasks to stop");
  const std::int64_t surplus = number_at(service, "runningCount") - number_at(service, "desiredCount");
  if (surplus > 0) return plural(surplus, "task to stop", "tasks to stop");
  return "the deployment to be completed";
}

Rollout over(RolloutState state, std::string reason, plan::ServiceProgress progress) {
  return {.state = state, .progress = std::move(progress), .reason = std::move(reason), .advance = 0};
}

std::string reason_of(const Json& deployment, std::string_view fallback) {
  const std::string reason = text_at(deployment, "rolloutStateReason");
  return reason.empty() ? std::string(fallback) : reason;
}

/// Ours failed: whether the service runs, or goes back to, something else now.
Rollout judge_failed(const Json& ours, const Json* primary, plan::ServiceProgress progress) {
  const std::string reason = reason_of(ours, "the deployment failed");
  const bool another = primary != nullptr && primary != &ours;
  if (another) {
    return over(RolloutState::rolled_back, fmt::format("{} (back to {})", reason, last_part(text_at(*primary, "taskDefinition"))), std::move(progress));
  }
  return over(RolloutState::failed, reason, std::move(progress));
}

/// What the service's events say about the failure of a deployment that is not listed any more; "" when they say nothing.
std::string failure_event(const Json& service, const std::string& deployment) {
  if (deployment.empty()) return "";
  for (const Json& event : list_at(service, "events")) {
    const std::string message = text_at(event, "message");
    if (const std::size_t failed = message.find("deployment failed"); failed != std::string::npos && contains(message, deployment)) {
      return message.substr(failed);
    }
  }
  return "";
}

/// Ours is not there any more: a rollback takes the failed deployment away once its tasks are gone.
Rollout judge_missing(const Json& service, const Json* primary, const Expected& expected, plan::ServiceProgress progress) {
  if (primary == nullptr) return over(RolloutState::failed, "the service has no deployment any more", std::move(progress));
  const std::string reason = text_at(*primary, "rolloutStateReason");
  const std::string runs = last_part(text_at(*primary, "taskDefinition"));
  const bool other_revision = !expected.task_definition.empty() && text_at(*primary, "taskDefinition") != expected.task_definition;
  if (contains(reason, "rolling back") || contains(reason, "circuit breaker")) {
    return over(RolloutState::rolled_back, fmt::format("{} (back to {})", reason, runs), std::move(progress));
  }
  if (const std::string event = failure_event(service, expected.deployment); !event.empty()) {
    return over(RolloutState::rolled_back, fmt::format("{} (back to {})", event, runs), std::move(progress));
  }
  if (other_revision) {
    return over(RolloutState::superseded, fmt::format("another deployment took over; the service runs {} now", runs), std::move(progress));
  }
  return over(RolloutState::superseded, "another deployment took over", std::move(progress));
}

}  // namespace

Rollout judge_rollout(const Json& service, const Expected& expected) {
  const Json& deployments = list_at(service, "deployments");
  const Json* primary = find_primary(deployments);
  const Json* ours = find_deployment(deployments, expected);
  plan::ServiceProgress progress{.running = static_cast<int>(number_at(service, "runningCount")),
                                 .desired = static_cast<int>(number_at(service, "desiredCount")),
                                 .pending = static_cast<int>(number_at(service, "pendingCount")),
                                 .failed = 0,
                                 .awaiting = ""};
  const std::string status = text_at(service, "status");
  if (status != "ACTIVE") return over(RolloutState::gone, fmt::format("the service is {}", status), std::move(progress));
  if (ours == nullptr) return judge_missing(service, primary, expected, std::move(progress));

  // Stable is judged by what runs in all; shown is how far ours is.
  const bool counts_fit = progress.running == progress.desired && progress.pending == 0;
  const std::int64_t surplus = std::max(0, progress.running - progress.desired);
  progress.running = static_cast<int>(number_at(*ours, "runningCount", progress.running));
  progress.pending = static_cast<int>(number_at(*ours, "pendingCount", progress.pending));
  progress.failed = static_cast<int>(number_at(*ours, "failedTasks"));
  const std::string state = text_at(*ours, "rolloutState");
  if (state == "FAILED") return judge_failed(*ours, primary, std::move(progress));
  if (!expected.task_definition.empty() && text_at(*ours, "taskDefinition") != expected.task_definition) {
    return over(RolloutState::superseded,
                fmt::format("another deployment took over; the service runs {} now", last_part(text_at(*ours, "taskDefinition"))), std::move(progress));
  }
  // While somebody else's newer deployment runs, ours is draining; it will not come back.
  if (primary != ours && primary != nullptr) return judge_missing(service, primary, expected, std::move(progress));

  // Behind a classic load balancer, and from some emulators, there is no rollout state; then the counts alone tell.
  const bool completed = state == "COMPLETED" || state.empty();
  const bool stable = completed && counts_fit && deployments.size() == 1;
  if (!stable) progress.awaiting = what_is_awaited(service, deployments, *ours);
  const std::int64_t advance = progress.running - tasks_of_others(deployments, *ours) - surplus;
  return {.state = stable ? RolloutState::stable : RolloutState::waiting, .progress = std::move(progress), .reason = "", .advance = advance};
}

}  // namespace berth::provider
