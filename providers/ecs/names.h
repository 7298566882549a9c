#pragma once

#include <string>
#include <string_view>

namespace berth::provider {

/// What follows the last slash of an ARN ("…:service/prod/web" -> "web"), or the text itself when it has none.
inline std::string last_part(std::string_view arn) {
  const std::size_t slash = arn.rfind('/');
  return std::string(slash == std::string_view::npos ? arn : arn.substr(slash + 1));
}

/// The family of a task definition's ARN or name: "…:task-definition/web:3" -> "web".
inline std::string family_of(std::string_view task_definition) {
  const std::string name = last_part(task_definition);
  return name.substr(0, name.find(':'));
}

/// The tags that only we write.
inline constexpr std::string_view kStackTag = "berth:stack";
inline constexpr std::string_view kAddressTag = "berth:address";
inline constexpr std::string_view kHashTag = "berth:hash";
inline constexpr std::string_view kProtectTag = "berth:protect";
inline constexpr std::string_view kSensitiveTag = "berth:sensitive";

}  // namespace berth::provider
