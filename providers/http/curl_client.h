#pragma once

#include <cstddef>
#include <memory>

#include "providers/http/endpoint.h"
#include "providers/http/http_client.h"

namespace berth::provider {

/// HttpClient on libcurl for one endpoint. Keeps connections open between requests: each thread that sends at the same time has a connection of
/// its own, and a later request takes one that is free.
class CurlClient final : public HttpClient {
 public:
  struct Options {
    Milliseconds connect_timeout{5'000};
    std::size_t largest_response = 64 << 20;  ///< bytes of body; a longer answer is an error
    std::string user_agent = "berth";
    std::string ca_bundle{};  ///< a file of certificates in place of the system's; "" = the system's
    bool use_proxy = true;  ///< the one of the environment (https_proxy, no_proxy), where there is one
  };

  explicit CurlClient(Endpoint endpoint) : CurlClient(std::move(endpoint), Options{}) {}
  CurlClient(Endpoint endpoint, Options options);
  ~CurlClient() override;
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  class Pool;
  Endpoint endpoint_;
  Options options_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace berth::provider
