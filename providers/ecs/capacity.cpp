#include "providers/ecs/capacity.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "planner/capacity.h"
#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"

namespace berth::provider {
namespace {

bool is_gone(const Json& provider) {
  const std::string status = text_at(provider, "status");
  return provider.is_null() || status == "INACTIVE" || status == "DEPROVISIONING";
}

void add(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::vector<ir::CapacityPart> wanted_parts(const plan::Action& action) {
  return action.desired == nullptr ? std::vector<ir::CapacityPart>() : ir::capacity_parts(action.desired->body);
}

std::vector<ir::CapacityPart> live_parts(const plan::Action& action) {
  return action.live == nullptr ? std::vector<ir::CapacityPart>() : ir::capacity_parts(action.live->resource.body);
}

}  // namespace

Result<void> CapacityCalls::attach() const {
  BERTH_TRY(now, described());
  std::vector<std::string> names = texts_at(now, "capacityProviders");
  for (const ir::CapacityPart& part : wanted_parts(action)) {
    const std::string name = name_of(part);
    add(names, name);
    if (ir::fargate_provider(part.kind)) continue;
    BERTH_TRY(existing, provider(name));
    BERTH_TRY_VOID(make(part, name, existing, tag_at(now, kStackTag)));
  }
  return put(now, std::move(names));
}

Result<void> CapacityCalls::detach() const {
  BERTH_TRY(now, described());
  std::vector<std::string> kept;
  for (const ir::CapacityPart& part : wanted_parts(action)) kept.push_back(name_of(part));
  std::vector<std::string> given_up;
  for (const ir::CapacityPart& part : live_parts(action)) {
    const std::string name = ir::capacity_provider_name(action.name, part);
    if (std::find(kept.begin(), kept.end(), name) == kept.end()) given_up.push_back(name);
  }
  std::vector<std::string> names = texts_at(now, "capacityProviders");
  const auto goes = [&](const std::string& name) { return std::find(given_up.begin(), given_up.end(), name) != given_up.end(); };
  if (std::any_of(names.begin(), names.end(), goes)) {
    names.erase(std::remove_if(names.begin(), names.end(), goes), names.end());
    BERTH_TRY_VOID(put(now, std::move(names)));
  }
  for (const std::string& name : given_up) {
    if (name == "FARGATE" || name == "FARGATE_SPOT") continue;
    BERTH_TRY(existing, provider(name));
    if (is_gone(existing) || tag_at(existing, kStackTag) != action.live->stack) continue;
    Json request{{"capacityProvider", name}};
    if (existing.contains("managedInstancesProvider") && !existing["managedInstancesProvider"].is_null()) request["cluster"] = cluster;
    BERTH_TRY_VOID(client.call("DeleteCapacityProvider", request));
  }
  return {};
}

Result<void> CapacityCalls::make(const ir::CapacityPart& part, const std::string& name, const Json& existing, const std::string& stack) const {
  std::optional<ir::Address> unbound;
  const auto resolve = [&](const ir::Address& target) {
    const auto bound = bindings.find(target);
    if (!bound) unbound = target;
    return bound ? bound->arn : std::string();
  };
  Json request = ir::capacity_to_ecs(part, resolve);
  if (unbound) return Error{"unbound", fmt::format("{} refers to {}, which does not exist", part.address(action.address).text(), unbound->text())};
  request["name"] = name;
  if (part.kind == "managed") request["cluster"] = cluster;
  if (is_gone(existing)) {
    request["tags"] = Json::array({{{"key", kStackTag}, {"value", stack}}, {{"key", kAddressTag}, {"value", part.address(action.address).text()}}});
    BERTH_TRY_VOID(client.call("CreateCapacityProvider", request));
    return await_made(name);
  }
  if (!differs(part)) return {};
  if (tag_at(existing, kStackTag) != stack) {
    return Error{"not-ours", fmt::format("the capacity provider {} exists and is not managed by stack {} (it has no such tag `{}`)", name, stack, kStackTag)};
  }
  // What makes it the one that it is cannot be sent again.
  if (part.kind == "asg") request["autoScalingGroupProvider"].erase("autoScalingGroupArn");
  if (part.kind == "managed") {
    for (const char* member : {"capacityOptionType", "fipsEnabled"}) request["managedInstancesProvider"]["instanceLaunchTemplate"].erase(member);
  }
  BERTH_TRY_VOID(client.call("UpdateCapacityProvider", request));
  return {};
}

/// ECS takes the whole set at once. The default strategy is what is wanted; parts that belong to somebody else stay in it.
Result<void> CapacityCalls::put(const Json& cluster_now, std::vector<std::string> names) const {
  std::vector<std::string> ours;
  Json strategy = Json::array();
  for (const ir::CapacityPart& part : live_parts(action)) ours.push_back(ir::capacity_provider_name(action.name, part));
  for (const ir::CapacityPart& part : wanted_parts(action)) {
    const std::string name = name_of(part);
    ours.push_back(name);
    if (part.amount("weight") == 0 && part.amount("base") == 0) continue;
    strategy.push_back({{"capacityProvider", name}, {"weight", part.amount("weight")}, {"base", part.amount("base")}});
  }
  for (const Json& share : list_at(cluster_now, "defaultCapacityProviderStrategy")) {
    if (std::find(ours.begin(), ours.end(), last_part(text_at(share, "capacityProvider"))) == ours.end()) strategy.push_back(share);
  }
  const Timestamp deadline = clock.now() + options.timeout;
  for (;;) {
    const auto answer = client.call("PutClusterCapacityProviders", {{"cluster", cluster}, {"capacityProviders", names}, {"defaultCapacityProviderStrategy", strategy}});
    if (answer) return {};
    // An earlier change of the same kind is still being made.
    if (answer.error().code != "UpdateInProgressException") return answer.error();
    if (clock.now() >= deadline) return Error{std::string(plan::kTimedOut), "timed out: " + answer.error().message};
    if (progress.cancelled() || !clock.wait(options.longest_pause)) return Error{std::string(plan::kInterrupted), "stopped waiting: " + answer.error().message};
  }
}

/// Its description; null when there is none.
Result<Json> CapacityCalls::provider(const std::string& name) const {
  BERTH_TRY(answer, client.call("DescribeCapacityProviders", {{"capacityProviders", Json::array({name})}, {"include", Json::array({"TAGS"})}}));
  if (!list_at(answer, "capacityProviders").empty()) return list_at(answer, "capacityProviders").front();
  // Those of managed instances are known in their cluster only.
  BERTH_TRY(here, client.call("DescribeCapacityProviders", {{"capacityProviders", Json::array({name})}, {"cluster", cluster}, {"include", Json::array({"TAGS"})}}));
  return list_at(here, "capacityProviders").empty() ? Json() : list_at(here, "capacityProviders").front();
}

Result<void> CapacityCalls::await_made(const std::string& name) const {
  const Timestamp deadline = clock.now() + options.timeout;
  for (;;) {
    BERTH_TRY(made, provider(name));
    const std::string status = text_at(made, "status");
    if (status == "ACTIVE") return {};
    if (status != "PROVISIONING") return Error{"capacity-provider", fmt::format("the capacity provider {} was not made: {}", name, text_at(made, "updateStatusReason"))};
    if (clock.now() >= deadline) return Error{std::string(plan::kTimedOut), fmt::format("timed out: the capacity provider {} is not ready", name)};
    if (progress.cancelled() || !clock.wait(options.longest_pause)) return Error{std::string(plan::kInterrupted), fmt::format("stopped waiting for the capacity provider {}", name)};
  }
}

Result<Json> CapacityCalls::described() const {
  BERTH_TRY(answer, client.call("DescribeClusters", {{"clusters", Json::array({cluster})}, {"include", Json::array({"TAGS"})}}));
  if (list_at(answer, "clusters").empty()) return Error{"ClusterNotFoundException", fmt::format("the cluster {} is not there any more", last_part(cluster))};
  return list_at(answer, "clusters").front();
}

std::string CapacityCalls::name_of(const ir::CapacityPart& part) const { return plan::provider_name(action.name, part, action.live); }

/// Whether more than its part of the default strategy changes.
bool CapacityCalls::differs(const ir::CapacityPart& part) const {
  return std::any_of(action.fields.begin(), action.fields.end(), [&](const std::string& field) {
    return field == part.path() || (field.rfind(part.path() + ".", 0) == 0 && field != part.path() + ".weight" && field != part.path() + ".base");
  });
}

}  // namespace berth::provider
