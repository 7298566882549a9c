#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace berth::exporting {

/// How a target calls the members of the ECS API's JSON.
struct Renaming {
  /// A member that does not go by the rule. `parent` is the member around it, at the top the operation.
  struct Exception {
    std::string_view parent;
    std::string_view member;
    std::string_view name;  ///< "" = the target has none
  };
  std::span<const Exception> exceptions;
  /// Members that are taken as they are, with all in them: their keys are the user's own words, or they become text.
  std::span<const std::string_view> verbatim;
  std::string (*rule)(std::string_view member);
};

/// The input of an ECS call with its members renamed. What the target has no name for is taken out and named in `missing`, with dots.
Json renamed(const Json& input, std::string_view operation, const Renaming& renaming, std::vector<std::string>& missing);

}  // namespace berth::exporting
