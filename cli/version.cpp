#include "cli/version.h"

// The build gives these to this file alone, so that a new commit compiles nothing else again.
#ifndef BERTH_VERSION
#define BERTH_VERSION "0.0.0"
#endif
#ifndef BERTH_COMMIT
#define BERTH_COMMIT ""
#endif
#ifndef BERTH_BUILD_TYPE
#define BERTH_BUILD_TYPE ""
#endif

namespace berth::cli {

std::string_view version() { return BERTH_VERSION; }
std::string_view commit() { return BERTH_COMMIT; }
std::string_view build_type() { return BERTH_BUILD_TYPE; }

}  // namespace berth::cli
