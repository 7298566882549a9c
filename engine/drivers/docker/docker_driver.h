#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "engine/drivers/docker/lanes.h"
#include "engine/drivers/docker/task_networks.h"
#include "engine/drivers/driver.h"

namespace berth::engine::docker {

/// When a registry is asked for an image that is here by its tag (ECS_IMAGE_PULL_BEHAVIOR). What was never in a registry, and what is named by
/// digest, is used as it is.
enum class ImagePull {
  with_fallback,  ///< each time; when that fails, what is here is used
  always,         ///< each time; when that fails, the task does
  prefer_cached,  ///< never
};

struct DockerConfig {
  /// unix:///path, tcp://host:port or http://host:port.
  std::string host = "unix:///var/run/docker.sock";
  /// Written to every container and network; what carries another id is never touched. [a-z0-9-].
  std::string engine_id;
  /// Calls to Docker at the same time; 0 is twice the number of cores, beyond which Docker only gets slower.
  int workers = 0;
  ImagePull pull = ImagePull::with_fallback;
};

/// Containers of a Docker Engine (or what speaks its API from 1.41 on).
///
/// Images are pulled as `DockerConfig::pull` says. Ports are published on 127.0.0.1. Tasks with NetworkMode::awsvpc get a pause container
/// on the network `berth-<engine id>`, those whose containers share processes or IPC one without a network; it is removed with their last
/// container, as are the task's volumes.
class DockerDriver final : public ContainerDriver {
 public:
  /// Fails when no Docker answers there: CannotGetDockerclientError, DockerTimeoutError.
  static Result<std::unique_ptr<DockerDriver>> connect(DockerConfig config);
  /// Forgets queued operations and waits for running calls (a second at most). Containers are left as they are.
  ~DockerDriver() override;

  void submit(Operation operation) override;
  [[nodiscard]] News poll() override;
  [[nodiscard]] Result<std::vector<ContainerState>> list() override;
  [[nodiscard]] Result<std::vector<LogLine>> logs(const LogQuery& query) override;
  [[nodiscard]] Capacity capacity() const override { return capacity_; }
  /// Within about a second, whatever Docker does.
  void abandon() override;
  void on_news(std::function<void()> wake) override;

 private:
  DockerDriver(DockerConfig config, Endpoint endpoint, Capacity capacity);

  Lanes::Step pull_step(Operation operation);
  Lanes::Step create_step(Operation operation);
  Lanes::Step start_step(Operation operation);
  Lanes::Step stop_step(Operation operation);
  Lanes::Step remove_step(Operation operation);
  /// The digest of what the image then is.
  Result<std::string> pull(Client& client, const std::string& image, Lanes::Time asked);
  Result<ContainerState> create(Client& client, const ContainerSpec& spec);
  Result<ContainerState> adopt(Client& client, const ContainerSpec& spec);
  Result<ContainerState> start(Client& client, const std::string& name);
  /// `removed`, once the volumes of the task that no container has are gone.
  Result<bool> forget_volumes(Client& client, const std::string& task_id, bool removed) const;
  void drop_member(const std::string& task_id, const std::string& name);
  void remove_unused_network(const std::string& task_id, std::function<void(std::optional<Error>)> finish = {});

  void watch_events();
  void take_event(const Event& event);
  void pause_died(const Event& event);
  Lanes::Step look_step(Event event);

  [[nodiscard]] ContainerState with_address(ContainerState state) const;
  void complete(const Operation& operation, std::optional<Error> error, std::optional<ContainerState> state = std::nullopt,
                std::string image_digest = "");
  void report(ContainerEvent event);
  /// Adds to the news under the lock and calls the listener after it.
  void tell(const std::function<void(News&)>& add);

  /// Names for which something that we do will cause an event, which then is no news.
  class Expected {
   public:
    void insert(const std::string& name);
    bool erase(const std::string& name);
    [[nodiscard]] bool contains(const std::string& name) const;

   private:
    mutable std::mutex mutex_;
    std::set<std::string> names_;
  };

  /// When pulls that ended well began, by image.
  class Pulls {
   public:
    void note(const std::string& image, Lanes::Time begun);
    [[nodiscard]] bool begun_since(const std::string& image, Lanes::Time asked) const;

   private:
    mutable std::mutex mutex_;
    std::map<std::string, Lanes::Time> begun_;
  };

  const DockerConfig config_;
  const Endpoint endpoint_;
  const Capacity capacity_;
  std::atomic<bool> cancelled_{false};
  TaskNetworks networks_;
  Expected starting_;
  Expected stopping_;
  Expected removing_;
  Pulls pulls_;

  std::mutex news_mutex_;
  News news_;
  std::function<void()> wake_;

  std::mutex list_mutex_;
  std::unique_ptr<Client> list_client_;

  std::mutex ending_mutex_;
  std::condition_variable ending_;
  /// Last, so that their threads end before what they use. Pulls have workers of their own: they take long and wait for others.
  std::unique_ptr<Lanes> pullers_;
  std::unique_ptr<Lanes> lanes_;
  std::thread event_thread_;
};

}  // namespace berth::engine::docker
