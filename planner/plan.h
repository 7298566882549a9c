#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/resource.h"
#include "ir/schema.h"
#include "planner/rehearse.h"
#include "planner/room.h"

namespace berth::plan {

/// What happens to one resource.
enum class ChangeKind : std::uint8_t {
  no_op,
  create,
  update,   ///< in place; for a service this may start a deployment (see Change::deployment)
  revise,   ///< a new revision of a task definition
  replace,  ///< destroyed, then created
  destroy,
};

/// "no-op", "create", "update", "revise", "replace", "destroy".
std::string_view word(ChangeKind kind);
/// "+", "~", "-/+", "-", and " " for no-op.
std::string_view symbol(ChangeKind kind);

enum class ReasonKind : std::uint8_t {
  unchanged,
  not_there,         ///< nothing of ours has this address
  fields_differ,     ///< settings differ
  tags_differ,       ///< only tags differ, the user's or ours (hash, protection)
  task_changes,      ///< service: its task definition gets a new revision, or it is to run another task
  other_revision,    ///< service: it runs a revision that is not the one with the desired content
  forces_replacement,///< a setting that cannot be changed in place differs
  parent_replaced,   ///< what it lives in is replaced
  not_in_program,    ///< it is ours and the program does not have it any more
  destroy_all,       ///< `berth destroy`
};

/// The kebab-case name, for JSON.
std::string_view word(ReasonKind kind);

/// Why a change is made: for programs, and as a sentence part for people ("container.app.image changes").
struct Reason {
  ReasonKind kind = ReasonKind::unchanged;
  std::string text;
};

/// One setting that differs. Values are in canonical form; an empty Value means that the setting is not there.
struct FieldChange {
  std::string path;  ///< "container.app.image"; labels of named blocks stand in the path
  ir::Value before;
  ir::Value after;
  ir::schema::UpdateClass update = ir::schema::UpdateClass::in_place;
  std::string place;  ///< "shop.ecs:14" of the text that made `after`; "" when nobody wrote it
  std::string via;    ///< the parameter or let that it came through, or ""
};

/// Where a value was written, for programs without sources.
struct Written {
  std::string place;        ///< "shop.ecs:14"
  std::string via{};        ///< the parameter or let that it came through, or ""
  bool is_default = false;  ///< nobody wrote it: the place is that of what is around it
};
/// By field path; "" is the declaration.
using WrittenTable = std::map<std::string, Written>;

/// Which revision a service leaves and which it is to run.
struct Deployment {
  std::string from;  ///< "web:3"; "" when it has none
  std::string to;    ///< "web:4"; "web:(new)" when the revision is registered by this plan
  bool operator==(const Deployment&) const = default;
};

/// What happens to one address. `before` and `after` point into the Plan's snapshot and program.
struct Change {
  ir::Address address;
  ChangeKind kind = ChangeKind::no_op;
  Reason reason;
  const ir::LiveResource* before = nullptr;  ///< null for create
  const ir::Resource* after = nullptr;       ///< null for destroy
  /// update, revise, replace: what differs; create: what the user wrote. Sorted by path.
  std::vector<FieldChange> fields;
  /// Services: set when tasks are replaced by those of another revision.
  std::optional<Deployment> deployment;
  /// DRAINING services that must be gone before: the one whose name a created service takes, those in a cluster that is destroyed or
  /// gives up capacity.
  std::vector<const ir::LiveResource*> draining;
  /// Task definitions that are destroyed: all their revisions that are ours, the newest first.
  std::vector<const ir::LiveResource*> revisions;
  /// Tags that are written and removed, ours included. For create and revise, all of the resource's tags.
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> untag;
  /// Services whose tasks change: what the rollout will do.
  std::optional<Rollout> rollout;
  std::string place;  ///< "shop.ecs:12" of the declaration, or ""
};

/// Something that is wanted and that the target does not carry out: it is left out of the plan.
struct NotCarriedOut {
  ir::Address address;
  std::string path;   ///< "" for the whole resource
  std::string note;   ///< why, for the user
  std::string place;  ///< "shop.ecs:12" or ""
};

/// Something that the plan's reader should know and that stops nothing.
struct Warning {
  std::string text;
  std::string place;  ///< "shop.ecs:12" or ""
};

enum class DriftKind : std::uint8_t {
  out_of_band,  ///< changed by somebody else since the last apply; the plan changes it back
  unmapped,     ///< a member that the language does not know is set; the plan leaves it alone
  revision,     ///< somebody else registered a revision in a family of ours
};
std::string_view word(DriftKind kind);

/// A difference between what we applied last and what runs.
struct Drift {
  ir::Address address;
  DriftKind kind = DriftKind::out_of_band;
  std::string path;  ///< setting or API member
  std::string text;  ///< for people
};

/// What a `check` that reads the plan found.
struct PolicyResult {
  std::string title;
  bool advisory = false;  ///< it denies nothing
  std::string place;      ///< "policies.ecs:4"
  struct Failure {
    std::string message;
    std::string place;
  };
  std::vector<Failure> failures;  ///< empty when it holds
};

struct Counts {
  std::size_t create = 0;
  std::size_t update = 0;  ///< update and revise
  std::size_t replace = 0;
  std::size_t destroy = 0;
  /// As in "Plan: 2 to add, 1 to change, 0 to destroy.": a replacement adds one and destroys one.
  [[nodiscard]] std::size_t to_add() const { return create + replace; }
  [[nodiscard]] std::size_t to_change() const { return update; }
  [[nodiscard]] std::size_t to_destroy() const { return destroy + replace; }
};

/// What would be done and why, as a value. Copies share the program and the snapshot, so pointers in `changes` stay good.
struct Plan {
  std::shared_ptr<const ir::Program> program;
  std::shared_ptr<const ir::Snapshot> snapshot;
  std::vector<Change> changes;  ///< every address once, no-ops too; in the order in which they are carried out
  std::vector<NotCarriedOut> not_carried_out;  ///< `berth apply` goes on only with --allow-partial when there is any
  std::vector<Warning> warnings;
  std::vector<Drift> drift;
  std::map<std::string, Room> rooms;  ///< that were asked for, by the ARN of their cluster
  std::vector<PolicyResult> policies;  ///< of the checks that read the plan, in the order of the source; whoever has the source adds them
  bool destroy_all = false;  ///< made by `berth destroy`
  bool applyable = true;     ///< false when the plan has errors (ownership, protection); nothing may be applied then
  std::map<std::string, std::string> live;  ///< digests of what it was made from, by address and ARN (see plan_file.h)
  std::string live_digest;   ///< digest of the live state it was made from (see plan_file.h)

  [[nodiscard]] Counts counts() const;
  /// Whether a mandatory policy does not hold: nothing may be applied then.
  [[nodiscard]] bool denied() const;
  /// Nothing to do.
  [[nodiscard]] bool empty() const;
  [[nodiscard]] const Change* find(const ir::Address& address) const;
};

}  // namespace berth::plan
