#pragma once

#include <string>
#include <vector>

#include "api/shapes.h"
#include "engine/drivers/driver.h"

namespace berth::engine {

/// Takes from the spec what the machine would refuse to start it with, where the container can do with less: ulimits above the machine's are set to
/// those, added capabilities that it has not are left out, and so is what its control groups can't bound. Gives a sentence for each. Pure.
std::vector<std::string> fit_to_host(ContainerSpec& spec, const HostLimits& host);

/// Whether the container asks for anything that the machine may refuse; without that there is nothing to fit.
bool may_exceed_host(const api::ContainerDefinition& container, const HostLimits& host);

}  // namespace berth::engine
