#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace berth::provider {

struct HttpRequest {
  std::string method = "POST";
  std::string path = "/";  ///< with its query, after the endpoint's base
  std::map<std::string, std::string> headers;
  std::string body;
  Milliseconds timeout{30'000};  ///< for the whole exchange
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; values of one name joined by `, `
  std::string body;
};

/// One server. Errors of send():
///  - "connect": nothing was sent, the request had no effect; retryable
///  - "connection-lost", "timeout": it may have had an effect; retryable when repeating it does no harm
///  - "response-too-large", "http": retrying does not help
/// Every HTTP status is a response, not an error. Implementations may be called from several threads at once.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace berth::provider
