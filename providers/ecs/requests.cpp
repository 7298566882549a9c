#include "providers/ecs/requests.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/check.h"
#include "ir/ecs_form.h"
#include "ir/schema.h"
#include "providers/ecs/json_access.h"

namespace berth::provider {
namespace {

/// The API's object for what is desired; references are what has been bound to their addresses.
Result<Json> bound_object(const plan::Action& action, const plan::Bindings& bindings) {
  BERTH_CHECK(action.desired != nullptr, action.text());
  std::optional<ir::Address> unbound;
  const auto resolve = [&](const ir::Address& target) {
    const auto bound = bindings.find(target);
    if (!bound) unbound = target;
    return bound ? bound->arn : std::string();
  };
  Json object = ir::to_ecs(*ir::schema::resource_kind(action.address.kind), action.desired->body, resolve);
  if (unbound) return Error{"unbound", fmt::format("{} refers to {}, which does not exist", action.address.text(), unbound->text())};
  return object;
}

/// The member of the API's object that holds the setting, by the schema's rows.
std::string member_of(const ir::schema::Block& kind, const std::string& setting) {
  const std::string first = setting.substr(0, setting.find('.'));
  if (const ir::schema::Field* field = kind.field(first)) return std::string(field->path);
  if (const ir::schema::Block* block = kind.block(first)) return std::string(block->path);
  return "";
}

/// Members of UpdateService that make the service replace its tasks when they differ.
bool starts_deployment(const std::string& member) {
  static constexpr std::string_view kMembers[] = {"taskDefinition",     "networkConfiguration",        "platformVersion",      "loadBalancers",
                                                  "serviceRegistries",  "serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations"};
  return std::find(std::begin(kMembers), std::end(kMembers), member) != std::end(kMembers);
}

}  // namespace

Json tag_list(const std::vector<std::pair<std::string, std::string>>& tags) {
  Json list = Json::array();
  for (const auto& [key, value] : tags) list.push_back({{"key", key}, {"value", value}});
  return list;
}

Result<Json> create_request(const plan::Action& action, const plan::Bindings& bindings) {
  BERTH_TRY(request, bound_object(action, bindings));
  if (!action.tags.empty()) request["tags"] = tag_list(action.tags);
  return request;
}

Result<Json> update_service_request(const plan::Action& action, const plan::Bindings& bindings) {
  BERTH_CHECK(action.live != nullptr, action.text());
  BERTH_TRY(desired, bound_object(action, bindings));
  const ir::schema::Block& kind = *ir::schema::resource_kind("service");
  Json request{{"cluster", text_at(action.live->runtime, "clusterArn")}, {"service", action.live->arn}};
  bool sends_deployment = false;
  const auto send = [&](const std::string& member) {
    const auto value = desired.find(member);
    if (value == desired.end()) return;
    request[member] = *value;
    sends_deployment = sends_deployment || (starts_deployment(member) && action.live->runtime.value(member, Json()) != *value);
  };
  for (const std::string& setting : action.fields) {
    const std::string member = member_of(kind, setting);
    if (member.empty()) return Error{"unsupported", fmt::format("{} cannot be changed in place", setting)};
    send(member);
  }
  if (action.new_deployment) send("taskDefinition");
  if (action.new_deployment && !sends_deployment) request["forceNewDeployment"] = true;
  return request;
}

bool changes_anything(const Json& update_service_request) { return update_service_request.size() > 2; }

}  // namespace berth::provider
