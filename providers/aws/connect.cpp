#include "providers/aws/connect.h"

#include <fmt/format.h>

#include "providers/aws/credential_cache.h"
#include "providers/aws/signing.h"
#include "providers/aws/throttle_gate.h"
#include "providers/http/curl_client.h"

namespace berth::provider {
namespace {

/// Where a throttled parallelism starts: more than anything here sends at once.
constexpr std::size_t kWidest = 64;

}  // namespace

Result<AwsConnection> connect_aws(const Environment& environment, const std::shared_ptr<const FileSystem>& files, const AwsFlags& flags, WaitingClock& clock) {
  BERTH_TRY(settings, AwsSettings::load(environment, *files, flags));
  BERTH_TRY(region, find_region(settings));
  BERTH_TRY(sts, service_endpoint(settings, "sts", region.value));
  BERTH_TRY(ecs, service_endpoint(settings, "ecs", region.value));
  BERTH_TRY(retry, retry_policy(settings));
  BERTH_TRY(source, find_credentials(settings));

  const Connect connect = [bundle = ca_bundle(settings)](const Endpoint& endpoint, Route route) -> std::unique_ptr<HttpClient> {
    return std::make_unique<CurlClient>(endpoint, CurlClient::Options{.ca_bundle = bundle, .use_proxy = route == Route::any_proxy});
  };
  const bool renewable = !std::holds_alternative<AwsCredentials>(source.how);
  const auto fetch = [source, connect, files, &clock, sts, region, retry] {
    return fetch_credentials(source, {.connect = connect, .files = *files, .clock = clock, .sts = sts, .region = region.value, .retry = retry});
  };
  const auto credentials = std::make_shared<CredentialCache>(fetch, renewable, clock);
  BERTH_TRY(keys, credentials->get());
  const auto sts_http = connect(sts, Route::any_proxy);
  auto identity = StsClient(*sts_http, sts, region.value, retry, clock).caller_identity(keys);
  if (!identity) return identity.error().while_doing(fmt::format("with the credentials of {}", source.name));

  auto signing = std::make_unique<SigningClient>(connect(ecs, Route::any_proxy), ecs, SignFor{region.value, "ecs"}, credentials, clock);
  AwsConnection connection{.http = std::make_shared<ThrottleGate>(std::move(signing), kWidest),
                           .calls = {.retry = retry, .headers = {}, .is_local_engine = false},
                           .region = region,
                           .identity = *std::move(identity),
                           .credentials = source.name};
  return connection;
}

Result<void> check_belonging(const Belonging& belonging, const AwsConnection& connection) {
  if (!belonging.account.empty() && belonging.account != connection.identity.account) {
    return Error{"aws-account", fmt::format("the environment `{}` is of the account {}, and the credentials of {} are of the account {} ({}); choose other credentials, as by AWS_PROFILE",
                                            belonging.environment, belonging.account, connection.credentials, connection.identity.account, connection.identity.arn)};
  }
  if (!belonging.region.empty() && belonging.region != connection.region.value) {
    return Error{"aws-region", fmt::format("the environment `{}` is of the region {}, and {} says {}; set AWS_REGION={}", belonging.environment, belonging.region,
                                           connection.region.from, connection.region.value, belonging.region)};
  }
  return {};
}

}  // namespace berth::provider
