#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "providers/ecs/client.h"

namespace berth::provider {

/// What an exit code says beyond its number: "killed by SIGKILL", "the command was not found" …; "" when nothing.
std::string exit_code_meaning(std::int64_t code);

/// The newest stopped tasks of a revision, each with the reason it stopped and its containers' exit codes, as lines for people; "" when
/// `tasks` (as DescribeTasks gives them) has none of it. An empty `task_definition` means any.
std::string describe_stopped_tasks(const Json& tasks, const std::string& task_definition, std::size_t at_most);

/// Why the tasks of a service do not stay up: what its stopped tasks say, the last lines of the newest one's output, and the newest events about
/// placement. Best effort: what cannot be read is left out. "" when there is nothing to say.
std::string why_tasks_fail(EcsClient& client, const Json& service, const std::string& task_definition);

}  // namespace berth::provider
