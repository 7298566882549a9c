#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "planner/plan.h"

namespace berth::plan {

/// Who made a difference between the source and what runs, seen from the last apply.
enum class Cause : std::uint8_t {
  source,   ///< the files changed, and nobody applied it
  by_hand,  ///< somebody changed what runs
  unknown,  ///< one of them, or both: what was applied last cannot be told
};
/// "not-applied", "by-hand", "unknown".
std::string_view word(Cause cause);

/// A difference that the stack's owners know of and leave alone until a day.
struct KnownDrift {
  std::string address;  ///< "service.web"
  std::string path;     ///< a setting or a block; "*" for all of the resource
  std::string until;    ///< "2027-01-31", the last day on which it counts
  std::string reason;
  int line = 0;         ///< of the list
};

/// Reads a list of known drift: a line each, `ADDRESS PATH until YYYY-MM-DD: REASON`; blank lines and lines that begin with # do not count.
/// Error "usage" names the line.
Result<std::vector<KnownDrift>> parse_known_drift(std::string_view text);

/// One difference between file, last apply, and what runs.
struct Difference {
  ir::Address address;
  std::string path;   ///< setting, API member, or "" for the resource
  Cause cause = Cause::unknown;
  std::string file;   ///< what the file says, as spelled in the language; "" = nothing
  std::string live;   ///< what runs
  std::string text;   ///< for people
  std::string place;  ///< "shop.ecs:12" or ""
  std::string known;  ///< the reason why it is left alone, or ""
};

struct DriftReport {
  std::vector<Difference> differences;  ///< sorted by address, then path
  std::vector<KnownDrift> expired;      ///< lines whose day has passed
  std::vector<KnownDrift> unused;       ///< lines that nothing differs for
  /// Those that somebody made by hand, or may have, and that nobody knows of.
  [[nodiscard]] std::size_t drifted() const;
  [[nodiscard]] std::size_t count(Cause cause) const;
};

/// Finds out for every difference of the plan who made it. There is no record of the last apply but the tag berth:hash, which says what content was applied: the
/// content is found by trying which of the differing settings must be as they run for the hash to be that. `today`: "2026-11-23".
DriftReport compare_three_ways(const Plan& plan, const std::vector<KnownDrift>& known, const std::string& today);

std::string render_drift_text(const DriftReport& report);
Json render_drift_json(const DriftReport& report);

}  // namespace berth::plan
