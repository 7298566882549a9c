#include "providers/ecs/logs.h"

#include "providers/ecs/json_access.h"

namespace berth::provider {

Result<std::vector<ContainerLog>> read_task_logs(EcsClient& client, const std::string& cluster, const std::string& task, const std::string& container,
                                                 std::size_t tail) {
  Json request{{"cluster", cluster}, {"task", task}, {"tail", tail}};
  if (!container.empty()) request["container"] = container;
  BERTH_TRY(answer, client.call_engine("TaskLogs", request));
  std::vector<ContainerLog> logs;
  for (const Json& item : list_at(answer, "containers")) {
    ContainerLog log{.container = text_at(item, "name"), .exit_code = std::nullopt, .lines = {}};
    if (item.contains("exitCode")) log.exit_code = number_at(item, "exitCode");
    for (const Json& line : list_at(item, "lines")) {
      log.lines.push_back({.time = static_cast<std::int64_t>(time_at(line, "timestamp") * 1000 + 0.5),
                           .stream = text_at(line, "stream"),
                           .text = text_at(line, "text")});
    }
    logs.push_back(std::move(log));
  }
  return logs;
}

}  // namespace berth::provider
