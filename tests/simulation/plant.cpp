#include "tests/simulation/plant.h"

#include <fmt/format.h>

namespace berth::simulation {
namespace {

constexpr std::size_t kTrace = 40;
/// Engine steps in one moment; more of them would be a loop without end.
constexpr int kMostRounds = 20;

}  // namespace

const Json& Answer::body() const {
  if (!read) {
    const auto json = parse_json(text);
    read = json ? *json : Json();
  }
  return *read;
}

void Plant::note(const std::string& text) {
  trace_.push_back(fmt::format("{:>9.3f} {}", static_cast<double>(elapsed_.count()) / 1000, text));
  if (trace_.size() > kTrace) trace_.pop_front();
  for (const char c : trace_.back()) digest_ = (digest_ ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
}

std::optional<Timestamp> Plant::next_wake() { return harness_.engine().next_wake(); }

void Plant::settle() {
  ++steps_;
  harness_.engine().step();
  for (int round = 0; next_wake().value_or(Timestamp::max()) <= now(); ++round) {
    if (round == kMostRounds) throw Violation("the engine does not come to rest");
    ++steps_;
    harness_.engine().step();
  }
}

void Plant::survive(const std::function<void()>& act) {
  try {
    act();
  } catch (const engine::CrashPoint&) {
    ++crashes_;
    note("  the engine dies at a write");
    timer_.reset();
    harness_.start();
    survive([this] { settle(); });
  }
}

void Plant::step(const std::string& what, const std::function<void()>& act) {
  note(what);
  ++happenings_;
  survive([&] {
    act();
    settle();
  });
  look_();
}

std::optional<Answer> Plant::call(const std::string& operation, const Json& body) {
  std::optional<Answer> answer;
  step(fmt::format("{} {}", operation, canonical_json(body)), [&] {
    ++steps_;
    harness_.engine().handle({.method = "POST", .path = "/", .target = test::EngineHarness::target_of(operation), .body = canonical_json(body)},
                             [&answer](engine::Response response) { answer = Answer{.status = response.status, .text = std::move(response.body)}; });
  });
  note(answer ? fmt::format("  {} {}", answer->status, answer->ok() ? "" : answer->text) : "  no answer");
  if (answer && answer->status >= 500) throw Violation(fmt::format("{} fails with {}", operation, answer->text));
  return answer;
}

void Plant::happen(const std::string& what, const std::function<void()>& act) { step(what, act); }

void Plant::crash() {
  ++crashes_;
  step("the engine dies", [this] {
    timer_.reset();
    harness_.start();
  });
}

void Plant::wait(Milliseconds limit) {
  Milliseconds span = limit;
  if (const auto wake = next_wake()) span = std::min(span, std::max(Milliseconds(0), *wake - now()));
  if (timer_) span = std::min(span, std::max(Milliseconds(0), *timer_ - elapsed_));
  elapsed_ += span;
  harness_.clock.advance(span);
  if (timer_ && *timer_ <= elapsed_) timer_.reset();
  step("wake", [] {});
}

void Plant::pass(Milliseconds span) {
  const Milliseconds until = elapsed_ + span;
  while (elapsed_ < until) wait(until - elapsed_);
}

void Plant::jump(Milliseconds by) {
  // The process sleeps on a timer of its own, which the clock does not move.
  if (const auto wake = next_wake()) timer_ = elapsed_ + std::max(Milliseconds(0), *wake - now());
  note(fmt::format("the clock is set by {} ms", by.count()));
  harness_.clock.advance(by);
  harness_.world.set_clock(harness_.world.now() + by);
}

}  // namespace berth::simulation
