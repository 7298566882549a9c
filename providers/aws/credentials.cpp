#include "providers/aws/credentials.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace berth::provider {
namespace {

Error no_credentials(std::string message) { return {"aws-credentials", std::move(message)}; }

std::shared_ptr<const SensitiveText> hidden(const std::string& text) { return std::make_shared<const SensitiveText>(text); }

CredentialSource fixed_keys(std::string name, const std::string& id, const std::string& secret, const std::optional<std::string>& token) {
  return {.name = std::move(name), .how = AwsCredentials{.access_key_id = id, .secret = hidden(secret), .token = token ? hidden(*token) : nullptr, .expires = std::nullopt}};
}

/// Keys in variables.
Result<std::optional<CredentialSource>> from_variables(const AwsSettings& settings) {
  const auto id = settings.variable("AWS_ACCESS_KEY_ID");
  const auto secret = settings.variable("AWS_SECRET_ACCESS_KEY");
  if (!id && !secret) return std::optional<CredentialSource>();
  if (!id || !secret) {
    return no_credentials(fmt::format("{} is set and {} is not; set both, or neither", id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY", id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"));
  }
  auto token = settings.variable("AWS_SESSION_TOKEN");
  if (!token) token = settings.variable("AWS_SECURITY_TOKEN");
  return std::optional(fixed_keys("AWS_ACCESS_KEY_ID", *id, *secret, token));
}

std::optional<CredentialSource> web_identity_of_variables(const AwsSettings& settings) {
  const auto file = settings.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
  const auto role = settings.variable("AWS_ROLE_ARN");
  if (!file || !role) return std::nullopt;
  return CredentialSource{.name = "AWS_WEB_IDENTITY_TOKEN_FILE",
                          .how = WebIdentitySource{.role_arn = *role, .session_name = settings.variable("AWS_ROLE_SESSION_NAME").value_or(""), .token_file = *file}};
}

/// The host of an http(s) URL without its port; "" for another text.
std::string host_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return "";
  std::string host = url.substr(scheme + 3, url.find_first_of("/?", scheme + 3) - scheme - 3);
  if (!host.empty() && host.front() == '[') return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

/// Whom a token may be sent to without https: this machine, and the agents of ECS and EKS.
bool may_be_plain(const std::string& host) {
  static constexpr std::array<std::string_view, 5> kHosts{"localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
  const bool is_loopback = host.rfind("127.", 0) == 0 && host.find_first_not_of("0123456789.") == std::string::npos;
  return is_loopback || std::find(kHosts.begin(), kHosts.end(), host) != kHosts.end();
}

Result<std::optional<CredentialSource>> from_container(const AwsSettings& settings) {
  const auto relative = settings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const auto full = settings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!relative && !full) return std::optional<CredentialSource>();
  ContainerSource source;
  if (relative) {
    if (relative->front() != '/') return no_credentials(fmt::format("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `{}` does not begin with `/`", *relative));
    source.server.url = "http://169.254.170.2";
    source.path = *relative;
  } else {
    const std::string host = host_of(*full);
    const bool secure = full->rfind("https://", 0) == 0;
    if (host.empty() || (!secure && full->rfind("http://", 0) != 0)) return no_credentials(fmt::format("AWS_CONTAINER_CREDENTIALS_FULL_URI: `{}` is no http or https URL", *full));
    if (!secure && !may_be_plain(host)) {
      return no_credentials(fmt::format("AWS_CONTAINER_CREDENTIALS_FULL_URI: credentials do not come from `{}` over plain http; use https", host));
    }
    const std::size_t slash = full->find_first_of("/?", full->find("://") + 3);
    auto server = parse_endpoint(full->substr(0, slash));
    if (!server) return no_credentials(fmt::format("AWS_CONTAINER_CREDENTIALS_FULL_URI: `{}` is no http or https URL", *full));
    source.server = *std::move(server);
    source.path = slash == std::string::npos ? "/" : full->substr(slash);
    if (source.path.front() == '?') source.path.insert(0, "/");
  }
  source.authorization_file = settings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").value_or("");
  const auto token = settings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (token && source.authorization_file.empty()) source.authorization = hidden(*token);
  return std::optional(CredentialSource{.name = relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" : "AWS_CONTAINER_CREDENTIALS_FULL_URI", .how = std::move(source)});
}

Result<CredentialSource> from_instance(const AwsSettings& settings) {
  std::string server = "http://169.254.169.254";
  if (settings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").value_or("") == "IPv6") server = "http://[fd00:ec2::254]";
  server = settings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or(server);
  auto endpoint = parse_endpoint(server);
  if (!endpoint || endpoint->is_unix()) return no_credentials(fmt::format("AWS_EC2_METADATA_SERVICE_ENDPOINT: `{}` is not of the form `http://host:port`", server));
  return CredentialSource{.name = fmt::format("the metadata of this instance at {}", server), .how = InstanceSource{*std::move(endpoint)}};
}

/// Profiles, which may lead from one to the next.
class Profiles {
 public:
  explicit Profiles(const AwsSettings& settings) : settings_(settings) {}

  /// What a profile gives; nothing when it says nothing of credentials.
  Result<std::optional<CredentialSource>> find(const std::string& name) {
    const ProfileSection* section = settings_.profile(name);
    if (section == nullptr) return std::optional<CredentialSource>();
    visited_.push_back(name);
    if (const auto role = section->find("role_arn")) return role_of(name, *section, *role);
    if (const auto why = not_done(name, *section)) return *why;
    return keys_of(name, *section);
  }

 private:
  static std::string called(const std::string& name) { return fmt::format("the profile `{}`", name); }
  static std::string instead(const std::string& name) {
    return fmt::format("run `aws configure export-credentials --profile {} --format env` and set what it prints", name);
  }

  static Result<std::optional<CredentialSource>> keys_of(const std::string& name, const ProfileSection& section) {
    const auto id = section.find("aws_access_key_id");
    const auto secret = section.find("aws_secret_access_key");
    if (!id && !secret) return std::optional<CredentialSource>();
    if (!id || !secret) return no_credentials(fmt::format("{} has no `{}`", called(name), id ? "aws_secret_access_key" : "aws_access_key_id"));
    auto token = section.find("aws_session_token");
    if (!token) token = section.find("aws_security_token");
    return std::optional(fixed_keys(called(name), *id, *secret, token));
  }

  /// Why the profile is refused: what it wants takes another program, or a person.
  static std::optional<Error> not_done(const std::string& name, const ProfileSection& section) {
    if (section.find("aws_access_key_id")) return std::nullopt;
    for (const char* sign_in : {"sso_session", "sso_start_url", "sso_account_id", "login_session"}) {
      if (section.find(sign_in)) return no_credentials(fmt::format("{} signs in through a browser (`{}`), which berth does not do; {}", called(name), sign_in, instead(name)));
    }
    if (section.find("credential_process")) return no_credentials(fmt::format("{} has a `credential_process`, and berth runs no such programs; {}", called(name), instead(name)));
    return std::nullopt;
  }

  Result<std::optional<CredentialSource>> role_of(const std::string& name, const ProfileSection& section, const std::string& role) {
    const std::string session = section.find("role_session_name").value_or("");
    if (const auto file = section.find("web_identity_token_file")) {
      return std::optional(CredentialSource{.name = called(name), .how = WebIdentitySource{.role_arn = role, .session_name = session, .token_file = *file}});
    }
    if (section.find("mfa_serial")) {
      return no_credentials(fmt::format("{} asks for a code of a device (`mfa_serial`), which berth does not do; {}", called(name), instead(name)));
    }
    BERTH_TRY(base, base_of(name, section));
    RoleSource source{.role_arn = role,
                      .session_name = session,
                      .external_id = section.find("external_id").value_or(""),
                      .duration_seconds = section.find("duration_seconds").value_or(""),
                      .base = std::make_shared<const CredentialSource>(std::move(base))};
    return std::optional(CredentialSource{.name = called(name), .how = std::move(source)});
  }

  /// Whose keys the role is assumed with.
  Result<CredentialSource> base_of(const std::string& name, const ProfileSection& section) {
    const auto profile = section.find("source_profile");
    const auto other = section.find("credential_source");
    if (profile && other) return no_credentials(fmt::format("{} has both `source_profile` and `credential_source`; leave one out", called(name)));
    if (!profile && !other) return no_credentials(fmt::format("{} has `role_arn` and does not say with whose keys; add `source_profile` or `credential_source`", called(name)));
    if (profile) return base_profile(name, *profile);
    std::optional<CredentialSource> found;
    if (*other == "Environment") {
      BERTH_TRY(keys, from_variables(settings_));
      found = std::move(keys);
    } else if (*other == "EcsContainer") {
      BERTH_TRY(keys, from_container(settings_));
      found = std::move(keys);
    } else if (*other == "Ec2InstanceMetadata") {
      return from_instance(settings_);
    } else {
      return no_credentials(fmt::format("{}: the `credential_source` `{}` is none of Environment, EcsContainer, Ec2InstanceMetadata", called(name), *other));
    }
    if (!found) return no_credentials(fmt::format("{} takes keys of the `credential_source` `{}`, and there are none", called(name), *other));
    return *std::move(found);
  }

  Result<CredentialSource> base_profile(const std::string& name, const std::string& base) {
    const ProfileSection* section = settings_.profile(base);
    if (section == nullptr) return no_credentials(fmt::format("{} has `source_profile = {}`, and there is no such profile", called(name), base));
    if (base == name) {  // its own keys
      BERTH_TRY(keys, keys_of(base, *section));
      if (keys) return *std::move(keys);
    }
    if (std::find(visited_.begin(), visited_.end(), base) != visited_.end()) return no_credentials(fmt::format("{} leads to itself by `source_profile`", called(base)));
    BERTH_TRY(found, find(base));
    if (!found) return no_credentials(fmt::format("{} has `source_profile = {}`, which has no credentials", called(name), base));
    return *std::move(found);
  }

  const AwsSettings& settings_;
  std::vector<std::string> visited_;
};

}  // namespace

Result<CredentialSource> find_credentials(const AwsSettings& settings) {
  if (!settings.profile_is_flag()) {
    BERTH_TRY(keys, from_variables(settings));
    if (keys) return *std::move(keys);
  }
  // A role of a profile comes before the variables of a web identity, and these before the profile's keys.
  const auto role = settings.setting("role_arn");
  const bool of_file = settings.setting("web_identity_token_file").has_value();
  if (!role || of_file) {
    if (auto identity = settings.profile_is_flag() ? std::nullopt : web_identity_of_variables(settings)) return *std::move(identity);
  }
  BERTH_TRY(of_profile, Profiles(settings).find(settings.profile_name()));
  if (of_profile) return *std::move(of_profile);
  BERTH_TRY(of_container, from_container(settings));
  if (of_container) return *std::move(of_container);

  const std::string looked_at = fmt::format("AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE and AWS_CONTAINER_CREDENTIALS_… are not set, {} has no keys", settings.profile_place());
  if (settings.is_true("AWS_EC2_METADATA_DISABLED")) {
    return no_credentials(fmt::format("no AWS credentials: {}, and AWS_EC2_METADATA_DISABLED is set; set AWS_PROFILE to a profile that has some", looked_at));
  }
  BERTH_TRY(instance, from_instance(settings));
  instance.looked_at = looked_at;
  return instance;
}

}  // namespace berth::provider
