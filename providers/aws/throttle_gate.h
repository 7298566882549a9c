#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

#include "providers/http/http_client.h"

namespace berth::provider {

/// How many requests may be under way: half as many after a refusal for there being too many, one more after as many successes as there may be now.
/// Refusals of requests that began before the last halving say nothing new.
class AllowedWidth {
 public:
  explicit AllowedWidth(std::size_t widest) : widest_(widest), width_(widest) {}
  [[nodiscard]] std::size_t width() const { return width_; }
  /// To be handed back with the answer of a request that begins now.
  [[nodiscard]] std::size_t epoch() const { return epoch_; }
  void succeeded();
  void throttled(std::size_t epoch);

 private:
  std::size_t widest_;
  std::size_t width_;
  std::size_t successes_ = 0;
  std::size_t epoch_ = 0;
};

/// Lets as many requests through at once as the server bears. A request that has to wait does so here, and is signed by whom it wraps when it goes on.
class ThrottleGate final : public HttpClient {
 public:
  ThrottleGate(std::unique_ptr<HttpClient> inner, std::size_t widest) : inner_(std::move(inner)), allowed_(widest) {}
  Result<HttpResponse> send(const HttpRequest& request) override;
  [[nodiscard]] std::size_t width();

 private:
  std::unique_ptr<HttpClient> inner_;
  std::mutex mutex_;
  std::condition_variable freed_;
  AllowedWidth allowed_;
  std::size_t running_ = 0;
};

}  // namespace berth::provider
