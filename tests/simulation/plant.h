#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/json.h"
#include "tests/support/engine_harness.h"

namespace berth::simulation {

/// What must never be was seen.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The answer to a request.
struct Answer {
  int status = 0;
  std::string text;
  /// Read when it is asked for; null when it is no JSON.
  [[nodiscard]] const Json& body() const;
  [[nodiscard]] bool ok() const { return status == 200; }
  mutable std::optional<Json> read{};
};

/// An engine with its machine, its clients and its clock, one step at a time. A step is one request, one fault, or one moment at which the
/// engine wakes up; after it everything that follows at that moment has happened. An engine that dies in a step is started again in it.
class Plant {
 public:
  Plant(const std::string& database, std::uint64_t seed) : harness_(database, seed) {}

  /// Called after every step.
  void on_step(std::function<void()> look) { look_ = std::move(look); }

  /// Nothing: the engine died, and the client does not know what became of its request.
  std::optional<Answer> call(const std::string& operation, const Json& body);
  /// A fault, or anything else that happens to the plant.
  void happen(const std::string& what, const std::function<void()>& act);
  /// Time passes until the engine wakes, at most `limit`.
  void wait(Milliseconds limit);
  /// Time passes, with as many steps as the engine wants.
  void pass(Milliseconds span);
  /// Somebody sets the clock.
  void jump(Milliseconds by);
  /// The engine's process dies now.
  void crash();

  [[nodiscard]] engine::FakeWorld& world() { return harness_.world; }
  [[nodiscard]] engine::Store& store() { return harness_.store(); }
  [[nodiscard]] Timestamp now() const { return harness_.clock.now(); }
  /// Time that really passed, whatever the clock was set to.
  [[nodiscard]] Milliseconds elapsed() const { return elapsed_; }
  /// What the engine did: requests it handled, and steps it took.
  [[nodiscard]] std::int64_t steps() const { return steps_; }
  /// What happened to it: requests, events, passing time, crashes.
  [[nodiscard]] std::int64_t happenings() const { return happenings_; }
  [[nodiscard]] std::int64_t crashes() const { return crashes_; }
  /// The last steps, oldest first.
  [[nodiscard]] const std::deque<std::string>& trace() const { return trace_; }
  /// Of every step so far: two runs of one seed have the same.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  void note(const std::string& text);

 private:
  void step(const std::string& what, const std::function<void()>& act);
  void survive(const std::function<void()>& act);
  void settle();
  [[nodiscard]] std::optional<Timestamp> next_wake();

  test::EngineHarness harness_;
  std::function<void()> look_ = [] {};
  Milliseconds elapsed_{0};
  /// A timer that was set before the clock was: the engine wakes then, whatever the clock says.
  std::optional<Milliseconds> timer_;
  std::int64_t steps_ = 0;
  std::int64_t happenings_ = 0;
  std::int64_t crashes_ = 0;
  std::deque<std::string> trace_;
  std::uint64_t digest_ = 14'695'981'039'346'656'037U;
};

}  // namespace berth::simulation
