#include "base/clock.h"

#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace berth {

Timestamp SystemClock::now() const { return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()); }

std::string format_utc(Timestamp time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto milliseconds = (time - seconds).count();
  const std::time_t t = std::chrono::system_clock::to_time_t(seconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(t), milliseconds);
}

std::string format_duration(Milliseconds duration) {
  const std::int64_t ms = duration.count();
  if (ms < 1000) return fmt::format("{} ms", ms);
  // Tenths are cut off, so that 59.99 s does not read as 60.
  if (ms < 60'000) return ms % 1000 < 100 ? fmt::format("{} s", ms / 1000) : fmt::format("{}.{} s", ms / 1000, ms % 1000 / 100);
  const std::int64_t seconds = ms / 1000;
  const auto two = [](std::int64_t big, const char* big_unit, std::int64_t small, const char* small_unit) {
    return small == 0 ? fmt::format("{} {}", big, big_unit) : fmt::format("{} {} {} {}", big, big_unit, small, small_unit);
  };
  if (seconds < 3600) return two(seconds / 60, "min", seconds % 60, "s");
  return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
}

}  // namespace berth
