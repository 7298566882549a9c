#pragma once

#include <string>

#include "planner/progress.h"
#include "planner/provider.h"
#include "providers/ecs/client.h"
#include "providers/ecs/rollout.h"
#include "providers/ecs/waiting_clock.h"

namespace berth::provider {

/// How long and how often to look while waiting.
struct AwaitOptions {
  /// Give up on a service that gets nowhere for this long.
  Milliseconds timeout = std::chrono::minutes(10);
  /// The pause between two looks grows from `first_pause` to `longest_pause`.
  Milliseconds first_pause{100};
  Milliseconds longest_pause{1'000};
};

/// A service in its cluster, by ARNs or names.
struct ServiceId {
  std::string cluster;
  std::string service;
};

/// Waits until the expected rollout is stable. Reports every change of its progress. Errors: plan::kRolledBack, plan::kTimedOut,
/// plan::kInterrupted, "deployment-failed", "superseded", "ServiceNotActiveException"; their messages say what the containers said.
Result<void> await_stable(EcsClient& client, WaitingClock& clock, const ServiceId& id, const Expected& expected, const AwaitOptions& options,
                          const plan::Action& action, plan::Progress& progress);

/// Waits until the service is INACTIVE or not there. Errors: plan::kTimedOut, plan::kInterrupted.
Result<void> await_gone(EcsClient& client, WaitingClock& clock, const ServiceId& id, const AwaitOptions& options, const plan::Action& action,
                        plan::Progress& progress);

}  // namespace berth::provider
