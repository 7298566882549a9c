#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/drivers/docker/client.h"

namespace berth::engine::docker {

/// Worker threads for calls to Docker. Work is put on named lanes: what is on one lane is done in order, lanes run in parallel. A
/// step that has to wait (for a container's end, for another lane) does not hold its worker: it says until when, and is called
/// again then or on `wake`.
class Lanes {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// One step of work on a worker's own connection. Nothing: it is done, the lane goes on. A time: call it again then, or when
  /// woken.
  using Step = std::function<std::optional<Time>(Client&)>;

  /// `make_client` is called once on each worker's thread. Destruction is `end`.
  Lanes(int workers, std::function<std::unique_ptr<Client>()> make_client);
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  /// Waits for running steps; others are never run.
  void end();

  /// Thread-safe.
  void post(const std::string& lane, Step step);
  /// Calls a waiting step of the lane now, or again if it runs just now. Thread-safe; an unknown lane is none of our business.
  void wake(const std::string& lane);

 private:
  struct Lane {
    std::deque<Step> steps;
    enum class State { ready, running, parked } state = State::ready;
    Time until{};
    bool woken = false;
  };

  void work(const std::function<std::unique_ptr<Client>()>& make_client);
  void run_one(const std::string& name, Client& client, std::unique_lock<std::mutex>& lock);
  void make_ready(const std::string& name, Lane& lane);
  void ready_the_due();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Lane> lanes_;
  std::deque<std::string> ready_;
  std::multimap<Time, std::string> parked_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace berth::engine::docker
