#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "ir/resource.h"

namespace berth::scheduler {
struct InstanceLoad;
}  // namespace berth::scheduler

namespace berth::plan {

struct Change;

/// A container of the new tasks that fails in a rehearsal, always.
struct RehearsedFailure {
  std::string container;
  std::optional<int> exit_code;  ///< it ends so, a second after its start; absent: its health check fails
};

/// "app=exit:1" or "app=unhealthy".
Result<RehearsedFailure> parse_failure(std::string_view text);

enum class RolloutEnd : std::uint8_t {
  completed,
  rolled_back,  ///< the circuit breaker ended it and brought the old tasks back
  failed,       ///< the circuit breaker ended it, and what runs stays
  never,        ///< none of these within an hour
};
/// "completed", "rolled-back", "failed", "never".
std::string_view word(RolloutEnd end);

/// A moment of a rollout at which tasks are started or told to stop.
struct RolloutStep {
  Milliseconds at{0};  ///< from the moment at which the service is changed
  std::int64_t started = 0;
  std::int64_t stopped = 0;
  /// After it: wanted tasks of the old and of the new revision, and those of both that count as healthy.
  std::int64_t old_tasks = 0;
  std::int64_t new_tasks = 0;
  std::int64_t healthy = 0;
};

/// Why an instance does not take a task.
struct Refusal {
  std::string instance;  ///< its id
  std::string why;       ///< "needs 512 MiB of memory, 256 of 1024 are free"
};

/// What a cluster's instances are to a rollout.
struct InstanceRoom {
  std::int64_t instances = 0;
  /// From when a task found no place for the first time; empty: there is room for all of it.
  std::vector<Refusal> refusals;
  [[nodiscard]] bool fits() const { return instances > 0 && refusals.empty(); }
};

/// What the change of a service will do to its tasks when all goes well: images are there, containers start within a second, and health checks hold at their first
/// run.
struct Rollout {
  std::int64_t replicas = 0;
  std::int64_t running = 0;  ///< tasks before it
  /// False when the running tasks stay and only their number changes.
  bool replaces = false;
  /// The bounds that the service's percentages make: healthy tasks that stay, and tasks at once.
  std::int64_t least_healthy = 0;
  std::int64_t most_tasks = 0;
  /// What will be.
  std::int64_t lowest_healthy = 0;
  std::int64_t peak_tasks = 0;
  /// Of the tasks of the peak together, by the new revision; 0 when it does not say.
  std::int64_t peak_cpu = 0;     ///< 1/1024 vCPU
  std::int64_t peak_memory = 0;  ///< bytes
  std::vector<RolloutStep> steps;
  RolloutEnd end = RolloutEnd::never;
  /// Until its end, when all is as it should be then.
  std::optional<Milliseconds> takes;
  bool fails = false;  ///< the failure that was asked for is in it
  /// Failed tasks at which the circuit breaker ends it; 0: there is none.
  std::int64_t failures = 0;
  bool rolls_back = false;
  bool daemon = false;  ///< one task on each instance
  /// Absent where tasks need no instance, and where nobody knows the instances: there is room without end then.
  std::optional<InstanceRoom> room;
};

/// What a rehearsal is made from besides the change.
struct Surroundings {
  const ir::Program& program;
  std::optional<RehearsedFailure> failure{};
  /// The instances with what tasks take of them; afterwards as the rollout leaves them. Null: there is room without end.
  std::vector<scheduler::InstanceLoad>* instances = nullptr;
  /// With instances: the id of that which each task of the service runs on.
  std::vector<std::string> homes{};
  /// With instances: the definition of the tasks that run; null when nobody knows it.
  const ir::Value* running_task = nullptr;
};

/// What will happen to the tasks of a service that is changed or created: by the scheduler itself, on a virtual clock. Nothing when no task is started or
/// stopped, and for services that are not rolled out so (other strategies and controllers, daemons without instances). O(instants · tasks).
std::optional<Rollout> rehearse(const Change& change, const Surroundings& around);

/// Whether an update of these percentages can neither stop a task nor start one.
bool is_stuck(const Rollout& rollout);

}  // namespace berth::plan
