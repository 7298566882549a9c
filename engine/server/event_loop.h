#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"

namespace berth::engine {

/// The one thread of the engine: runs what was posted, one after the other. Beside it a few workers for what blocks. Boost.Asio inside.
class EventLoop {
 public:
  explicit EventLoop(int workers = 4);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs until `stop`. Call it from the thread that owns everything.
  void run();
  /// From any thread.
  void stop();
  /// Waits for the work that workers are doing; what they have not begun is dropped.
  void stop_workers();
  /// Runs `work` on the loop's thread, later. From any thread.
  void post(std::function<void()> work);
  /// Runs `work` on a worker. From any thread.
  void background(std::function<void()> work);
  /// The one timer of the loop: replaces what was set before. From the loop's thread.
  void set_timer(Milliseconds delay, std::function<void()> work);
  /// SIGTERM and SIGINT call `work` on the loop's thread.
  void on_terminate(std::function<void()> work);

  struct Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace berth::engine
