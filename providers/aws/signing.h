#pragma once

#include <memory>
#include <string>

#include "providers/aws/credential_cache.h"
#include "providers/ecs/waiting_clock.h"
#include "providers/http/endpoint.h"
#include "providers/http/http_client.h"

namespace berth::provider {

/// The region and the service that a signature is good for.
struct SignFor {
  std::string region;
  std::string service;  ///< "ecs", "sts"
};

/// The request with `Host`, `X-Amz-Date`, the session's token and `Authorization`: all of its headers are signed, and its body.
HttpRequest signed_request(HttpRequest request, const Endpoint& endpoint, const AwsCredentials& credentials, const SignFor& scope, Timestamp now);

/// Signs each request to one service of AWS. Keys that the service calls expired are fetched anew and the request is sent once more. A clock that is
/// wrong is the error "clock-skew". Thread-safe.
class SigningClient final : public HttpClient {
 public:
  SigningClient(std::unique_ptr<HttpClient> inner, Endpoint endpoint, SignFor scope, std::shared_ptr<CredentialCache> credentials, WaitingClock& clock)
      : inner_(std::move(inner)), endpoint_(std::move(endpoint)), scope_(std::move(scope)), credentials_(std::move(credentials)), clock_(clock) {}

  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  std::unique_ptr<HttpClient> inner_;
  Endpoint endpoint_;
  SignFor scope_;
  std::shared_ptr<CredentialCache> credentials_;
  WaitingClock& clock_;
};

/// The error of an answer that says the clock of this machine is wrong; nothing for any other.
std::optional<Error> clock_error(const Error& refusal, const HttpResponse& response, Timestamp now);

}  // namespace berth::provider
