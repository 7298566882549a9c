#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "providers/ecs/client.h"

namespace berth::provider {

/// What runs, as the API describes it: {"clusters", "services", "taskDefinitions"}, each object with its `tags`. Everything, or what is in one cluster, or
/// one service of it. Clusters are left out for one service, and task definitions are those that services run; of everything, also the newest active
/// revision of each other family. Error "not-found" when what is named is not there.
Result<Json> describe_all(EcsClient& client, const std::string& cluster, const std::string& service);

}  // namespace berth::provider
