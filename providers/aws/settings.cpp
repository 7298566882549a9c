#include "providers/aws/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace berth::provider {
namespace {

Error bad_setting(std::string message) { return {"aws-config", std::move(message)}; }

/// Where a shared file is; "" when nothing says so.
std::string shared_file(const Environment& environment, const char* variable, const char* name) {
  const std::string home = environment("HOME").value_or("");
  std::string path = environment(variable).value_or("");
  if (path.empty()) return home.empty() ? "" : home + "/.aws/" + name;
  return path.rfind("~/", 0) == 0 && !home.empty() ? home + path.substr(1) : path;
}

Result<ProfileSections> read_profiles(const FileSystem& files, const std::string& path, bool profiles_are_marked) {
  if (path.empty()) return ProfileSections();
  const auto text = files.read(path);
  if (!text && text.error().code == "not-found") return ProfileSections();
  if (!text) return bad_setting(fmt::format("cannot read {}: {}", path, text.error().message));
  auto sections = parse_profiles(*text, profiles_are_marked);
  if (!sections) return sections.error().while_doing(path);
  return sections;
}

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

bool says_true(const std::string& text) { return upper_case(text) == "TRUE" || text == "1"; }

/// Regions that do not begin like any of these are of the partition `aws`.
struct Partition {
  std::string_view prefix;
  std::string_view name;
  std::string_view suffix;
};
constexpr std::array<Partition, 5> kPartitions{{{"cn-", "aws-cn", "amazonaws.com.cn"},
                                                {"us-gov-", "aws-us-gov", "amazonaws.com"},
                                                {"us-iso-", "aws-iso", "c2s.ic.gov"},
                                                {"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
                                                {"eusc-", "aws-eusc", "amazonaws.eu"}}};

Partition find_partition(const std::string& region) {
  for (const Partition& row : kPartitions) {
    if (region.compare(0, row.prefix.size(), row.prefix) == 0) return row;
  }
  return {"", "aws", "amazonaws.com"};
}

/// What the configuration says instead of the partition's host.
std::optional<FoundSetting> configured_endpoint(const AwsSettings& settings, const std::string& service) {
  if (settings.is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) return std::nullopt;
  const bool said = settings.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").has_value();
  if (!said && says_true(settings.setting("ignore_configured_endpoint_urls").value_or(""))) return std::nullopt;
  for (const std::string& name : {"AWS_ENDPOINT_URL_" + upper_case(service), std::string("AWS_ENDPOINT_URL")}) {
    if (const auto url = settings.variable(name.c_str())) return FoundSetting{*url, name};
  }
  if (const ProfileSection* services = settings.services(); services != nullptr) {
    if (const auto url = services->find(service, "endpoint_url")) return FoundSetting{*url, fmt::format("`endpoint_url` of {} for the profile `{}`", service, settings.profile_name())};
  }
  if (const auto url = settings.setting("endpoint_url")) return FoundSetting{*url, fmt::format("`endpoint_url` of the profile `{}`", settings.profile_name())};
  return std::nullopt;
}

}  // namespace

Result<AwsSettings> AwsSettings::load(Environment environment, const FileSystem& files, const AwsFlags& flags) {
  AwsSettings settings;
  settings.environment_ = std::move(environment);
  settings.flags_ = flags;
  settings.config_path_ = shared_file(settings.environment_, "AWS_CONFIG_FILE", "config");
  settings.credentials_path_ = shared_file(settings.environment_, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  BERTH_TRY(config, read_profiles(files, settings.config_path_, true));
  BERTH_TRY(credentials, read_profiles(files, settings.credentials_path_, false));
  settings.sections_ = std::move(config);
  for (const auto& [name, section] : credentials) settings.sections_[name].merge(section);

  FoundSetting asked{flags.profile, "--profile"};
  for (const char* name : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
    if (asked.value.empty()) asked = {settings.variable(name).value_or(""), name};
  }
  settings.profile_ = asked.value.empty() ? "default" : asked.value;
  if (!asked.value.empty() && settings.profile(asked.value) == nullptr) {
    return bad_setting(fmt::format("{} names the profile `{}`, and there is no such profile in {} and {}; `aws configure --profile {}` makes it", asked.from, asked.value,
                                   settings.config_path_, settings.credentials_path_, asked.value));
  }
  return settings;
}

std::optional<std::string> AwsSettings::variable(const char* name) const {
  auto value = environment_(name);
  if (value && value->empty()) return std::nullopt;
  return value;
}

bool AwsSettings::is_true(const char* name) const { return says_true(variable(name).value_or("")); }

const ProfileSection* AwsSettings::profile(const std::string& name) const {
  const auto found = sections_.find(name);
  return found == sections_.end() ? nullptr : &found->second;
}

std::optional<std::string> AwsSettings::setting(const std::string& name) const {
  const ProfileSection* section = profile(profile_);
  return section == nullptr ? std::nullopt : section->find(name);
}

const ProfileSection* AwsSettings::services() const {
  const auto name = setting("services");
  return name ? profile("services " + *name) : nullptr;
}

std::string AwsSettings::profile_place() const {
  const std::string none = "a file that nothing names";
  return fmt::format("the profile `{}` of {} and {}", profile_, config_path_.empty() ? none : config_path_, credentials_path_.empty() ? none : credentials_path_);
}

Result<FoundSetting> find_region(const AwsSettings& settings) {
  std::optional<FoundSetting> found;
  if (!settings.region_flag().empty()) found = FoundSetting{settings.region_flag(), "--region"};
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (found) break;
    if (const auto set = settings.variable(name)) found = FoundSetting{*set, name};
  }
  if (!found) {
    if (const auto set = settings.setting("region")) found = FoundSetting{*set, fmt::format("the profile `{}`", settings.profile_name())};
  }
  if (!found) {
    return bad_setting(fmt::format("no AWS region: there is no --region, neither AWS_REGION nor AWS_DEFAULT_REGION is set, and {} has no `region`; set AWS_REGION",
                                   settings.profile_place()));
  }
  // It becomes part of a host's name.
  const bool good = std::all_of(found->value.begin(), found->value.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (!good) return bad_setting(fmt::format("the region `{}` of {} is not of the form `eu-west-1`", found->value, found->from));
  return *std::move(found);
}

std::string partition_of(const std::string& region) { return std::string(find_partition(region).name); }

Result<Endpoint> service_endpoint(const AwsSettings& settings, const std::string& service, const std::string& region) {
  if (const auto configured = configured_endpoint(settings, service)) {
    const auto endpoint = parse_endpoint(configured->value);
    if (!endpoint || endpoint->is_unix()) {
      return Error{"endpoint", fmt::format("`{}` of {} is not of the form `https://host` or `http://host:port`", configured->value, configured->from)};
    }
    return endpoint;
  }
  const bool fips = settings.variable("AWS_USE_FIPS_ENDPOINT") ? settings.is_true("AWS_USE_FIPS_ENDPOINT") : says_true(settings.setting("use_fips_endpoint").value_or(""));
  // In GovCloud the plain name of STS is the validated one already.
  const bool own_name = fips && !(service == "sts" && partition_of(region) == "aws-us-gov");
  return Endpoint{.unix_socket = "", .url = fmt::format("https://{}{}.{}.{}", service, own_name ? "-fips" : "", region, find_partition(region).suffix)};
}

Result<RetryPolicy> retry_policy(const AwsSettings& settings) {
  // Without a word of the user many small reads are to come through: more attempts than the SDKs make.
  RetryPolicy policy{.attempts = 8, .base = Milliseconds(250), .cap = Milliseconds(20'000)};
  const auto said = [&](const char* variable, const char* name) -> std::optional<std::string> {
    if (auto set = settings.variable(variable)) return set;
    return settings.setting(name);
  };
  if (const auto mode = said("AWS_RETRY_MODE", "retry_mode")) {
    if (*mode == "legacy") policy.attempts = 5;
    else if (*mode == "standard" || *mode == "adaptive") policy.attempts = 3;
    else return bad_setting(fmt::format("the retry mode `{}` is none of legacy, standard, adaptive (AWS_RETRY_MODE)", *mode));
  }
  if (const auto most = said("AWS_MAX_ATTEMPTS", "max_attempts")) {
    const auto [end, failed] = std::from_chars(most->data(), most->data() + most->size(), policy.attempts);
    if (failed != std::errc() || end != most->data() + most->size() || policy.attempts < 1) return bad_setting(fmt::format("AWS_MAX_ATTEMPTS: `{}` is no number of attempts; write 1 or more", *most));
  }
  return policy;
}

std::string ca_bundle(const AwsSettings& settings) {
  if (auto set = settings.variable("AWS_CA_BUNDLE")) return *std::move(set);
  return settings.setting("ca_bundle").value_or("");
}

}  // namespace berth::provider
