#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "providers/ecs/client.h"

namespace berth::provider {

struct LogLine {
  std::int64_t time = 0;  ///< milliseconds since the epoch
  std::string stream;     ///< "stdout", "stderr" or ""
  std::string text;
};

/// The end of what one container of a task wrote.
struct ContainerLog {
  std::string container;
  std::optional<std::int64_t> exit_code;
  std::vector<LogLine> lines;  ///< the oldest first
};

/// The last `tail` lines of each container of a task, running or stopped; only of `container` when it is not empty. Through the engine's own
/// operation: ECS has none, and a container needs no log configuration for it.
Result<std::vector<ContainerLog>> read_task_logs(EcsClient& client, const std::string& cluster, const std::string& task, const std::string& container,
                                                 std::size_t tail);

}  // namespace berth::provider
