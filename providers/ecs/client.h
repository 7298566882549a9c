#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "base/result.h"
#include "providers/ecs/waiting_clock.h"
#include "providers/http/http_client.h"

namespace berth::provider {

/// How often and after which waits a failed call is repeated: full jitter, that is a random part of an exponentially growing span.
struct RetryPolicy {
  int attempts = 6;  ///< the first call counts
  Milliseconds base{100};
  Milliseconds cap{5'000};
};

/// The span of which a random part is waited before attempt `attempt` + 1 (from 1).
Milliseconds backoff_span(const RetryPolicy& policy, int attempt);

/// Whether a second call of the operation with the same request does no harm when the first one may have worked: reads, writes that carry a
/// `clientToken`, and writes that say what shall be rather than what shall be done.
bool is_repeatable(std::string_view operation, const Json& request);

/// Whether a code of AWS says that there are too many requests.
bool is_throttling(std::string_view code);

/// The error that an AWS JSON 1.1 response stands for: code from `__type` (without its namespace) or the header, and its message.
Error error_of(const HttpResponse& response);

/// Calls of the Amazon ECS and CloudWatch Logs JSON 1.1 protocols. Thread-safe.
///
/// A call is repeated on throttling, on status 5xx and on failures of the connection; after a failure that may have had an effect only when the
/// call is repeatable. Errors carry the exception's name as code ("ClusterNotFoundException"), or the HTTP client's.
class EcsClient {
 public:
  struct Options {
    RetryPolicy retry;
    Milliseconds timeout{30'000};                ///< of one attempt
    std::map<std::string, std::string> headers;  ///< sent with each request
    bool is_local_engine = true;                 ///< on this machine, and knows its own extension
  };

  EcsClient(HttpClient& http, WaitingClock& clock) : EcsClient(http, clock, Options{}) {}
  EcsClient(HttpClient& http, WaitingClock& clock, Options options, RandomSource random = {});

  /// An operation of Amazon ECS: `call("DescribeServices", {...})`.
  Result<Json> call(std::string_view operation, const Json& request);
  /// An operation of CloudWatch Logs.
  Result<Json> call_logs(std::string_view operation, const Json& request);
  /// An operation of the local engine's own extension: what AWS has no API for. Error "unsupported" without a request for another target.
  Result<Json> call_engine(std::string_view operation, const Json& request);
  /// All elements of `member` over all pages of a List operation. Error "pagination" when the server repeats a token.
  Result<std::vector<Json>> list(std::string_view operation, Json request, std::string_view member);
  [[nodiscard]] bool is_local_engine() const { return options_.is_local_engine; }
  /// A value for `clientToken`: 32 characters, new each time.
  std::string client_token();

 private:
  Result<Json> exchange(std::string_view target_prefix, std::string_view operation, const Json& request);
  Milliseconds random_part(Milliseconds span);

  HttpClient& http_;
  WaitingClock& clock_;
  Options options_;
  std::mutex random_mutex_;
  RandomSource random_;
};

}  // namespace berth::provider
