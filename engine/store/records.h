#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/shapes.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "engine/drivers/driver.h"
#include "scheduler/model/resources.h"

namespace berth::engine {

/// A document of the store: shared, never changed; a change is a new document.
template <class T>
using Ref = std::shared_ptr<const T>;

/// A cluster as the engine remembers it.
struct Cluster {
  std::string name;
  std::string arn;
  std::string status = "ACTIVE";  ///< ACTIVE or INACTIVE
  std::vector<scheduler::Tag> tags{};
  /// Members of the API's object that nothing here reads (settings, configuration), kept as given.
  Json extra = Json::object();
  std::optional<Timestamp> created_at{};
  bool operator==(const Cluster&) const = default;
};

/// A revision of a task definition and, beside it, its tags.
struct TaskDefinitionRecord {
  api::TaskDefinition definition;
  std::vector<scheduler::Tag> tags{};
  bool operator==(const TaskDefinitionRecord&) const = default;
};

/// What identifies a service: names, not ARNs.
struct ServiceKey {
  std::string cluster;
  std::string service;
  auto operator<=>(const ServiceKey&) const = default;
  bool operator==(const ServiceKey&) const = default;
};

/// Where the output of one container is found by the CloudWatch Logs API.
struct LogStreamRecord {
  std::string group;
  std::string stream;
  std::string task_id;
  std::string container;
  std::optional<Timestamp> created_at{};
  bool operator==(const LogStreamRecord&) const = default;
};

/// The last lines of a container that no longer exists.
struct LogTail {
  std::vector<LogLine> lines;
};

/// What an idempotent request did when it was first made.
struct TokenRecord {
  std::string request_hash;
  std::vector<std::string> arns{};
};

/// How many tasks of a cluster or service are in which state.
struct TaskCounts {
  std::int64_t running = 0;
  std::int64_t pending = 0;
  bool operator==(const TaskCounts&) const = default;
};

// The documents that are ours; those of the scheduler's model are in scheduler/model/json.h.
Json to_json(const Cluster& cluster);
Json to_json(const TaskDefinitionRecord& record);
Json to_json(const LogTail& tail);
Json tags_to_json(const std::vector<scheduler::Tag>& tags);
Result<Cluster> cluster_from_json(const Json& json);
Result<TaskDefinitionRecord> task_definition_from_json(const Json& json);
Result<LogTail> log_tail_from_json(const Json& json);
std::vector<scheduler::Tag> tags_from_json(const Json& json);

}  // namespace berth::engine
