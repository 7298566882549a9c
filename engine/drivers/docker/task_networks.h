#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/drivers/docker/client.h"

namespace berth::engine::docker {

/// The namespaces that the containers of a task share (an address of their own, processes, IPC): for each such task a pause
/// container, on the engine's bridge network if the task has an address, which the task's containers join. Knows which containers use which. Thread-safe; calls for one task must not overlap
/// (they are on one lane).
class TaskNetworks {
 public:
  explicit TaskNetworks(std::string engine_id);

  /// A lane for everything about the task's pause container.
  static std::string lane(const std::string& task_id) { return pause_name(task_id); }

  void add_member(const std::string& task_id, const std::string& container);
  /// Whether that was the last of a task that has a network, so that the network can go.
  bool drop_member(const std::string& task_id, const std::string& container);
  [[nodiscard]] std::vector<std::string> members(const std::string& task_id) const;
  [[nodiscard]] std::string address(const std::string& task_id) const;
  /// The task's pause container runs, with this address (empty: it has none).
  void set_up(const std::string& task_id, const std::string& address);
  void set_down(const std::string& task_id);

  /// Makes sure that the task's pause container runs. The network and the image are made at the first need.
  Result<void> ensure(Client& client, const std::string& task_id, const SandboxSpec& sandbox);
  /// Removes the pause container, unless the task has members again. Whether there was anything to remove.
  Result<bool> remove_unused(Client& client, const std::string& task_id);

 private:
  Result<void> ensure_ground(Client& client);
  Result<std::string> start(Client& client, const std::string& task_id, const SandboxSpec& sandbox);
  [[nodiscard]] bool is_up(const std::string& task_id) const;

  const std::string engine_id_;
  const std::string network_;
  const ImageReference image_;
  mutable std::mutex mutex_;
  std::map<std::string, std::set<std::string>> members_;
  std::map<std::string, std::string> up_;  ///< addresses of pause containers that run
  /// Held while network and image are made: Docker would make two networks of one name.
  std::mutex ground_mutex_;
  bool ground_ready_ = false;
};

}  // namespace berth::engine::docker
