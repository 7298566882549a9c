#include "cli/duration.h"

#include <charconv>
#include <cstdint>
#include <limits>

#include <fmt/format.h>

namespace berth::cli {
namespace {

/// Milliseconds in a unit; 0 for what is none.
std::int64_t milliseconds_in(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1'000;
  if (unit == "m") return 60'000;
  if (unit == "h") return 3'600'000;
  if (unit == "d") return 86'400'000;
  return 0;
}

}  // namespace

Result<Milliseconds> parse_duration(const std::string& text) {
  const Error error{"usage", fmt::format("`{}` is no duration; write `90s`, `10m` or `1h30m`", text)};
  std::int64_t total = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  if (at == end) return error;
  while (at != end) {
    std::int64_t count = 0;
    const auto [after, failed] = std::from_chars(at, end, count);
    if (failed != std::errc() || count < 0) return error;
    const char* unit_end = after;
    while (unit_end != end && *unit_end >= 'a' && *unit_end <= 'z') ++unit_end;
    const std::int64_t factor = milliseconds_in({after, static_cast<std::size_t>(unit_end - after)});
    std::int64_t part = 0;
    if (factor == 0 || __builtin_mul_overflow(count, factor, &part) || __builtin_add_overflow(total, part, &total)) return error;
    at = unit_end;
  }
  return Milliseconds(total);
}

}  // namespace berth::cli
