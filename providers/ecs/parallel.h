#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "base/parallel.h"
#include "base/result.h"

namespace berth::provider {

/// Calls `work(i)` -> Result<T> for every i below `count` on at most `width` threads; results in order of i. After the first error no further call
/// starts, and that error is the result.
template <class T, class Work>
Result<std::vector<T>> map_parallel(std::size_t count, std::size_t width, const Work& work) {
  std::vector<std::optional<T>> results(count);
  std::optional<Error> first_error;
  std::mutex error_mutex;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  const auto run = [&] {
    for (std::size_t i = next.fetch_add(1); i < count && !failed.load(); i = next.fetch_add(1)) {
      Result<T> result = work(i);
      if (result) {
        results[i] = std::move(*result);
        continue;
      }
      const std::lock_guard lock(error_mutex);
      if (!first_error) first_error = result.error();
      failed = true;
    }
  };
  at_once(std::min(count, width), [&](std::size_t) { run(); });
  if (first_error) return *first_error;
  std::vector<T> values;
  values.reserve(count);
  for (std::optional<T>& result : results) values.push_back(std::move(*result));
  return values;
}

}  // namespace berth::provider
