#include "providers/ecs/waiting_clock.h"

#include <algorithm>
#include <thread>

namespace berth::provider {

Timestamp SystemWaitingClock::now() const { return SystemClock().now(); }

bool SystemWaitingClock::wait(Milliseconds duration) {
  // A signal handler can set an atomic and nothing else, so the flag is looked at in short slices.
  constexpr Milliseconds kSlice{50};
  const auto end = std::chrono::steady_clock::now() + duration;
  while (!stop_.load()) {
    const auto left = std::chrono::ceil<Milliseconds>(end - std::chrono::steady_clock::now());
    if (left <= Milliseconds::zero()) return true;
    std::this_thread::sleep_for(std::min(left, kSlice));
  }
  return false;
}

}  // namespace berth::provider
