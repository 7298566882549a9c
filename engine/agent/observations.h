#pragma once

#include <optional>
#include <vector>

#include "engine/drivers/driver.h"
#include "scheduler/transitions.h"

namespace berth::engine {

// What a driver tells, in the scheduler's words. Pure.

OperationKind operation_kind(scheduler::ContainerActionKind kind);

/// The reports that an outcome amounts to, in the order they have to be applied. Empty for an operation that was only cancelled.
std::vector<scheduler::ContainerObservation> observations_of(const Completion& completion);

/// The reports that a container's state amounts to when nobody waits for an outcome: after an event.
std::vector<scheduler::ContainerObservation> observations_of(const ContainerEvent& event);

/// The reports that bring `known` to what the runtime says at a resync; null: the runtime has no such container. Empty when
/// nothing is new.
std::vector<scheduler::ContainerObservation> differences(const scheduler::Container& known, const ContainerState* state);

}  // namespace berth::engine
