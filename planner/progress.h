#pragma once

#include <string>

#include "base/result.h"
#include "planner/actions.h"

namespace berth::plan {

/// Where a service stands while it is waited for.
struct ServiceProgress {
  int running = 0;
  int desired = 0;
  int pending = 0;
  int failed = 0;        ///< tasks of this deployment that did not start or stay up
  std::string awaiting;  ///< for people: "2 tasks to become healthy", "old tasks to stop"
  bool operator==(const ServiceProgress&) const = default;
};

/// What was made of an action.
struct ActionResult {
  std::string arn;
  std::string name;
  int revision = 0;        ///< task definitions
  std::string deployment;  ///< services: id of the deployment that create or update started
};

/// Observer of an apply. Calls come one at a time (apply() holds a lock), from any thread.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void started(const Action&) {}
  virtual void advanced(const Action&, const ServiceProgress&) {}
  virtual void done(const Action&, const ActionResult&) {}
  virtual void failed(const Action&, const Error&) {}
  /// Not attempted, because an action it depends on failed or the user interrupted.
  virtual void skipped(const Action&) {}
  /// Asked by apply() before each action and by providers while they wait: true ends the apply after what is under way.
  [[nodiscard]] virtual bool cancelled() { return false; }
};

}  // namespace berth::plan
