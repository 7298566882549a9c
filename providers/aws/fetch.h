#pragma once

#include <functional>
#include <memory>

#include "base/file_system.h"
#include "providers/aws/credentials.h"
#include "providers/ecs/client.h"
#include "providers/http/http_client.h"

namespace berth::provider {

/// Makes a client of a server.
enum class Route { any_proxy, direct };
using Connect = std::function<std::unique_ptr<HttpClient>(const Endpoint&, Route)>;

/// What getting keys takes.
struct FetchContext {
  Connect connect;
  const FileSystem& files;
  WaitingClock& clock;
  Endpoint sts;
  std::string region;
  RetryPolicy retry;
};

/// Gets the keys that a source gives now. Errors say whom was asked, and never what it answered where that may be secret.
Result<AwsCredentials> fetch_credentials(const CredentialSource& source, const FetchContext& context);

}  // namespace berth::provider
