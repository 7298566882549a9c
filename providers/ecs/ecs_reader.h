#pragma once

#include <memory>

#include "planner/provider.h"
#include "providers/ecs/client.h"
#include "providers/http/http_client.h"

namespace berth::provider {

/// Looks at a target that speaks the Amazon ECS API. It has no way to change anything: only operations that List and Describe are called.
class EcsReader final : public plan::Reader {
 public:
  /// `clock` must outlive the reader.
  EcsReader(std::shared_ptr<HttpClient> http, WaitingClock& clock, EcsClient::Options options);

  Result<ir::Snapshot> read(const plan::ReadScope& scope) override;
  Result<plan::Room> read_room(const std::string& cluster_arn) override;

 private:
  std::shared_ptr<HttpClient> http_;
  EcsClient client_;
};

}  // namespace berth::provider
