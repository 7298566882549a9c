#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "providers/ecs/client.h"

namespace berth::provider {

/// What runs, as the API describes it: {"clusters", "capacityProviders", "services", "taskDefinitions"}, each object with its `tags`. Everything, or what is
/// in one cluster, or one service of it. Clusters and their capacity providers are left out for one service, and task definitions are those that services run; of everything, also the newest active
/// revision of each other family. Error "not-found" when what is named is not there.
Result<Json> describe_all(EcsClient& client, const std::string& cluster, const std::string& service);

/// ARNs of the tasks of one cluster that have the desired status; of one service of it, unless `service` is "".
Result<std::vector<Json>> list_tasks(EcsClient& client, const std::string& cluster, const std::string& service, const char* desired_status);
/// The tasks with these ARNs, `width` calls at a time. Those that are gone are left out.
Result<std::vector<Json>> describe_tasks(EcsClient& client, const std::string& cluster, const std::vector<Json>& arns, std::size_t width);

}  // namespace berth::provider
