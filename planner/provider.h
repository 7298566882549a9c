#pragma once

#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ir/externs.h"
#include "ir/resource.h"
#include "planner/actions.h"
#include "planner/progress.h"
#include "planner/room.h"

namespace berth::plan {

/// Codes of errors from await_stable that have an exit code of their own; every other code is a plain failure.
inline constexpr std::string_view kRolledBack = "rolled-back";
inline constexpr std::string_view kTimedOut = "timed-out";
inline constexpr std::string_view kInterrupted = "interrupted";

/// A name that the program wants.
struct Wanted {
  ir::Address address;
  std::string name;     ///< cluster name, family, service name
  std::string cluster;  ///< services: the name of their cluster, "" for others
};

/// What a snapshot must cover.
struct ReadScope {
  std::string stack;  ///< "shop/prod", the value of the tag berth:stack
  std::string region;
  std::vector<Wanted> wanted;
  ir::ExternIndex externs;  ///< what stands for an extern comes back as a reference to it
};

/// The scope of a program.
ReadScope read_scope(const ir::Program& program);

/// Name and ARN of something that exists.
struct Bound {
  std::string arn;
  std::string name;        ///< for a task definition its family
  std::string deployment;  ///< services that this apply has touched: id of the deployment it started
};

/// What exists by now, by address. Thread-safe: actions that run at the same time read it while others add to it.
class Bindings {
 public:
  Bindings() = default;
  /// What lives on from the plan's snapshot: for a task definition the revision whose content is the desired one.
  explicit Bindings(const Plan& plan);
  [[nodiscard]] std::optional<Bound> find(const ir::Address& address) const;
  void set(const ir::Address& address, Bound bound);

 private:
  mutable std::shared_mutex mutex_;
  std::map<ir::Address, Bound> bound_;
};

/// What only looks at a target: nothing that has no more than this can change anything. read() is called from one thread.
class Reader {
 public:
  virtual ~Reader() = default;

  /// Everything whose tag berth:stack is `scope.stack`, and everything that has a wanted name, ours or not.
  /// - A resource of ours has the address of its tag berth:address; one of somebody else has the address that wants its name, and its `stack`
  ///   is the value of its tag or "".
  /// - Task definitions: every ACTIVE revision that is ours, each as a LiveResource of its own, every revision that a service in the snapshot
  ///   runs, and the newest ACTIVE revision of each wanted family.
  /// - Services: ACTIVE and DRAINING ones. `runtime` is the API's service object; its `taskDefinition` (an ARN) says which revision it runs.
  /// - `body.tags` has the tags without those that begin with `berth:` or `aws:`; it is absent when there are none.
  virtual Result<ir::Snapshot> read(const ReadScope& scope) = 0;
  /// The instances of a cluster and what runs on them.
  virtual Result<Room> read_room(const std::string& cluster_arn) = 0;
};

/// What the planner needs of a target to apply. execute() is called from several threads at once.
class Provider : public Reader {
 public:
  /// Carries out one action, with retries as the target needs them. References in `action.desired` are resolved through `bindings`; a service
  /// takes the ARN of its task definition's revision. For await_stable: reports to `progress` when something changed, fails with kRolledBack,
  /// kTimedOut or kInterrupted, else with what the containers said.
  virtual Result<ActionResult> execute(const Action& action, const Bindings& bindings, Progress& progress) = 0;
};

}  // namespace berth::plan
