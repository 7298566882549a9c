#pragma once

#include "api/shapes.h"
#include "base/result.h"
#include "engine/context.h"

namespace berth::engine {

/// Gives a cluster its capacity providers and its default strategy; both replace what was there. InvalidParameterException for an unknown
/// provider, or a strategy that does not fit. The caller stores the cluster.
Result<void> set_capacity_providers(const Context& context, Cluster& cluster, const std::vector<std::string>& providers,
                                    const std::vector<api::CapacityProviderStrategyItem>& strategy);

}  // namespace berth::engine
