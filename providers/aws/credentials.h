#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "base/sensitive.h"
#include "providers/aws/settings.h"
#include "providers/http/endpoint.h"

namespace berth::provider {

/// The keys of one identity. What is secret of them cannot be printed.
struct AwsCredentials {
  std::string access_key_id;
  std::shared_ptr<const SensitiveText> secret;
  std::shared_ptr<const SensitiveText> token;  ///< of a session; null for long-lived keys
  std::optional<Timestamp> expires;
};

struct CredentialSource;

/// Keys are exchanged for a token that a file has (STS AssumeRoleWithWebIdentity).
struct WebIdentitySource {
  std::string role_arn;
  std::string session_name;  ///< "" = one is made up
  std::string token_file;
};

/// Keys are exchanged for keys of another role (STS AssumeRole).
struct RoleSource {
  std::string role_arn;
  std::string session_name;  ///< "" = one is made up
  std::string external_id;
  std::string duration_seconds;  ///< "" = the service's default
  std::shared_ptr<const CredentialSource> base;
};

/// The agent beside a container hands them out.
struct ContainerSource {
  Endpoint server;
  std::string path;
  std::shared_ptr<const SensitiveText> authorization;  ///< null = none, or in a file
  std::string authorization_file;
};

/// The metadata service of an EC2 instance hands them out, version 2.
struct InstanceSource {
  Endpoint server;
};

/// Where keys come from.
struct CredentialSource {
  std::string name;  ///< for people: "the profile `dev`", "AWS_ACCESS_KEY_ID"
  std::variant<AwsCredentials, WebIdentitySource, RoleSource, ContainerSource, InstanceSource> how;
  std::string looked_at{};  ///< what had none, where this is the last resort
};

/// Who gives credentials, in the order of the AWS SDKs: variables; the profile's role, web identity and keys; the container's agent; the instance.
/// Decides only, asks nobody. Errors "aws-credentials": something is half said, of a kind that berth does not do, or there is nothing.
Result<CredentialSource> find_credentials(const AwsSettings& settings);

}  // namespace berth::provider
