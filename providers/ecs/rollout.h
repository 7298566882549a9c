#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "planner/progress.h"

namespace berth::provider {

/// Which rollout is waited for.
struct Expected {
  std::string deployment;       ///< id of the deployment that our call started; "" = the one that is primary
  std::string task_definition;  ///< ARN of the revision that is to run; "" = whatever the primary deployment runs
};

enum class RolloutState : std::uint8_t {
  waiting,
  stable,       ///< ours is the only deployment, it is completed, and running equals desired
  rolled_back,  ///< the service went back to an earlier revision
  failed,       ///< the deployment failed and nothing replaces it
  superseded,   ///< somebody started another deployment
  gone,         ///< the service is not ACTIVE any more
};

struct Rollout {
  RolloutState state = RolloutState::waiting;
  plan::ServiceProgress progress;
  std::string reason;  ///< when it is over and not stable: why, for people
  /// Counts that only grow while the rollout gets anywhere; for finding one that hangs.
  std::int64_t advance = 0;
};

/// Where the rollout stands, from the API's description of the service. Pure.
Rollout judge_rollout(const Json& service, const Expected& expected);

}  // namespace berth::provider
