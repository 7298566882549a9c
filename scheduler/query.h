#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/cluster_query.h"
#include "scheduler/model/instance.h"

namespace berth::scheduler {

/// What an expression of the cluster query language speaks of.
struct QuerySubject {
  const Instance& instance;
  /// Wanted tasks on the instance, by their group.
  const std::map<std::string, std::int64_t>& groups;
  std::int64_t running_tasks = 0;
};

[[nodiscard]] bool matches(const ClusterQuery& query, const QuerySubject& subject);

}  // namespace berth::scheduler
