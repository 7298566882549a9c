#include "scheduler/dependencies.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace berth::scheduler {
namespace {

using Verdict = DependencyState::Verdict;

const Container* by_name(const std::vector<Container>& containers, const std::string& name) {
  const auto found =
      std::find_if(containers.begin(), containers.end(), [&](const Container& container) { return container.name == name; });
  return found == containers.end() ? nullptr : &*found;
}

Error refused(std::string message) { return {"ClientException", std::move(message), false}; }

/// Rules for one edge that need no walk through the graph.
Result<void> check_edge(const std::vector<Container>& containers, const Container& container, const ContainerDependency& edge) {
  const Container* target = by_name(containers, edge.container);
  if (target == nullptr) {
    return refused(
        fmt::format("container '{}' depends on '{}', which the task definition does not have", container.name, edge.container));
  }
  if (target == &container) return refused(fmt::format("container '{}' depends on itself", container.name));
  const bool waits_for_end = edge.condition == DependencyCondition::Complete || edge.condition == DependencyCondition::Success;
  if (waits_for_end && target->essential) {
    return refused(
        fmt::format("container '{}' depends on '{}' with condition {}; such a dependency container cannot be essential",
                    container.name, target->name, name_of(edge.condition)));
  }
  if (edge.condition == DependencyCondition::Healthy && !target->has_health_check) {
    return refused(fmt::format("container '{}' depends on '{}' with condition HEALTHY, but '{}' has no health check",
                               container.name, target->name, target->name));
  }
  return {};
}

/// Depth-first order; `cycle` is the chain of names that closes on itself, if there is one.
class Walk {
 public:
  explicit Walk(const std::vector<Container>& containers) : containers_(containers) {
    for (const Container& container : containers) visit(container);
  }
  std::vector<std::string> order;
  std::vector<std::string> cycle;

 private:
  void visit(const Container& container) {
    if (done_.count(container.name) != 0 || !cycle.empty()) return;
    const auto open = std::find(path_.begin(), path_.end(), container.name);
    if (open != path_.end()) {
      cycle.assign(open, path_.end());
      cycle.push_back(container.name);
      return;
    }
    path_.push_back(container.name);
    for (const ContainerDependency& edge : container.depends_on) {
      if (const Container* target = by_name(containers_, edge.container)) visit(*target);
    }
    path_.pop_back();
    done_.insert(container.name);
    order.push_back(container.name);
  }

  const std::vector<Container>& containers_;
  std::vector<std::string> path_;
  std::set<std::string> done_;
};

/// Whether the condition is met or can never be, without regard to time. Source: ecs.md 5.3.
Verdict condition_verdict(const Container& dependency, DependencyCondition condition) {
  const bool stopped = dependency.known_status == ContainerStatus::Stopped;
  const bool running = dependency.known_status == ContainerStatus::Running;
  switch (condition) {
    case DependencyCondition::Create:
      if (dependency.known_status >= ContainerStatus::Created && !dependency.runtime_id.empty()) return Verdict::Ready;
      return stopped ? Verdict::Never : Verdict::Waiting;
    case DependencyCondition::Start: return running || stopped ? Verdict::Ready : Verdict::Waiting;
    case DependencyCondition::Complete:
      if (!stopped) return Verdict::Waiting;
      return dependency.exit_code ? Verdict::Ready : Verdict::Never;
    case DependencyCondition::Success:
      if (!stopped) return Verdict::Waiting;
      return dependency.exit_code == 0 ? Verdict::Ready : Verdict::Never;
    case DependencyCondition::Healthy:
      if (stopped || !dependency.has_health_check) return Verdict::Never;
      return running && dependency.health == HealthStatus::Healthy ? Verdict::Ready : Verdict::Waiting;
  }
  return Verdict::Never;
}

std::string never_reason(const Container& dependency, DependencyCondition condition) {
  if (dependency.known_status != ContainerStatus::Stopped)
    return fmt::format("dependency '{}' has no health check", dependency.name);
  if (!dependency.exit_code) return fmt::format("dependency '{}' stopped without having run", dependency.name);
  return fmt::format("dependency '{}' exited with code {} and can't become {}", dependency.name, *dependency.exit_code,
                     name_of(condition));
}

/// The state of one edge.
DependencyState edge_state(const Task& task, const Container& container, const ContainerDependency& edge, Timestamp now) {
  const Container* dependency = find_container(task, edge.container);
  if (dependency == nullptr) return {Verdict::Never, fmt::format("dependency '{}' does not exist", edge.container), {}};
  const Verdict verdict = condition_verdict(*dependency, edge.condition);
  if (verdict == Verdict::Ready) return {};
  if (verdict == Verdict::Never) return {Verdict::Never, never_reason(*dependency, edge.condition), {}};

  DependencyState waiting{Verdict::Waiting, fmt::format("waits for '{}' to be {}", edge.container, name_of(edge.condition)), {}};
  const bool timed = edge.condition != DependencyCondition::Start && dependency->start_timeout && dependency->started_at &&
                     container.known_status < ContainerStatus::Created;
  if (!timed) return waiting;
  waiting.until = *dependency->started_at + *dependency->start_timeout;
  if (now < *waiting.until) return waiting;
  return {Verdict::Never,
          fmt::format("dependency '{}' did not become {} within its start timeout of {}", edge.container, name_of(edge.condition),
                      format_duration(*dependency->start_timeout)),
          {}};
}

}  // namespace

Result<void> check_dependencies(const std::vector<Container>& containers) {
  for (const Container& container : containers) {
    std::set<std::string> seen;
    for (const ContainerDependency& edge : container.depends_on) {
      BERTH_TRY_VOID(check_edge(containers, container, edge));
      if (!seen.insert(edge.container).second) {
        return refused(fmt::format("container '{}' depends on '{}' more than once", container.name, edge.container));
      }
    }
  }
  const Walk walk(containers);
  if (walk.cycle.empty()) return {};
  return refused(fmt::format("the container dependencies form a cycle: {}", fmt::join(walk.cycle, " -> ")));
}

std::vector<std::string> start_order(const std::vector<Container>& containers) {
  Walk walk(containers);
  BERTH_CHECK(walk.cycle.empty(), "start_order needs a graph without cycles");
  return std::move(walk.order);
}

DependencyState dependency_state(const Task& task, const Container& container, Timestamp now) {
  DependencyState result;
  for (const ContainerDependency& edge : container.depends_on) {
    DependencyState state = edge_state(task, container, edge, now);
    if (state.verdict == Verdict::Never) return state;
    if (state.verdict == Verdict::Ready) continue;
    const std::optional<Timestamp> earliest = result.until && state.until ? std::min(result.until, state.until)
                                              : result.until              ? result.until
                                                                          : state.until;
    if (result.verdict == Verdict::Ready) result = std::move(state);
    result.until = earliest;
  }
  return result;
}

bool may_stop(const Task& task, const Container& container) {
  return std::all_of(task.containers.begin(), task.containers.end(), [&](const Container& other) {
    const bool depends = std::any_of(other.depends_on.begin(), other.depends_on.end(),
                                     [&](const ContainerDependency& edge) { return edge.container == container.name; });
    return !depends || other.known_status == ContainerStatus::Stopped;
  });
}

}  // namespace berth::scheduler
