#pragma once

#include <memory>
#include <string>

#include "providers/aws/fetch.h"
#include "providers/aws/sts.h"
#include "providers/ecs/client.h"

namespace berth::provider {

/// Amazon ECS in one region, and who we are there.
struct AwsConnection {
  std::shared_ptr<HttpClient> http;  ///< signs
  EcsClient::Options calls;
  FoundSetting region;
  CallerIdentity identity;
  std::string credentials;  ///< where the keys come from, for people
};

/// Finds keys, region and endpoints, gets the keys and asks STS whose they are: one call, which every identity may make. `files` and `clock` must
/// outlive the connection. Errors: "aws-config", "aws-credentials", "endpoint", "clock-skew", or those of STS.
Result<AwsConnection> connect_aws(const Environment& environment, const std::shared_ptr<const FileSystem>& files, const AwsFlags& flags, WaitingClock& clock);

/// What an environment says about where it belongs; "" = nothing.
struct Belonging {
  std::string environment;
  std::string account;
  std::string region;
};
/// Error "aws-account" or "aws-region" where the connection leads elsewhere. Never chooses: what the environment says is a check.
Result<void> check_belonging(const Belonging& belonging, const AwsConnection& connection);

}  // namespace berth::provider
