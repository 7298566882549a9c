#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace berth {

/// Fewer resources are not worth a thread, whatever is done with each.
inline constexpr std::size_t kLeastPerThread = 500;

/// A part of [0, count).
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// [0, count) in consecutive ranges, one for each processor, at most 8; fewer when they would have less than `least` elements.
inline std::vector<Range> ranges_of(std::size_t count, std::size_t least) {
  const std::size_t processors = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
  const std::size_t parts = std::clamp<std::size_t>(count / std::max<std::size_t>(least, 1), 1, processors);
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < parts; ++i) ranges.push_back({count * i / parts, count * (i + 1) / parts});
  return ranges;
}

/// Calls `work(i)` for every i below `count` at the same time, the last one on this thread. What they write must not be shared.
template <class Work>
void at_once(std::size_t count, const Work& work) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i + 1 < count; ++i) threads.emplace_back([&work, i] { work(i); });
  if (count > 0) work(count - 1);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace berth
