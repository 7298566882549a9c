#include "providers/aws/throttle_gate.h"

#include <algorithm>

#include "base/log.h"
#include "providers/ecs/client.h"

namespace berth::provider {
namespace {

bool is_too_much(const Result<HttpResponse>& response) {
  if (!response || response->status == 200) return false;
  return response->status == 429 || response->status == 503 || is_throttling(error_of(*response).code);
}

}  // namespace

void AllowedWidth::succeeded() {
  if (width_ == widest_ || ++successes_ < width_) return;
  successes_ = 0;
  ++width_;
}

void AllowedWidth::throttled(std::size_t epoch) {
  if (epoch != epoch_) return;
  ++epoch_;
  successes_ = 0;
  width_ = std::max<std::size_t>(width_ / 2, 1);
}

Result<HttpResponse> ThrottleGate::send(const HttpRequest& request) {
  std::size_t epoch = 0;
  {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return running_ < allowed_.width(); });
    ++running_;
    epoch = allowed_.epoch();
  }
  auto response = inner_->send(request);
  {
    const std::lock_guard lock(mutex_);
    --running_;
    if (is_too_much(response)) {
      allowed_.throttled(epoch);
      log(LogLevel::debug, "fewer calls at once", {{"width", std::to_string(allowed_.width())}});
    } else {
      allowed_.succeeded();
    }
  }
  freed_.notify_all();
  return response;
}

std::size_t ThrottleGate::width() {
  const std::lock_guard lock(mutex_);
  return allowed_.width();
}

}  // namespace berth::provider
