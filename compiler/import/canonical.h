#pragma once

#include "base/json.h"

namespace berth::importing {

/// A task definition as it is compared: without what the service adds by itself, without what says nothing (null, `false` where that is the
/// default, empty lists), with defaults filled in, and what has names as objects by name instead of lists. Two task definitions with equal
/// canonical forms are the same to ECS. It knows nothing of how we read and write them, so that it can judge that.
Json canonical_task_definition(const Json& definition);

/// The same for a service as it is created or described; `taskDefinition` without its revision.
Json canonical_service(const Json& service);

/// What a capacity provider is made of, with what the API takes for a group that does not say it.
Json canonical_capacity_provider(Json provider);

}  // namespace berth::importing
