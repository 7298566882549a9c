#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "planner/provider.h"

namespace berth::plan {

enum class ActionState : std::uint8_t { done, failed, not_attempted };

struct ActionOutcome {
  ActionState state = ActionState::not_attempted;
  ActionResult result;         ///< done
  std::optional<Error> error;  ///< failed
};

/// What came of each action.
struct ApplyReport {
  std::vector<Action> actions;
  std::vector<ActionOutcome> outcomes;  ///< one for each action, in their order
  bool interrupted = false;

  [[nodiscard]] bool ok() const;
  [[nodiscard]] std::size_t count(ActionState state) const;
  /// 0 ok, 1 failed, 5 rolled back, 6 timed out, 130 interrupted. The worst counts: interrupted, then failed, rolled back, timed out.
  [[nodiscard]] int exit_code() const;
};

struct ApplyOptions {
  /// Actions that run at the same time; at least 1. With 1 everything runs on the calling thread, in the order of the list.
  std::size_t parallelism = 10;
};

/// Runs the actions in the order of their dependencies. When one fails, those that depend on it are not attempted; independent ones are finished.
/// Planning again after any failure gives what is left to do.
ApplyReport apply(std::vector<Action> actions, Bindings& bindings, Provider& provider, Progress& progress, const ApplyOptions& options = {});

}  // namespace berth::plan
