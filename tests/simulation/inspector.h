#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/plant.h"

namespace berth::simulation {

/// Looks at a plant after every step and throws a Violation when something is as it must never be. What it expects is computed from tasks,
/// containers and requests alone, not by the scheduler.
class Inspector {
 public:
  explicit Inspector(Plant& plant) : plant_(plant) {}

  void look();
  /// The runtime's events or lists are withheld: records may differ from containers until the engine had time to look for itself.
  void blinded() { blind_until_ = plant_.elapsed() + std::chrono::seconds(70); }
  void blind_for_good(bool is_blind) { blind_ = is_blind; }

  /// Rollouts that completed and that failed, and tasks started, as seen.
  struct Seen {
    std::int64_t tasks = 0;
    std::int64_t completed = 0;
    std::int64_t failed = 0;
    std::int64_t stops = 0;
    std::int64_t steady_sets = 0;
  };
  [[nodiscard]] const Seen& seen() const { return seen_; }

 private:
  using Tasks = std::map<std::string, engine::Ref<scheduler::Task>>;

  /// What is kept at a count of its own: all of a service's tasks, or those of one of its task sets.
  struct Share {
    std::string task_set;
    std::int64_t lower = 0;
    std::int64_t upper = 0;
  };
  static std::vector<Share> shares_of(const scheduler::Service& service);
  static bool is_of(const scheduler::Task& task, const scheduler::Service& service, const Share& share);

  void check_service(const scheduler::Service& service, const Tasks& before, const Tasks& after);
  void check_maximum(const scheduler::Service& service, const Share& share, const std::vector<engine::Ref<scheduler::Task>>& wanted, const Tasks& before);
  void check_minimum(const scheduler::Service& service, const Share& share, const Tasks& before, const Tasks& after);
  void check_counts(const scheduler::Service& service, const std::vector<engine::Ref<scheduler::Task>>& wanted);
  void check_deployments(const scheduler::Service& service, const std::vector<engine::Ref<scheduler::Task>>& wanted);
  void check_task_sets(const scheduler::Service& service, const std::vector<engine::Ref<scheduler::Task>>& wanted, const Tasks& tasks);
  void check_containers(const Tasks& tasks);
  void check_room(const Tasks& tasks);

  Plant& plant_;
  Tasks before_;
  Timestamp before_at_{};
  Milliseconds blind_until_{0};
  bool blind_ = false;
  /// Containers of no live task, and since when.
  std::map<std::string, Milliseconds> orphans_;
  std::set<std::string> finished_;
  std::set<std::string> steady_sets_;
  Seen seen_;
};

/// Wanted and not ended.
bool is_wanted(const scheduler::Task& task);
/// The task in a line, for messages.
std::string brief(const scheduler::Task& task);
/// Counts for the minimum, as Amazon documents it.
bool is_healthy(const scheduler::Task& task, Timestamp now);

}  // namespace berth::simulation
