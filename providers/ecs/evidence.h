#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "providers/ecs/client.h"
#include "providers/ecs/diagnosis.h"

namespace berth::provider {

/// What the API tells of a service or of one task, as it came.
struct Evidence {
  Json service = Json::object();  ///< of DescribeServices; empty for a standalone task
  std::vector<Json> tasks;        ///< of DescribeTasks: all that are remembered of a service, or the one that was asked for
};

/// A service with its running and its stopped tasks. Error "not-found" when the cluster has no such service.
Result<Evidence> read_service_evidence(EcsClient& client, const std::string& cluster, const std::string& service, std::size_t width);

/// The task of an ARN, an id, or the beginning of an id, in whichever cluster it is, with its service. Errors: "not-found"; "usage" when the beginning
/// is that of several tasks.
Result<Evidence> read_task_evidence(EcsClient& client, const std::string& task, std::size_t width);

/// One of these tasks with all that is known of it. What cannot be read (an API that has no TaskLogs, a definition that is gone) stays empty.
TaskRecord read_task_record(EcsClient& client, const Json& task, std::size_t lines);

}  // namespace berth::provider
