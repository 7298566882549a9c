#include "base/intern.h"

#include <functional>
#include <mutex>
#include <set>

namespace berth {

const std::string* intern(std::string_view text) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> names;
  const std::lock_guard lock(mutex);
  auto found = names.find(text);
  if (found == names.end()) found = names.emplace(text).first;
  return &*found;
}

}  // namespace berth
