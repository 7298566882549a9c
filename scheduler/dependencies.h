#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "scheduler/model/task.h"

namespace berth::scheduler {

/// Checks the dependsOn graph as RegisterTaskDefinition does: unknown container, self-dependency, duplicate, COMPLETE or
/// SUCCESS on an essential container, HEALTHY on one without health check, cycle. The error's code is "ClientException",
/// its message names the containers. Source: ecs.md 1.5.
Result<void> check_dependencies(const std::vector<Container>& containers);

/// Names so that each container comes after those it depends on; equal ranks keep the order of the definition. The graph must
/// be without cycles (check_dependencies).
std::vector<std::string> start_order(const std::vector<Container>& containers);

/// Whether a container's dependencies let it go on.
struct DependencyState {
  enum class Verdict { Ready, Waiting, Never };
  Verdict verdict = Verdict::Ready;
  /// What it waits for, or why it will never start, in a sentence.
  std::string reason;
  /// When a start timeout turns Waiting into Never.
  std::optional<Timestamp> until;
  bool operator==(const DependencyState&) const = default;
};

/// The state of all dependencies of `container` at `now`; the first that can never resolve decides. Source: ecs.md 5.3.
DependencyState dependency_state(const Task& task, const Container& container, Timestamp now);

/// Whether a container may be stopped: every container that depends on it is STOPPED. Source: ecs.md 5.4.
bool may_stop(const Task& task, const Container& container);

}  // namespace berth::scheduler
