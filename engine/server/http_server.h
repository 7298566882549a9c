#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engine/server/event_loop.h"

namespace berth::engine {

struct HttpRequest {
  std::string method;
  std::string target;  ///< path and query as they came
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// It came over TCP, not over a unix socket.
  bool over_tcp = false;

  /// The value of a header, in any case; empty when there is none.
  [[nodiscard]] std::string header(const std::string& name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// What a client may cost.
struct HttpLimits {
  std::size_t body_bytes = 1 << 20;
  std::uint32_t header_bytes = 16 * 1024;
  Milliseconds header_time = std::chrono::seconds(10);
  Milliseconds body_time = std::chrono::seconds(30);
  Milliseconds write_time = std::chrono::seconds(30);
  /// Between requests of one connection.
  Milliseconds idle_time = std::chrono::seconds(60);
  /// More wait in the system's queue.
  std::size_t connections = 512;
};

/// HTTP/1.1 with keep-alive on unix sockets and TCP. Knows bytes and time, not ECS: requests within the limits go to `handle`, what breaks a
/// limit or the protocol is answered by `refuse` with a 4xx status and the connection is closed.
class HttpServer {
 public:
  using Respond = std::function<void(HttpResponse)>;
  struct Callbacks {
    /// On the loop's thread. `Respond` must be called once, from any thread.
    std::function<void(HttpRequest, Respond)> handle;
    std::function<HttpResponse(int status, const std::string& reason)> refuse;
  };
  HttpServer(EventLoop& loop, HttpLimits limits, Callbacks callbacks);
  /// Closes everything.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Only the owner may connect (mode 0600). A socket file that nobody listens on is replaced; one that somebody does is an error.
  Result<void> listen_unix(const std::string& path);
  /// Returns the port, which the system chose when `port` is 0.
  Result<std::uint16_t> listen_tcp(const std::string& host, std::uint16_t port);
  /// Accepts no more and closes idle connections; `done` is called when the last answer is out, or after `patience`.
  void shutdown(Milliseconds patience, std::function<void()> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// 127.0.0.0/8, ::1 or localhost.
bool is_loopback(const std::string& host);
/// The same for a Host header: with or without a port, IPv6 in brackets.
bool names_loopback(const std::string& host_header);

}  // namespace berth::engine
