#pragma once

#include <chrono>
#include <functional>

#include "base/result.h"

namespace berth::bench {

/// Seconds that `work` takes by the steady clock.
inline double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// What a piece of work costs when it runs in a process of its own.
struct Cost {
  double seconds = 0;
  double peak_mebibytes = 0;
  bool ok = false;
};

/// Runs `work` in a child process; its time without the start of the process, and the process's peak memory. Call without threads around.
Cost cost_of(const std::function<bool()>& work);

}  // namespace berth::bench
