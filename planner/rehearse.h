#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "ir/resource.h"

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

/// What the change of a service will do to its tasks when all goes well: images are there, containers start within a second, health checks hold at their first run,
/// and there is room for the tasks.
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
};

/// What will happen to the tasks of a service that runs and is changed: by the scheduler itself, on a virtual clock. Nothing when no task is started or
/// stopped, and for services that are not rolled out so (daemons, other strategies and controllers). O(instants · tasks).
std::optional<Rollout> rehearse(const Change& change, const ir::Program& program, const std::optional<RehearsedFailure>& failure);

}  // namespace berth::plan
