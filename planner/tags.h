#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ir/resource.h"

namespace berth::plan {

/// The tags by which a stack owns its resources; there is no state file.
inline constexpr std::string_view kStackTag = "berth:stack";
inline constexpr std::string_view kAddressTag = "berth:address";
inline constexpr std::string_view kHashTag = "berth:hash";
/// "true" refuses the destruction of the resource, also when its block is gone from the source.
inline constexpr std::string_view kProtectTag = "berth:protect";

/// "true" on what was made with sensitive values, so that a later plan does not show them either.
inline constexpr std::string_view kSensitiveTag = "berth:sensitive";

using Tags = std::map<std::string, std::string, std::less<>>;

/// What `lifecycle { prevent_destroy = … }` says; nothing when it does not say it.
std::optional<bool> prevents_destroy(const ir::Resource& resource);
/// The user's tags and ours, for a resource of the stack `stack`.
Tags wanted_tags(const std::string& stack, const ir::Resource& resource);
/// The user's tags and ours, as they are on the live resource.
Tags live_tags(const ir::LiveResource& live);

struct TagChange {
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> remove;
  [[nodiscard]] bool empty() const { return set.empty() && remove.empty(); }
};

/// What brings `live` to `wanted`. (The protection tag is in neither unless the source says something about it: removing the text does not remove the
/// protection.)
TagChange diff_tags(const Tags& live, const Tags& wanted);

}  // namespace berth::plan
