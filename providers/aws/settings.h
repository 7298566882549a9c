#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "providers/aws/profiles.h"
#include "providers/ecs/client.h"
#include "providers/ecs/endpoint.h"
#include "providers/http/endpoint.h"

namespace berth::provider {

/// What the command line says about AWS; "" = nothing.
struct AwsFlags {
  std::string profile;
  std::string region;
};

/// What the surroundings say about AWS: variables, and the profile of the shared files that counts. Reads files when it is made and never again.
class AwsSettings {
 public:
  /// Errors: "aws-config" for a file that cannot be read and for a profile that is asked for and missing.
  static Result<AwsSettings> load(Environment environment, const FileSystem& files, const AwsFlags& flags);

  /// The variable, when it is set and not empty.
  [[nodiscard]] std::optional<std::string> variable(const char* name) const;
  [[nodiscard]] bool is_true(const char* name) const;
  /// Name of the profile that counts.
  [[nodiscard]] const std::string& profile_name() const { return profile_; }
  /// Whether the command line names it: keys in variables do not count then.
  [[nodiscard]] bool profile_is_flag() const { return !flags_.profile.empty(); }
  [[nodiscard]] const std::string& region_flag() const { return flags_.region; }
  /// A profile of the shared files; null where there is none.
  [[nodiscard]] const ProfileSection* profile(const std::string& name) const;
  /// A setting of the profile that counts.
  [[nodiscard]] std::optional<std::string> setting(const std::string& name) const;
  /// The section `[services NAME]` that the profile names; null without one.
  [[nodiscard]] const ProfileSection* services() const;
  /// "profile `dev` of ~/.aws/config and ~/.aws/credentials": where it was looked for.
  [[nodiscard]] std::string profile_place() const;

 private:
  Environment environment_;
  AwsFlags flags_;
  std::string profile_;
  std::string config_path_;
  std::string credentials_path_;
  ProfileSections sections_;
};

/// A value, and what said so: "AWS_REGION", "profile `dev`".
struct FoundSetting {
  std::string value;
  std::string from;
};

/// The region: --region, AWS_REGION, AWS_DEFAULT_REGION, the profile's. Error "aws-config" that says what was looked at.
Result<FoundSetting> find_region(const AwsSettings& settings);

/// "aws", "aws-cn", "aws-us-gov" …
std::string partition_of(const std::string& region);

/// Where a service ("ecs", "sts") of the region is: AWS_ENDPOINT_URL_ECS, AWS_ENDPOINT_URL, the profile's services section and endpoint_url, unless
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS says to leave these out; else the host of the region's partition.
Result<Endpoint> service_endpoint(const AwsSettings& settings, const std::string& service, const std::string& region);

/// How often calls are repeated: AWS_RETRY_MODE, AWS_MAX_ATTEMPTS, the profile's retry_mode and max_attempts.
Result<RetryPolicy> retry_policy(const AwsSettings& settings);

/// A file of certificates in place of the system's: AWS_CA_BUNDLE, the profile's ca_bundle; "" = the system's.
std::string ca_bundle(const AwsSettings& settings);

}  // namespace berth::provider
