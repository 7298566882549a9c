#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "scheduler/model/instance.h"
#include "scheduler/model/service.h"
#include "scheduler/model/task.h"

namespace berth::scheduler {

// The JSON documents in which the model is stored. Names are the API's where it has one, enums are ECS's strings, times and
// spans are integers of milliseconds, absent optionals are left out. Reading ignores unknown members and keeps the default
// of a missing one, so that an older document stays readable; a member of the wrong type or an unknown enum name is an error
// (code "json") that names the path.

/// Members are in the order of the model.
std::string json_text(const Task& task);
std::string json_text(const Instance& instance);
std::string json_text(const Service& service);

Result<Task> task_from_json(const Json& json);
Result<Instance> instance_from_json(const Json& json);
Result<Service> service_from_json(const Json& json);

}  // namespace berth::scheduler
