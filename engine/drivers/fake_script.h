#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engine/drivers/driver.h"

namespace berth::engine {

/// What a container of the fake runtime does, and how long the runtime takes over it.
struct FakeScript {
  Milliseconds pull_time{0};
  Milliseconds create_time{0};
  Milliseconds start_time{0};
  Milliseconds remove_time{0};
  bool pull_fails = false;
  bool create_fails = false;
  bool start_fails = false;
  /// It ends by itself this long after its start; nothing: it runs until stopped.
  std::optional<Milliseconds> exits_after;
  int exit_code = 0;
  bool out_of_memory = false;
  /// From the stop signal to the exit; a container that takes longer than the stop's time limit is killed (exit code 137).
  Milliseconds stop_delay{0};
  int stop_exit_code = 143;
  bool ignores_stop = false;
  /// Health by time since the start. Empty and a health check in the spec: healthy after one interval.
  std::vector<std::pair<Milliseconds, std::string>> health;
  /// Lines written to stdout at the start.
  std::vector<std::string> output;
  bool operator==(const FakeScript&) const = default;
};

/// The script that a container brings along: directives in its image, `fake/exit-1-after-5s` (several joined by `_`, a tag is
/// ignored), and in its environment variable FAKE (several joined by spaces). Images outside `fake/` say nothing. Directives:
/// pull-2s create-2s start-2s remove-2s (durations: ms, s, m), pull-fails create-fails start-fails, exit-CODE-after-5s, exit-CODE
/// (at once), oom-after-5s, stop-3s, stop-exit-CODE, ignores-stop, healthy-after-2s, unhealthy-after-10s, says-TEXT, and `app`,
/// which does nothing. An unknown directive is an error (code CannotCreateContainerError).
Result<FakeScript> parse_fake_script(const ContainerSpec& spec);

}  // namespace berth::engine
