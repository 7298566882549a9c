#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace berth::provider {

/// What ended a task, or keeps it from being of use.
enum class Cause {
  none,         ///< nothing is wrong that the API knows of
  memory,       ///< a container went over its memory limit
  exited,       ///< an essential container ended
  health,       ///< a health check failed
  image,        ///< an image could not be pulled
  start,        ///< a container could not be made or started
  dependency,   ///< a container waited for one that never became as it should
  environment,  ///< something outside the containers: volumes, networks, secrets, the runtime
  vanished,     ///< somebody removed a container
  user,         ///< StopTask
  scheduler,    ///< the service scaled in or replaced it
};
/// "memory", "exited" …: for programs.
std::string name_of(Cause cause);

/// Why one task is as it is.
struct Diagnosis {
  Cause cause = Cause::none;
  std::string container;  ///< the one that it began with; "" = none of them
  std::optional<std::int64_t> exit_code;
  std::string detail;                 ///< in the words of the engine or the runtime; "" when there are none
  std::string summary;                ///< a sentence without a period
  std::vector<std::string> settings;  ///< of the container, that have to do with it: the likeliest first
  std::string advice;                 ///< what to do next; "" when nothing
};

/// What `diagnose` and `history` read. All are objects of the API as they came; what is not known is an empty object.
struct TaskRecord {
  Json task = Json::object();        ///< of DescribeTasks
  Json definition = Json::object();  ///< of DescribeTaskDefinition, with its tags beside it
  Json output = Json::object();      ///< of TaskLogs: the engine alone has it
};

/// Pure. Order of blame: what the task was stopped for; then the container whose end came first.
Diagnosis diagnose(const TaskRecord& record);
/// Whether somebody should look at it.
bool is_failure(const Diagnosis& diagnosis);

struct Moment {
  double at = 0;  ///< epoch seconds
  std::string text;
};
/// What happened to the task, the oldest first, with the events of its service that speak of it or of its deployment.
std::vector<Moment> history(const TaskRecord& record, const Json& service);

}  // namespace berth::provider
