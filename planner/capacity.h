#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "ir/capacity.h"
#include "planner/plan.h"

namespace berth::plan {

/// Whether the setting is one of a cluster's `capacity { }`, which is carried out beside the cluster.
bool is_capacity(const ir::Address& address, const FieldChange& field);

/// Takes out of a live cluster's capacity what is no difference: names that the source leaves to be derived, and what ECS chooses by itself for managed
/// instances where the source says nothing.
void forget_chosen(ir::Value& live, const ir::Value& wanted);

/// E0604 for each capacity provider that would have to be another one under its name.
void check_capacity(const Change& change, DiagnosticSink& sink);

/// Whether something is in `live` that `wanted` does not have: services must have left it before it goes.
bool gives_up_capacity(const ir::Value& live, const ir::Value& wanted);

/// AWS name of a part of a cluster's capacity: the one that is written, the one it has, or CLUSTER-LABEL. `live`: null for a new cluster.
std::string provider_name(const std::string& cluster_name, const ir::CapacityPart& part, const ir::LiveResource* live);

}  // namespace berth::plan
