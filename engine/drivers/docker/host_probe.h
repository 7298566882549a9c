#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"
#include "engine/drivers/driver.h"

namespace berth::engine::docker {

/// What a Docker Engine with these `/proc/PID/limits` and `/proc/PID/status` can't give to containers; `most_open_files` is fs.nr_open. Pure. With
/// CAP_SYS_RESOURCE limits can be raised, but no more files opened than the kernel's most. What can't be read is taken as allowed.
HostLimits limits_of(std::string_view limits, std::string_view status, std::int64_t most_open_files);

/// What the control groups of a Docker Engine with this answer of /info can't bound; what it does not say is bounded. Pure.
std::set<std::string> missing_controls_of(const Json& info);

/// Looks at the process behind unix:///path. Nothing is known of one that is not on this machine or not to be found.
HostLimits probe_host(const std::string& host);

}  // namespace berth::engine::docker
