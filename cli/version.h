#pragma once

#include <string_view>

namespace berth::cli {

/// "0.1.0"
std::string_view version();
/// The commit this was built from, with "+" behind it when there were changes; "" when it was not built from a repository.
std::string_view commit();
/// "Release", "Debug" …
std::string_view build_type();

}  // namespace berth::cli
