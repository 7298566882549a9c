#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "planner/actions.h"
#include "planner/provider.h"

namespace berth::provider {

/// The API's list of tags: [{"key": …, "value": …}].
Json tag_list(const std::vector<std::pair<std::string, std::string>>& tags);

/// Request of CreateCluster, RegisterTaskDefinition or CreateService for a create or register action, with all tags, without `clientToken`.
/// Error "unbound": what the resource refers to does not exist yet.
Result<Json> create_request(const plan::Action& action, const plan::Bindings& bindings);

/// Request of UpdateService: the service, the members behind the settings that differ, the task definition when tasks are replaced, and
/// `forceNewDeployment` when they are to be replaced although nothing that is sent would do it. A setting that is taken back is sent as its default, as
/// an empty list, or switched off: what is absent stays as it is. Without any change it is only the two names.
Result<Json> update_service_request(const plan::Action& action, const plan::Bindings& bindings);

/// Request of UpdateCluster: the cluster, and the members behind the settings that differ, what is taken back with them.
Result<Json> update_cluster_request(const plan::Action& action, const plan::Bindings& bindings);

/// Whether a request of UpdateService changes anything.
bool changes_anything(const Json& update_service_request);

}  // namespace berth::provider
