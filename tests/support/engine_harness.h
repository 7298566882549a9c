#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/codec.h"
#include "api/operations.h"
#include "base/json.h"
#include "engine/drivers/fake_driver.h"
#include "engine/engine.h"

namespace berth::test {

/// A whole engine in the process: fake containers, a clock that stands still until told, ids from a seed. The machine (`world`) and the store's
/// file outlive the engine, so that a test can crash and restart it. With ":memory:" a restart keeps the store itself.
class EngineHarness {
 public:
  explicit EngineHarness(std::string database = ":memory:", std::uint64_t seed = 1) : database_(std::move(database)), random_(seed) { start(); }
  ~EngineHarness() { crash(); }
  EngineHarness(const EngineHarness&) = delete;
  EngineHarness& operator=(const EngineHarness&) = delete;

  /// The process dies: nothing but the world and the file stays.
  void crash() {
    engine_.reset();
    driver_.reset();
    if (database_ != ":memory:") store_.reset();
  }
  void start() {
    crash();
    if (!store_) {
      auto opened = engine::Store::open({.path = database_, .durable = false});
      BERTH_CHECK(opened, opened.error().message);
      store_ = std::move(*opened);
    }
    driver_ = std::make_unique<engine::FakeDriver>(world);
    engine::Config config{.version = "0.0.0-test", .data_dir = "/data", .driver_name = "fake", .host_name = "host"};
    engine_ = std::make_unique<engine::Engine>(config, clock, *store_, *driver_, random_, [](const std::function<void()>& work) { work(); });
  }

  /// One request by the operation's name, then everything that follows from it at this moment.
  engine::Response call(const std::string& operation, const std::string& body) {
    const std::string target = target_of(operation);
    engine::Response answer;
    engine_->handle({.method = "POST", .path = "/", .target = target, .body = body}, [&answer](engine::Response response) { answer = std::move(response); });
    settle();
    return answer;
  }
  template <class Op>
  Result<typename Op::Response> call(const typename Op::Request& request) {
    const engine::Response answer = call(std::string(Op::kName), canonical_json(api::encode(request)));
    const auto json = parse_json(answer.body);
    BERTH_CHECK(json, "an answer is JSON");
    if (answer.status != 200) {
      const api::ApiError error = api::decode_error(*json, answer.status);
      return Error{error.type, error.message};
    }
    return api::decode<typename Op::Response>(*json);
  }

  /// Steps until nothing more happens at this moment.
  void settle() {
    engine_->step();
    while (const auto due = due_now()) engine_->step();
  }
  /// Lets time pass, stopping wherever something is due.
  void advance(Milliseconds by) {
    const Timestamp until = clock.now() + by;
    while (true) {
      const auto wake = next_wake();
      if (!wake || *wake > until) break;
      clock.set(std::max(*wake, clock.now()));
      engine_->step();
    }
    clock.set(until);
    settle();
  }

  /// The full X-Amz-Target of an operation's name; a name with a dot is one already.
  static std::string target_of(const std::string& operation) {
    if (operation.find('.') != std::string::npos) return operation;
    for (const api::OperationInfo& info : api::operations()) {
      if (info.name == operation) return std::string(info.prefix) + "." + operation;
    }
    return "AmazonEC2ContainerServiceV20141113." + operation;
  }

  engine::Engine& engine() { return *engine_; }
  engine::Store& store() { return *store_; }

  engine::FakeWorld world;
  ManualClock clock{world.now()};

 private:
  [[nodiscard]] std::optional<Timestamp> next_wake() const {
    auto wake = engine_->next_wake();
    const auto due = world.next_due();
    if (due && (!wake || *due < *wake)) wake = due;
    return wake;
  }
  [[nodiscard]] std::optional<Timestamp> due_now() const {
    const auto wake = next_wake();
    return wake && *wake <= clock.now() ? wake : std::nullopt;
  }

  std::string database_;
  RandomSource random_;
  std::unique_ptr<engine::Store> store_;
  std::unique_ptr<engine::FakeDriver> driver_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace berth::test
