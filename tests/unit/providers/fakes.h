#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/json.h"
#include "planner/progress.h"
#include "providers/ecs/waiting_clock.h"
#include "providers/http/http_client.h"

namespace berth::provider {

/// A call as it went over the wire.
struct Call {
  std::string operation;
  Json request;
};

inline HttpResponse answer(const Json& body, int status = 200) { return {.status = status, .headers = {}, .body = body.dump()}; }

inline HttpResponse refusal(const std::string& type, const std::string& message = "no", int status = 400) {
  return answer({{"__type", type}, {"message", message}}, status);
}

/// An ECS server that is a function. Remembers every call.
class FakeHttp final : public HttpClient {
 public:
  using Handler = std::function<Result<HttpResponse>(const std::string& operation, const Json& request)>;
  explicit FakeHttp(Handler handler) : handler_(std::move(handler)) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    const std::string target = request.headers.at("X-Amz-Target");
    const std::string operation = target.substr(target.find('.') + 1);
    const std::lock_guard lock(mutex_);
    const Json body = Json::parse(request.body);
    calls_.push_back({operation, body});
    targets_.push_back(target);
    return handler_(operation, body);
  }

  std::vector<Call> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  std::vector<std::string> targets() const { return targets_; }
  std::size_t count(const std::string& operation) const {
    std::size_t n = 0;
    for (const Call& call : calls()) n += call.operation == operation ? 1 : 0;
    return n;
  }

 private:
  Handler handler_;
  mutable std::mutex mutex_;
  std::vector<Call> calls_;
  std::vector<std::string> targets_;
};

/// Answers one after the other, then the last one again.
inline FakeHttp::Handler in_turn(std::vector<Result<HttpResponse>> answers) {
  auto next = std::make_shared<std::size_t>(0);
  return [answers = std::move(answers), next](const std::string&, const Json&) -> Result<HttpResponse> {
    const std::size_t i = std::min((*next)++, answers.size() - 1);
    return answers[i];
  };
}

/// Waiting moves the clock and takes no time.
class FakeClock final : public WaitingClock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp(Milliseconds(now_.load())); }
  bool wait(Milliseconds duration) override {
    const std::lock_guard lock(mutex_);
    if (interrupted_) return false;
    waits.push_back(duration);
    now_ += duration.count();
    return true;
  }
  [[nodiscard]] bool interrupted() const override { return interrupted_; }
  void interrupt() { interrupted_ = true; }

  std::vector<Milliseconds> waits;

 private:
  std::mutex mutex_;
  std::atomic<std::int64_t> now_{1'700'000'000'000};
  std::atomic<bool> interrupted_{false};
};

/// Remembers what was reported.
class Recorder final : public plan::Progress {
 public:
  void advanced(const plan::Action&, const plan::ServiceProgress& progress) override { seen.push_back(progress); }
  [[nodiscard]] bool cancelled() override { return stop; }
  std::vector<plan::ServiceProgress> seen;
  bool stop = false;
};

}  // namespace berth::provider
