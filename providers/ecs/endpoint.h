#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "providers/http/endpoint.h"

namespace berth::provider {

/// Reads an environment variable; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// Where the local engine listens: `flag` (from --engine) when not empty, else BERTH_ENGINE, else the default socket: /run/berth/engine.sock for
/// root, $XDG_RUNTIME_DIR/berth/engine.sock for others (without XDG_RUNTIME_DIR: error "endpoint" that says so).
Result<Endpoint> engine_endpoint(const std::string& flag, const Environment& environment, bool is_root);

}  // namespace berth::provider
