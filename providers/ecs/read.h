#pragma once

#include <cstddef>

#include "base/result.h"
#include "ir/resource.h"
#include "planner/provider.h"
#include "providers/ecs/client.h"

namespace berth::provider {

/// What plan::Provider::read promises, in as few calls as the API allows: clusters and services are described in the largest batches there are,
/// task definitions one by one (the API has no batch), with at most `width` calls at a time.
Result<ir::Snapshot> read_snapshot(EcsClient& client, const plan::ReadScope& scope, std::size_t width);

}  // namespace berth::provider
