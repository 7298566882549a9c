#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/export/requests.h"

namespace berth::exporting {

/// The AWS name of the capacity provider that `capacity.main.batch` is: FARGATE, FARGATE_SPOT, or the name of one of its own. Nothing when the
/// program has no such capacity.
std::optional<std::string> capacity_name(const ir::Address& capacity, const ir::Program& program);

/// Whether it is Amazon's own, which nobody creates.
bool is_fargate(const std::string& capacity_provider);

/// CreateCapacityProvider of each of a cluster's providers, and PutClusterCapacityProviders; none for a cluster without `capacity`.
std::vector<Request> capacity_requests(const ir::Resource& cluster, const ir::Value& body, const Spelling& spelling);

}  // namespace berth::exporting
