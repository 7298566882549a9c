#include "providers/http/endpoint.h"

#include <fmt/format.h>

namespace berth::provider {
namespace {

/// sockaddr_un holds 108 bytes with the final zero.
constexpr std::size_t kLongestSocketPath = 107;

Error bad_endpoint(std::string_view text, std::string_view why) {
  return {"endpoint", fmt::format("`{}` is no engine address: {}; write `unix:///path` or `http://host:port`", text, why)};
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  constexpr std::string_view kUnix = "unix://";
  if (text.substr(0, kUnix.size()) == kUnix) {
    const std::string path(text.substr(kUnix.size()));
    if (path.empty() || path.front() != '/') return bad_endpoint(text, "the socket's path must be absolute");
    if (path.size() > kLongestSocketPath) {
      return bad_endpoint(text, fmt::format("a socket's path has at most {} bytes", kLongestSocketPath));
    }
    return Endpoint{.unix_socket = path, .url = "http://engine"};
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.substr(0, scheme.size()) != scheme) continue;
    std::string_view rest = text.substr(scheme.size());
    while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
    if (rest.empty()) return bad_endpoint(text, "the host is missing");
    if (rest.find_first_of("/?#@ \t") != std::string_view::npos) return bad_endpoint(text, "it has more than a host and a port");
    return Endpoint{.unix_socket = "", .url = std::string(scheme) + std::string(rest)};
  }
  return bad_endpoint(text, "it starts with no known scheme");
}

}  // namespace berth::provider
