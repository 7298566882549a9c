#pragma once

#include <string_view>
#include <vector>

namespace berth {

/// A file of the standard library, which is part of the program.
struct StandardModule {
  std::string_view name;  ///< as in an import: `std/services`
  std::string_view path;  ///< as shown in diagnostics: `std/services.ecs`
  std::string_view text;
};

/// All of them, by name.
const std::vector<StandardModule>& standard_library();
/// The module of that name, or null.
const StandardModule* find_standard_module(std::string_view name);

}  // namespace berth
