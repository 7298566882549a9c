#pragma once

#include "planner/provider.h"
#include "providers/ecs/await.h"
#include "providers/ecs/client.h"
#include "providers/ecs/waiting_clock.h"

namespace berth::provider {

/// What plan::Provider::execute promises. Thread-safe.
Result<plan::ActionResult> execute_action(EcsClient& client, WaitingClock& clock, const AwaitOptions& options, const plan::Action& action,
                                          const plan::Bindings& bindings, plan::Progress& progress);

}  // namespace berth::provider
