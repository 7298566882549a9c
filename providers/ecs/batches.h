#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"

namespace berth::provider {

/// `all` in parts of at most `size`, in order.
inline std::vector<std::vector<std::string>> batches(const std::vector<std::string>& all, std::size_t size) {
  std::vector<std::vector<std::string>> parts;
  for (std::size_t begin = 0; begin < all.size(); begin += size) {
    const std::size_t end = std::min(all.size(), begin + size);
    parts.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return parts;
}

/// The parts as one list again.
template <class T>
std::vector<T> joined(std::vector<std::vector<T>> parts) {
  std::vector<T> all;
  for (std::vector<T>& part : parts) std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

/// Those items that are texts: names and ARNs of a List operation.
inline std::vector<std::string> as_texts(const std::vector<Json>& items) {
  std::vector<std::string> texts;
  for (const Json& item : items) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace berth::provider
