#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ir/resource.h"
#include "providers/ecs/client.h"

namespace berth::provider {

struct ContainerStatus {
  std::string name;
  std::string status;
  std::string health;  ///< "" without a health check
  std::optional<std::int64_t> exit_code;
  std::string reason;
};

struct TaskStatus {
  std::string id;
  std::string cluster;  ///< ARN
  std::string status;   ///< RUNNING, PENDING, STOPPED …
  std::string health;   ///< "" when nothing checks it
  std::string definition;  ///< "web:3"
  double started_at = 0;   ///< epoch seconds; 0 = not yet
  double stopped_at = 0;
  std::string stopped_reason;
  std::vector<std::string> urls;  ///< where its TCP ports are published on this machine
  std::vector<ContainerStatus> containers;
};

struct ServiceStatus {
  ir::Address address;
  std::string name;
  std::string cluster;
  std::string status;
  int desired = 0;
  int running = 0;
  int pending = 0;
  std::string definition;      ///< "web:3"
  std::string rollout;         ///< COMPLETED, IN_PROGRESS, FAILED
  std::string rollout_reason;
  std::vector<TaskStatus> tasks;  ///< by id
  std::string last_event;         ///< the newest one
};

/// How the services of a snapshot that belong to `stack` are, with their tasks that are to run (and, with `stopped`, those that have stopped).
Result<std::vector<ServiceStatus>> read_status(EcsClient& client, const ir::Snapshot& snapshot, const std::string& stack, bool stopped, std::size_t width);

/// From an API's task object.
TaskStatus task_status(const Json& task);

Json to_json(const ServiceStatus& service);

}  // namespace berth::provider
