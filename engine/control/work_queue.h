#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.h"

namespace berth::engine {

/// Keys that somebody has to look at, each at most once, with a "not before". Adding a key again keeps the earlier time: a key is never
/// late because it was added twice. Everything is O(log n).
template <class Key>
class WorkQueue {
 public:
  void add(const Key& key, Timestamp not_before) {
    const auto [entry, added] = due_of_.emplace(key, not_before);
    if (!added) {
      if (entry->second <= not_before) return;
      by_due_.erase({entry->second, key});
      entry->second = not_before;
    }
    by_due_.insert({not_before, key});
  }

  /// Takes the next key that is due at `now`.
  std::optional<Key> pop(Timestamp now) {
    if (by_due_.empty() || by_due_.begin()->first > now) return std::nullopt;
    Key key = by_due_.begin()->second;
    by_due_.erase(by_due_.begin());
    due_of_.erase(key);
    return key;
  }

  [[nodiscard]] std::optional<Timestamp> next_due() const {
    if (by_due_.empty()) return std::nullopt;
    return by_due_.begin()->first;
  }
  [[nodiscard]] std::size_t size() const { return due_of_.size(); }
  [[nodiscard]] bool empty() const { return due_of_.empty(); }

 private:
  std::map<Key, Timestamp> due_of_;
  std::set<std::pair<Timestamp, Key>> by_due_;
};

}  // namespace berth::engine
