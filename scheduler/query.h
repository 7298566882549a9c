#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "scheduler/model/instance.h"

namespace berth::scheduler {

/// What an expression of the cluster query language speaks of.
struct QuerySubject {
  const Instance& instance;
  /// Wanted tasks on the instance, by their group.
  const std::map<std::string, std::int64_t>& groups;
  std::int64_t running_tasks = 0;
};

/// An expression of the cluster query language, for memberOf constraints and the filter of ListContainerInstances. Grammar and meaning:
/// ecs.md 4.9. An attribute that an instance does not have fails every comparison but `!exists` and `!in`.
class ClusterQuery {
 public:
  /// The error's message says what is wrong and where; its code is InvalidParameterException.
  static Result<ClusterQuery> parse(const std::string& text);
  [[nodiscard]] bool matches(const QuerySubject& subject) const;

  struct Node;

 private:
  explicit ClusterQuery(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace berth::scheduler
