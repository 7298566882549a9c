#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ir/capacity.h"
#include "planner/provider.h"
#include "providers/ecs/client.h"

namespace berth::provider {

/// Capacity providers as DescribeCapacityProviders gives them, by name.
using CapacityProviders = std::map<std::string, Json>;

/// All that the account has, and what the clusters have of their own.
Result<CapacityProviders> read_capacity_providers(EcsClient& client, const std::vector<Json>& clusters);

/// What a cluster's `capacity { }` is: what the cluster has, and what was made for it by the stack and not given to it (an apply ended in between), by its
/// name only. What the program knows as an extern is somebody else's to give and take, and left out. Empty when there is nothing.
ir::Value capacity_of(const ir::Address& address, const Json& cluster, const CapacityProviders& providers, const plan::ReadScope& scope,
                      std::vector<std::string>& unmapped);

/// What a service's strategy names: a part of its cluster's capacity, an extern, or else the text itself.
ir::Value refer_to_capacity(const std::string& text, const std::optional<ir::Address>& cluster, const ir::Value* capacity, const ir::ExternIndex& externs);

}  // namespace berth::provider
