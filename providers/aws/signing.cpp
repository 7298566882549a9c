#include "providers/aws/signing.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "api/sigv4.h"
#include "providers/ecs/client.h"

namespace berth::provider {
namespace {

/// "http://127.0.0.1:80/" -> "127.0.0.1": the port stands in `Host` where it is not the scheme's own.
std::string host_header(const std::string& url) {
  std::string host = url.substr(url.find("://") + 3);
  const std::string_view own_port = url.rfind("https://", 0) == 0 ? ":443" : ":80";
  if (host.ends_with(own_port)) host.resize(host.size() - own_port.size());
  return host;
}

bool is_expired_token(const Error& error) { return error.code == "ExpiredTokenException" || error.code == "ExpiredToken"; }

}  // namespace

HttpRequest signed_request(HttpRequest request, const Endpoint& endpoint, const AwsCredentials& credentials, const SignFor& scope, Timestamp now) {
  request.headers["Host"] = host_header(endpoint.url);
  if (credentials.token != nullptr) request.headers["X-Amz-Security-Token"] = std::string(credentials.token->reveal());
  const std::size_t query = request.path.find('?');
  api::SignableRequest signable{.method = request.method,
                                .path = request.path.substr(0, query),
                                .query = query == std::string::npos ? "" : request.path.substr(query + 1),
                                .headers = {request.headers.begin(), request.headers.end()},
                                .body = request.body};
  api::sign(signable, {.access_key_id = credentials.access_key_id, .secret_access_key = std::string(credentials.secret->reveal())}, scope.region, scope.service, now);
  request.headers = {signable.headers.begin(), signable.headers.end()};
  return request;
}

Result<HttpResponse> SigningClient::send(const HttpRequest& request) {
  for (bool repeated = false;; repeated = true) {
    BERTH_TRY(credentials, credentials_->get());
    auto response = inner_->send(signed_request(request, endpoint_, credentials, scope_, clock_.now()));
    if (!response || response->status == 200) return response;
    const Error refusal = error_of(*response);
    if (auto skewed = clock_error(refusal, *response, clock_.now())) return *std::move(skewed);
    if (!is_expired_token(refusal) || !credentials_->renewable() || repeated) return response;
    credentials_->forget(credentials.access_key_id);
  }
}

std::optional<Error> clock_error(const Error& refusal, const HttpResponse& response, Timestamp now) {
  static constexpr std::array<std::string_view, 3> kCodes{"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"};
  bool skewed = refusal.message.rfind("Signature expired", 0) == 0 || refusal.message.rfind("Signature not yet current", 0) == 0;
  for (const std::string_view code : kCodes) skewed = skewed || refusal.code == code;
  if (!skewed) return std::nullopt;
  const auto date = response.headers.find("date");
  const std::string theirs = date == response.headers.end() ? "" : fmt::format(", and AWS's says {}", date->second);
  return Error{"clock-skew", fmt::format("AWS refuses the request because this machine's clock is wrong: it says {}{}; set the clock", format_utc(now), theirs)};
}

}  // namespace berth::provider
