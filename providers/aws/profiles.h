#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::provider {

/// A section of a shared config or credentials file. It may hold secrets, so it has no way to be shown as a whole.
class ProfileSection {
 public:
  /// The value of a setting; nothing where it is missing or empty. `nested`: of the indented settings below one, as in `ecs =` of services.
  [[nodiscard]] std::optional<std::string> find(const std::string& setting) const;
  [[nodiscard]] std::optional<std::string> find(const std::string& nested, const std::string& setting) const;
  void set(std::string setting, std::string value) { settings_[std::move(setting)] = std::move(value); }
  /// What `other` says counts more.
  void merge(const ProfileSection& other);

 private:
  std::map<std::string, std::string> settings_;  ///< nested ones as "ecs.endpoint_url"
};

/// The sections of one file by name: "default", "dev"; those of `[services NAME]` as "services NAME".
using ProfileSections = std::map<std::string, ProfileSection>;

/// Reads a shared config file (`profiles_are_marked`: sections are `[profile NAME]`) or a credentials file (`[NAME]`). Error "aws-config" with the
/// line's number, never with its text.
Result<ProfileSections> parse_profiles(std::string_view text, bool profiles_are_marked);

}  // namespace berth::provider
