#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "planner/provider.h"

namespace berth::provider {

/// Makes one call of execute() fail.
struct Fault {
  /// The call: "create service.web" (Action::text()), or "#3" for the third call from now.
  std::string at;
  Error error;
  /// The call had its effect and only the answer was lost.
  bool after_effect = false;
};

/// A target in memory that keeps resources, revisions and tags by the rules of ECS that a planner can run into: names are taken until they are
/// INACTIVE, clusters with services are not deleted, revisions only count up, services run on
/// capacity that their cluster has. Services are stable as soon as they are waited for. For tests and
/// for planning without a target. Thread-safe.
class MemoryProvider final : public plan::Provider {
 public:
  MemoryProvider() = default;

  /// Adds resources from JSON (docs/plan.md, "A live state as a file"); the inverse of to_json().
  Result<void> load(const Json& json);
  /// Everything that is not INACTIVE, sorted by kind, name and revision.
  [[nodiscard]] Json to_json() const;

  Result<ir::Snapshot> read(const plan::ReadScope& scope) override;
  /// What was loaded for the cluster; Error no-instances when that is nothing.
  Result<plan::Room> read_room(const std::string& cluster_arn) override;
  Result<plan::ActionResult> execute(const plan::Action& action, const plan::Bindings& bindings, plan::Progress& progress) override;

  void add_fault(Fault fault) { faults_.push_back(std::move(fault)); }
  /// Calls of execute(), failed ones too.
  [[nodiscard]] std::size_t calls() const { return calls_; }

 private:
  struct Stored {
    ir::Address address;  ///< its kind, and the name of its tag berth:address, or its AWS name
    std::string name;
    ir::Value body;       ///< without name, tags, and the two references below
    std::map<std::string, std::string> tags;
    std::string arn;
    std::string status = "ACTIVE";
    int revision = 0;
    std::string cluster;        ///< services: ARN
    std::string task;           ///< services: ARN of the revision it runs
    std::string previous_task;  ///< services: what a rollback goes back to
    bool in_progress = false;   ///< services: created or updated and not waited for
    std::vector<std::string> unmapped;
    [[nodiscard]] std::string tag(std::string_view key) const;
    [[nodiscard]] bool active() const { return status == "ACTIVE"; }
  };

  Result<Stored> stored_from(const Json& json) const;
  Result<void> resolve(Stored& stored, const Json& json) const;
  Result<plan::ActionResult> perform(const plan::Action& action, const plan::Bindings& bindings);
  Result<plan::ActionResult> create(const plan::Action& action, const plan::Bindings& bindings);
  Result<plan::ActionResult> update(const plan::Action& action, const plan::Bindings& bindings);
  Result<plan::ActionResult> redeploy(const plan::Action& action);
  Result<plan::ActionResult> end(const plan::Action& action);
  Result<plan::ActionResult> change_capacity(const plan::Action& action, const plan::Bindings& bindings);
  [[nodiscard]] Result<void> check_capacity(const Stored& service) const;
  Result<plan::ActionResult> await_stable(const plan::Action& action, const plan::Bindings& bindings);
  Result<void> set_references(Stored& stored, const plan::Action& action, const plan::Bindings& bindings) const;
  [[nodiscard]] std::optional<Fault> take_fault(const plan::Action& action);
  void roll_back(const plan::Action& action, const plan::Bindings& bindings);
  void give_arn(Stored& stored) const;
  [[nodiscard]] int next_revision(const std::string& family) const;
  [[nodiscard]] const Stored* by_arn(const std::string& arn) const;
  [[nodiscard]] Stored* by_arn(const std::string& arn);
  [[nodiscard]] std::optional<ir::Address> wanted_address(const Stored& stored, const plan::ReadScope& scope) const;
  [[nodiscard]] ir::LiveResource live(const Stored& stored, const ir::Address& address, const std::string& stack) const;
  [[nodiscard]] ir::Value refer(const std::string& arn, const std::string& stack) const;

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Stored>> stored_;
  std::map<std::string, Stored*> by_arn_;  ///< the newest thing that has the ARN
  std::map<std::string, plan::Room> rooms_;  ///< by the name of the cluster
  std::map<std::string, int> revisions_;   ///< family -> the last revision
  std::vector<Fault> faults_;
  std::size_t calls_ = 0;
};

}  // namespace berth::provider
