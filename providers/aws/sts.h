#pragma once

#include <string>

#include "providers/aws/credentials.h"
#include "providers/ecs/client.h"
#include "providers/ecs/waiting_clock.h"
#include "providers/http/http_client.h"

namespace berth::provider {

/// Who the keys belong to.
struct CallerIdentity {
  std::string account;
  std::string arn;
};

/// The Security Token Service of one region. Calls are repeated on throttling, on status 5xx and on failures of the connection.
class StsClient {
 public:
  StsClient(HttpClient& http, Endpoint endpoint, std::string region, RetryPolicy retry, WaitingClock& clock)
      : http_(http), endpoint_(std::move(endpoint)), region_(std::move(region)), retry_(retry), clock_(clock) {}

  Result<CallerIdentity> caller_identity(const AwsCredentials& credentials);
  Result<AwsCredentials> assume_role(const AwsCredentials& base, const RoleSource& role);
  /// `token`: what the identity provider wrote.
  Result<AwsCredentials> assume_role_with_web_identity(const WebIdentitySource& identity, const std::string& token);

 private:
  using Parameters = std::map<std::string, std::string>;
  /// The XML of the answer. Signed unless `credentials` is null.
  Result<std::string> call(const std::string& action, Parameters parameters, const AwsCredentials* credentials);
  [[nodiscard]] std::string session_name(const std::string& wanted) const;

  HttpClient& http_;
  Endpoint endpoint_;
  std::string region_;
  RetryPolicy retry_;
  WaitingClock& clock_;
};

/// Sends until it works, as the policy says. The answer to the last attempt, whatever its status.
Result<HttpResponse> send_patiently(HttpClient& http, const std::function<HttpRequest()>& make_request, const RetryPolicy& retry, WaitingClock& clock);

/// "2026-11-23T14:00:00Z", also with a fraction of a second.
std::optional<Timestamp> parse_utc(const std::string& text);

/// The text of the first element of this name; "" when there is none. Only for documents whose elements of that name hold text.
std::string xml_text(std::string_view xml, const std::string& element);

}  // namespace berth::provider
