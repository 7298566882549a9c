#pragma once

#include <cstddef>
#include <memory>

#include "planner/provider.h"
#include "providers/ecs/client.h"
#include "providers/http/http_client.h"

namespace berth::provider {

/// Looks at a target that speaks the Amazon ECS API. It has no way to change anything: only operations that List and Describe are called.
class EcsReader final : public plan::Reader {
 public:
  /// `clock` must outlive the reader. `width`: calls at the same time.
  EcsReader(std::unique_ptr<HttpClient> http, WaitingClock& clock, std::size_t width);

  Result<ir::Snapshot> read(const plan::ReadScope& scope) override;

 private:
  std::unique_ptr<HttpClient> http_;
  EcsClient client_;
  std::size_t width_;
};

}  // namespace berth::provider
