#pragma once

#include <cstddef>
#include <memory>

#include "planner/provider.h"
#include "providers/ecs/await.h"
#include "providers/ecs/client.h"
#include "providers/http/http_client.h"

namespace berth::provider {

/// A target that speaks the Amazon ECS API: the local engine, and Amazon ECS itself with another endpoint.
class EcsProvider final : public plan::Provider {
 public:
  struct Options {
    AwaitOptions await;
    std::size_t read_width = 8;  ///< calls at the same time while reading
    EcsClient::Options client;
  };

  /// `clock` must outlive the provider.
  EcsProvider(std::shared_ptr<HttpClient> http, WaitingClock& clock, Options options);

  Result<ir::Snapshot> read(const plan::ReadScope& scope) override;
  Result<plan::Room> read_room(const std::string& cluster_arn) override;
  Result<plan::ActionResult> execute(const plan::Action& action, const plan::Bindings& bindings, plan::Progress& progress) override;

 private:
  std::shared_ptr<HttpClient> http_;
  WaitingClock& clock_;
  Options options_;
  EcsClient client_;
};

}  // namespace berth::provider
