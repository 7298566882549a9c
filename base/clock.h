#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace berth {

/// Milliseconds since the Unix epoch (UTC), or a span of them. One type, so that pure code can compute with time without a clock.
using Milliseconds = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where `now` comes from. Pure code takes a Timestamp instead.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

/// For tests: stands still until told.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start = Timestamp(std::chrono::seconds(1'700'000'000))) : now_(start) {}
  [[nodiscard]] Timestamp now() const override { return now_; }
  void advance(Milliseconds by) { now_ += by; }
  void set(Timestamp to) { now_ = to; }

 private:
  Timestamp now_;
};

/// "2026-11-22T16:47:03.120Z".
std::string format_utc(Timestamp time);
/// "350 ms", "4.2 s", "3 min 20 s", "2 h 5 min": for people.
std::string format_duration(Milliseconds duration);

}  // namespace berth
