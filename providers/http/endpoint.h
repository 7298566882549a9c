#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::provider {

/// Where a server listens: a unix socket, or the base of a http(s) URL.
struct Endpoint {
  std::string unix_socket;  ///< path of the socket, "" when `url` is an address on the network
  std::string url;          ///< "http://host:port" without a final slash; a placeholder host for unix sockets

  [[nodiscard]] bool is_unix() const { return !unix_socket.empty(); }
  /// As the user writes it: "unix:///run/berth/engine.sock", "http://127.0.0.1:7420".
  [[nodiscard]] std::string text() const { return is_unix() ? "unix://" + unix_socket : url; }
  bool operator==(const Endpoint&) const = default;
};

/// `unix:///path`, `http://host[:port]` or `https://host[:port]`. Errors: code "endpoint" with what is expected.
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace berth::provider
