#pragma once

#include <set>

#include "engine/context.h"
#include "engine/control/work_queue.h"
#include "scheduler/reconcile_service.h"

namespace berth::engine {

/// The shell around scheduler::reconcile: takes dirty services, loads what a decision depends on, commits the decision, and comes back
/// when the decision asks for it. Level-based: a key that is looked at twice costs time and nothing else.
class ServiceController {
 public:
  explicit ServiceController(Milliseconds healthy_after);

  /// Looks at a service as soon as possible.
  void add(const ServiceKey& key, Timestamp now) { queue_.add(key, now); }
  /// Decides about every service that is due, a few per transaction. A store that fails is reported in the log and tried again later.
  /// True when anything was decided.
  bool step(const Context& context);
  [[nodiscard]] std::optional<Timestamp> next_wake() const { return queue_.next_due(); }

 private:
  /// Inside a transaction. When to look again, if at all.
  std::optional<Timestamp> reconcile(const Context& context, const ServiceKey& key, bool& decided) const;

  scheduler::SchedulerOptions options_;
  WorkQueue<ServiceKey> queue_;
};

/// Where tasks of `cluster` may go now: its instances, each with what is taken of it.
std::vector<scheduler::InstanceLoad> instance_loads(const Store& store, const std::string& cluster);

/// The tags of a service's tasks: what propagateTags names, and the managed ones.
std::vector<scheduler::Tag> task_tags_of(const scheduler::Service& service, const TaskDefinitionRecord& definition);

}  // namespace berth::engine
