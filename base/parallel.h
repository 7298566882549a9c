#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace berth {

/// Fewer resources are not worth a part of their own, whatever is done with each.
inline constexpr std::size_t kLeastPerPart = 250;

/// A part of [0, count).
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// How many threads are worth while.
inline std::size_t processors() { return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8); }

/// [0, count) in consecutive ranges for `in_parts`: several for each processor, since one element may cost many times what another does; fewer when they
/// would have less than `least` elements.
inline std::vector<Range> ranges_of(std::size_t count, std::size_t least) {
  constexpr std::size_t kPartsPerProcessor = 8;
  const std::size_t parts = std::clamp<std::size_t>(count / std::max<std::size_t>(least, 1), 1, processors() * kPartsPerProcessor);
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

/// Calls `work(i)` for every i below `count`, on all processors: whoever is done takes the next. What they write must not be shared.
template <class Work>
void in_parts(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  at_once(std::min(count, processors()), [&](std::size_t) {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  });
}

}  // namespace berth
