#include "engine/drivers/docker/task_networks.h"

#include <fmt/format.h>

#include "engine/drivers/docker/tar.h"
#include "engine/pause/pause.h"

namespace berth::engine::docker {
namespace {

/// FNV-1a: a new pause program gets a new image.
std::string fingerprint(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037ull;
  for (unsigned char byte : bytes) hash = (hash ^ byte) * 1099511628211ull;
  return fmt::format("{:016x}", hash);
}

}  // namespace

TaskNetworks::TaskNetworks(std::string engine_id)
    : engine_id_(std::move(engine_id)), network_("berth-" + engine_id_), image_{"berth-pause", fingerprint(pause_program())} {}

void TaskNetworks::add_member(const std::string& task_id, const std::string& container) {
  std::lock_guard lock(mutex_);
  members_[task_id].insert(container);
}

bool TaskNetworks::drop_member(const std::string& task_id, const std::string& container) {
  std::lock_guard lock(mutex_);
  auto task = members_.find(task_id);
  if (task == members_.end()) return false;
  task->second.erase(container);
  if (!task->second.empty()) return false;
  members_.erase(task);
  return true;
}

std::vector<std::string> TaskNetworks::members(const std::string& task_id) const {
  std::lock_guard lock(mutex_);
  auto task = members_.find(task_id);
  if (task == members_.end()) return {};
  return {task->second.begin(), task->second.end()};
}

std::string TaskNetworks::address(const std::string& task_id) const {
  std::lock_guard lock(mutex_);
  auto found = up_.find(task_id);
  return found == up_.end() ? "" : found->second;
}

bool TaskNetworks::is_up(const std::string& task_id) const {
  std::lock_guard lock(mutex_);
  return up_.count(task_id) > 0;
}

void TaskNetworks::set_up(const std::string& task_id, const std::string& address) {
  std::lock_guard lock(mutex_);
  up_[task_id] = address;
}

void TaskNetworks::set_down(const std::string& task_id) {
  std::lock_guard lock(mutex_);
  up_.erase(task_id);
}

Result<void> TaskNetworks::ensure_ground(Client& client) {
  std::lock_guard lock(ground_mutex_);
  if (ground_ready_) return {};
  BERTH_TRY_VOID(client.ensure_network(network_, engine_id_));
  BERTH_TRY(here, client.find_image(image_.name + ":" + image_.tag));
  if (!here)
    BERTH_TRY_VOID(client.import_image(tar_of_executable("pause", pause_program()), image_, R"(ENTRYPOINT ["/pause"])"));
  ground_ready_ = true;
  return {};
}

Result<void> TaskNetworks::ensure(Client& client, const std::string& task_id, const SandboxSpec& sandbox) {
  if (is_up(task_id)) return {};
  BERTH_TRY_VOID(ensure_ground(client));
  auto address = start(client, task_id, sandbox);
  if (!address) {
    // Somebody may have removed the network or the image: the next task looks again.
    std::lock_guard lock(ground_mutex_);
    ground_ready_ = false;
    return Error{"ContainerNetworkingError", address.error().message, address.error().retryable};
  }
  set_up(task_id, *address);
  return {};
}

Result<std::string> TaskNetworks::start(Client& client, const std::string& task_id, const SandboxSpec& sandbox) {
  auto name = pause_name(task_id);
  BERTH_TRY(created, client.create(name, pause_body(task_id, engine_id_, image_.name + ":" + image_.tag, network_, sandbox)));
  BERTH_TRY_VOID(client.start(name));
  BERTH_TRY(inspected, client.inspect(name));
  auto address = inspected ? state_of(*inspected).private_ip : std::string();
  if (sandbox.network && address.empty()) return Error{"ContainerNetworkingError", fmt::format("`{}` has no address", name), true};
  return address;
}

Result<bool> TaskNetworks::remove_unused(Client& client, const std::string& task_id) {
  if (!members(task_id).empty()) return false;
  set_down(task_id);
  return client.remove(pause_name(task_id));
}

}  // namespace berth::engine::docker
