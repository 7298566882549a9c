#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/error.h"
#include "engine/agent/agent.h"
#include "engine/context.h"
#include "engine/control/service_controller.h"
#include "engine/drivers/driver.h"
#include "engine/handlers/handlers.h"
#include "engine/store/store.h"

namespace berth::engine {

/// A request as it came over the wire.
struct Request {
  std::string method = "POST";
  std::string path = "/";
  std::string target;  ///< X-Amz-Target
  std::string body;
};

struct Response {
  int status = 200;
  std::string body;
  std::string request_id;
};

/// ECS on this machine: answers the API and keeps containers as services and tasks want them. It owns no thread, reads no clock and opens no
/// socket; the caller gives time and calls `step` when `next_wake` says so and whenever `on_news` was called. All calls come from one thread.
class Engine {
 public:
  /// Called exactly once per request, from the calling thread or from one of `blocking`'s.
  using Responder = std::function<void(Response)>;

  /// Everything given must outlive the engine. `blocking` runs work that waits (reading output) elsewhere, or at once.
  Engine(Config config, Clock& clock, Store& store, ContainerDriver& driver, RandomSource& random, Agent::Blocking blocking);

  void handle(const Request& request, const Responder& respond);
  /// Does everything that can be done at this moment: takes the driver's news, decides about services, moves tasks on.
  void step();
  /// When `step` has something to do although nothing is reported.
  [[nodiscard]] std::optional<Timestamp> next_wake() const;
  /// `wake` is called, from any thread, when `step` should be called; it may only schedule that.
  void on_news(std::function<void()> wake);

 private:
  [[nodiscard]] Call call();
  Result<Json> answer(Call& context, std::string_view target, const std::string& body);
  Result<Json> engine_status() const;
  void take_changes(Timestamp now);
  /// The clock was set back by `by`: nothing may wait for the time that it was ahead.
  void follow_clock(Timestamp now, Milliseconds by);
  void forget_old(Timestamp now);

  const Config config_;
  Clock& clock_;
  Store& store_;
  ContainerDriver& driver_;
  RandomSource& random_;
  Agent::Blocking blocking_;
  Agent agent_;
  ServiceController services_;
  Timestamp started_at_;
  Timestamp next_forgetting_;
  Timestamp last_step_;
};

}  // namespace berth::engine
