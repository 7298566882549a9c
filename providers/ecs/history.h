#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "providers/ecs/client.h"

namespace berth::provider {

/// A deployment of a service, as the API remembers it.
struct PastDeployment {
  std::string id;          ///< the last part of its ARN
  std::string definition;  ///< "web:3": the task definition that it was to run; "" when that is not known any more
  std::string status;      ///< SUCCESSFUL, ROLLBACK_SUCCESSFUL, IN_PROGRESS …
  std::string reason;
  double created_at = 0;   ///< epoch seconds
  double finished_at = 0;  ///< 0 = not yet
};

/// The deployments of a service (its cluster's and its own ARN), the newest first, at most `most`.
Result<std::vector<PastDeployment>> past_deployments(EcsClient& client, const std::string& cluster, const std::string& service, std::size_t most);

Json to_json(const PastDeployment& deployment);

}  // namespace berth::provider
