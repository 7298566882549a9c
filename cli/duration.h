#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace berth::cli {

/// "90s", "10m", "1h30m", "500ms" from the command line. Error "usage".
Result<Milliseconds> parse_duration(const std::string& text);

}  // namespace berth::cli
