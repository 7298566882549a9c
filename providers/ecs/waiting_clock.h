#pragma once

#include <atomic>

#include "base/clock.h"

namespace berth::provider {

/// Time as a provider needs it: what time it is, and waiting. Tests wait in no time at all. Thread-safe.
class WaitingClock : public Clock {
 public:
  /// Waits; false when the wait ended early because the user asked to stop.
  virtual bool wait(Milliseconds duration) = 0;
  /// Whether the user asked to stop.
  [[nodiscard]] virtual bool interrupted() const = 0;
};

/// The machine's clock. A wait ends early once `stop` is true; a signal handler may set it.
class SystemWaitingClock final : public WaitingClock {
 public:
  explicit SystemWaitingClock(const std::atomic<bool>& stop) : stop_(stop) {}
  [[nodiscard]] Timestamp now() const override;
  bool wait(Milliseconds duration) override;
  [[nodiscard]] bool interrupted() const override { return stop_.load(); }

 private:
  const std::atomic<bool>& stop_;
};

}  // namespace berth::provider
