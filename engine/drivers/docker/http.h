#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace berth::engine::docker {

struct HttpRequest {
  std::string method = "GET";
  std::string path;  ///< with the query, already escaped
  std::optional<std::string> body;
  std::string content_type = "application/json";
  /// For the whole exchange; zero is no limit.
  Milliseconds limit{30'000};
  /// The exchange fails when no byte arrives for so long; zero is no limit. Whole seconds.
  Milliseconds idle_limit{0};
};

struct HttpResponse {
  int status = 0;
  std::string body;
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

/// One keep-alive connection to a Docker Engine. Not thread-safe: each thread has its own. The only user of libcurl in the
/// engine.
class HttpConnection {
 public:
  /// `host` is unix:///path, tcp://host:port or http://host:port. `cancelled` ends waiting exchanges within a second; it must
  /// outlive this.
  HttpConnection(const std::string& host, const std::atomic<bool>& cancelled);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Any answer is a value. Errors: DockerTimeoutError (a limit passed), CannotGetDockerclientError (no connection, or it broke),
  /// Cancelled.
  Result<HttpResponse> send(const HttpRequest& request);
  /// Hands the body of a 2xx answer to `on_data` as it arrives (`on_open` before that, when the answer begins); false from it
  /// ends the exchange without error. Other answers come back whole.
  Result<HttpResponse> stream(const HttpRequest& request, const std::function<bool(std::string_view)>& on_data,
                              const std::function<void()>& on_open = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Escapes everything but unreserved characters, for query values and path segments.
std::string percent_encode(std::string_view text);

}  // namespace berth::engine::docker
