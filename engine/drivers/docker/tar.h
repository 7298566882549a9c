#pragma once

#include <string>
#include <string_view>

namespace berth::engine::docker {

/// A tar archive (ustar) with one executable regular file at its root, the same bytes every time. `name` is below 100 characters.
std::string tar_of_executable(std::string_view name, std::string_view content);

}  // namespace berth::engine::docker
