#include <set>

#include <fmt/format.h>

#include "engine/handlers/handlers.h"
#include "engine/handlers/resolve.h"

// Account settings: kept and shown; on one machine none of them changes what the engine does. Source: ecs.md 6.5.
namespace berth::engine {
namespace {

constexpr const char* kSetting = "setting";
constexpr std::size_t kSettingsPage = 10;

/// Every setting with its value unless set, by name.
const std::map<std::string, std::string>& defaults() {
  static const std::map<std::string, std::string> kDefaults{
      {"awsvpcTrunking", "disabled"},
      {"containerInsights", "disabled"},
      {"containerInstanceLongArnFormat", "enabled"},
      {"defaultLogDriverMode", "non-blocking"},
      {"fargateEventWindows", "disabled"},
      {"fargateFIPSMode", "disabled"},
      {"fargateTaskRetirementWaitPeriod", "7"},
      {"guardDutyActivate", "off"},
      {"serviceLongArnFormat", "enabled"},
      {"tagResourceAuthorization", "off"},
      {"taskLongArnFormat", "enabled"},
  };
  return kDefaults;
}

std::set<std::string> values_of(const std::string& name) {
  if (name == "containerInsights") return {"enabled", "disabled", "enhanced"};
  if (name == "defaultLogDriverMode") return {"blocking", "non-blocking"};
  if (name == "fargateTaskRetirementWaitPeriod") return {"0", "7", "14"};
  if (name == "tagResourceAuthorization") return {"on", "off"};
  if (name == "guardDutyActivate") return {};
  // Short ARNs are gone.
  if (name.find("LongArnFormat") != std::string::npos) return {"enabled"};
  return {"enabled", "disabled"};
}

/// A principal's own setting goes before the account's; the account's root stands for the account.
std::string key_of(const std::string& name, const std::string& principal) { return principal + " " + name; }

std::string root(const Call& call) { return fmt::format("arn:aws:iam::{}:root", call.config.arns.account); }

Result<api::Setting> put_setting(Call& call, const std::string& name, const std::string& value, const std::string& principal) {
  const std::set<std::string> values = values_of(name);
  if (!values.contains(value)) return invalid_parameter(fmt::format("Invalid value of the setting {}: {}", name, value));
  call.store.put_document(kSetting, key_of(name, principal), value);
  return api::Setting{.name = name, .value = value, .principal_arn = principal, .type = "user"};
}

std::optional<std::string> stored(const Call& call, const std::string& name, const std::string& principal) {
  const auto value = call.store.document(kSetting, key_of(name, principal));
  return value && value->is_string() ? std::optional(value->get<std::string>()) : std::nullopt;
}

}  // namespace

Result<api::PutAccountSettingResponse> put_account_setting(Call& call, const api::PutAccountSettingRequest& request) {
  BERTH_TRY(setting, put_setting(call, *request.name, *request.value, request.principal_arn.value_or(root(call))));
  return api::PutAccountSettingResponse{.setting = std::move(setting)};
}

Result<api::PutAccountSettingDefaultResponse> put_account_setting_default(Call& call, const api::PutAccountSettingDefaultRequest& request) {
  BERTH_TRY(setting, put_setting(call, *request.name, *request.value, root(call)));
  return api::PutAccountSettingDefaultResponse{.setting = std::move(setting)};
}

Result<api::DeleteAccountSettingResponse> delete_account_setting(Call& call, const api::DeleteAccountSettingRequest& request) {
  const std::string principal = request.principal_arn.value_or(root(call));
  call.store.remove_document(kSetting, key_of(*request.name, principal));
  return api::DeleteAccountSettingResponse{.setting = api::Setting{.name = *request.name, .value = "", .principal_arn = principal, .type = "user"}};
}

Result<api::ListAccountSettingsResponse> list_account_settings(Call& call, const api::ListAccountSettingsRequest& request) {
  BERTH_TRY(cursor, page_cursor(request.next_token));
  const std::string principal = request.principal_arn.value_or(root(call));
  const bool effective = request.effective_settings.value_or(false);
  std::vector<api::Setting> settings;
  for (const auto& [name, otherwise] : defaults()) {
    auto value = stored(call, name, principal);
    if (!value && effective) value = stored(call, name, root(call)).value_or(otherwise);
    const bool wanted = (!request.name || *request.name == name) && (!request.value || request.value == value) && name > cursor;
    if (value && wanted) settings.push_back({.name = name, .value = *value, .principal_arn = principal, .type = "user"});
  }
  api::ListAccountSettingsResponse response;
  response.next_token = cut_page(settings, page_size(request.max_results, kSettingsPage), [](const api::Setting& setting) { return *setting.name; });
  response.settings = std::move(settings);
  return response;
}

}  // namespace berth::engine
