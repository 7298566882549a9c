#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tests/simulation/workload.h"

namespace berth::simulation {

/// What one run showed.
struct Outcome {
  std::uint64_t seed = 0;
  std::int64_t steps = 0;       ///< of the engine
  std::int64_t happenings = 0;  ///< what happened to it
  std::int64_t crashes = 0;
  Inspector::Seen seen;
  std::map<std::string, Workload::Tally> tallies;
  std::uint64_t digest = 0;
  /// What was violated, and the last steps before it.
  std::optional<std::string> violation;
};

/// An engine from its first start to its last container: `chaos` acts of clients and accidents, then calm until every service has settled,
/// then everything is deleted and nothing may be left. Follows from the seed alone.
Outcome simulate(std::uint64_t seed, int chaos, const std::string& database);

}  // namespace berth::simulation
