#include "providers/ecs/requests.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/check.h"
#include "ir/capacity.h"
#include "ir/ecs_form.h"
#include "ir/json_path.h"
#include "ir/schema.h"
#include "providers/ecs/json_access.h"

namespace berth::provider {
namespace {

/// The API's object for what is desired; references are what has been bound to their addresses.
Result<Json> bound_object(const plan::Action& action, const plan::Bindings& bindings, ir::Implied implied = ir::Implied::left_out) {
  BERTH_CHECK(action.desired != nullptr, action.text());
  std::optional<ir::Address> unbound;
  const auto resolve = [&](const ir::Address& target) {
    // Fargate is there without being made, in clusters of others too.
    const auto capacity = ir::capacity_target(target);
    if (const auto fargate = capacity ? ir::fargate_provider(capacity->label) : std::nullopt) return *fargate;
    const auto bound = bindings.find(target);
    if (!bound) unbound = target;
    return bound ? bound->arn : std::string();
  };
  Json object = ir::to_ecs(*ir::schema::resource_kind(action.address.kind), action.desired->body, resolve, implied);
  if (unbound) return Error{"unbound", fmt::format("{} refers to {}, which does not exist", action.address.text(), unbound->text())};
  return object;
}

/// Where a setting stands in the API's object, by the schema's rows.
struct Place {
  std::string path;      ///< of the field, as far as it is not inside a list; "" when it is not sent
  std::string off_path;  ///< of the block around it that is switched off by a member; "" when there is none
  std::string off_member;
};

std::string join(const std::string& path, std::string_view member) {
  if (member.empty()) return path;
  return path.empty() ? std::string(member) : path + "." + std::string(member);
}

Place place_of(const ir::schema::Block& kind, const std::string& setting) {
  Place place;
  const ir::schema::Block* block = &kind;
  for (std::size_t begin = 0; begin <= setting.size();) {
    const std::size_t end = std::min(setting.find('.', begin), setting.size());
    const std::string word = setting.substr(begin, end - begin);
    begin = end + 1;
    if (const ir::schema::Field* field = block->field(word)) {
      place.path = field->path.empty() ? "" : join(place.path, field->path);
      return place;
    }
    if (block->label == ir::schema::LabelKind::variant && word == block->variant_field) {
      place.path = join(place.path, block->variant_path);
      return place;
    }
    block = block->block(word);
    if (block == nullptr) return {};
    place.path = join(place.path, block->path);
    if (block->label == ir::schema::LabelKind::name) return place;
    if (!block->off_field.empty()) {
      place.off_path = place.path;
      place.off_member = std::string(block->off_field);
    }
  }
  return place;
}

/// What UpdateService takes for a member that nothing is asked of any more; null where absence does it.
Json taken_back(std::string_view member) {
  static constexpr std::string_view kLists[] = {"capacityProviderStrategy", "loadBalancers",           "placementConstraints", "placementStrategy",
                                                "serviceRegistries",        "vpcLatticeConfigurations", "volumeConfigurations"};
  if (std::find(std::begin(kLists), std::end(kLists), member) != std::end(kLists)) return Json::array();
  return nullptr;
}

std::string first_part(const std::string& path) { return path.substr(0, path.find('.')); }

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
  // Said in full: without either of them a cluster's own capacity would count, whatever the source says.
  const bool is_service = action.address.kind == "service";
  if (is_service && !request.contains("launchType") && !request.contains("capacityProviderStrategy")) request["launchType"] = "EC2";
  return request;
}

Result<Json> update_service_request(const plan::Action& action, const plan::Bindings& bindings) {
  BERTH_CHECK(action.live != nullptr, action.text());
  BERTH_TRY(desired, bound_object(action, bindings));
  BERTH_TRY(in_full, bound_object(action, bindings, ir::Implied::written));
  const ir::schema::Block& kind = *ir::schema::resource_kind("service");
  const Json& live = action.live->runtime;
  Json request{{"cluster", text_at(live, "clusterArn")}, {"service", action.live->arn}};
  bool sends_deployment = false;
  const auto send = [&](const std::string& member, const Json& value) {
    request[member] = value;
    sends_deployment = sends_deployment || (starts_deployment(member) && live.value(member, Json()) != value);
  };
  for (const std::string& setting : action.fields) {
    const Place place = place_of(kind, setting);
    if (place.path.empty()) return Error{"unsupported", fmt::format("{} cannot be changed in place", setting)};
    const std::string member = first_part(place.path);
    // What the service takes is the whole member; the settings in it that are as before go along.
    if (desired.contains(member) && !request.contains(member)) send(member, desired[member]);
    if (ir::find_at(request, place.path) != nullptr) continue;
    const Json* default_value = ir::find_at(in_full, place.path);
    const Json* switched = place.off_path.empty() ? nullptr : ir::find_at(live, place.off_path);
    if (default_value != nullptr) {
      Json changed = request.value(member, Json::object());
      if (place.path == member) changed = *default_value;
      else ir::set_at(changed, place.path.substr(member.size() + 1), *default_value);
      send(member, changed);
    } else if (!place.off_path.empty() && ir::find_at(request, place.off_path) == nullptr) {
      Json off = switched == nullptr ? Json::object() : *switched;
      off[place.off_member] = false;
      Json changed = request.value(member, Json::object());
      if (place.off_path == member) changed = std::move(off);
      else ir::set_at(changed, place.off_path.substr(member.size() + 1), std::move(off));
      send(member, changed);
    } else if (Json none = taken_back(member); !none.is_null() && !request.contains(member)) {
      send(member, none);
    }
  }
  if (action.new_deployment && desired.contains("taskDefinition")) send("taskDefinition", desired["taskDefinition"]);
  // ECS takes other capacity only together with new tasks.
  if (request.contains("capacityProviderStrategy") || (action.new_deployment && !sends_deployment)) request["forceNewDeployment"] = true;
  return request;
}

Result<Json> update_cluster_request(const plan::Action& action, const plan::Bindings& bindings) {
  BERTH_CHECK(action.live != nullptr, action.text());
  BERTH_TRY(desired, bound_object(action, bindings));
  BERTH_TRY(in_full, bound_object(action, bindings, ir::Implied::written));
  const ir::schema::Block& kind = *ir::schema::resource_kind("cluster");
  Json request{{"cluster", action.live->arn}};
  for (const std::string& setting : action.fields) {
    const std::string member = first_part(place_of(kind, setting).path);
    if (member == "settings") {
      request[member] = in_full.value(member, Json::array());
    } else if (member == "serviceConnectDefaults") {
      // An empty name takes the namespace away.
      request[member] = desired.value(member, Json{{"namespace", ""}});
    } else if (member == "configuration") {
      Json configuration = desired.value(member, Json::object());
      if (!configuration.contains("executeCommandConfiguration")) configuration["executeCommandConfiguration"] = {{"logging", "DEFAULT"}};
      request[member] = std::move(configuration);
    } else {
      return Error{"unsupported", fmt::format("{} cannot be changed in place", setting)};
    }
  }
  return request;
}

bool changes_anything(const Json& update_service_request) { return update_service_request.size() > 2; }

}  // namespace berth::provider
