#include "providers/ecs/read_capacity.h"

#include <algorithm>

#include "providers/ecs/json_access.h"
#include "providers/ecs/names.h"

namespace berth::provider {
namespace {

bool is_fargate(const std::string& name) { return name == "FARGATE" || name == "FARGATE_SPOT"; }
std::string fargate_word(const std::string& name) { return name == "FARGATE" ? "fargate" : "fargate_spot"; }

bool is_there(const Json& provider) {
  const std::string status = text_at(provider, "status");
  return status != "INACTIVE" && status != "DEPROVISIONING";
}

/// What the stack that made it calls it; nothing for one of somebody else.
std::optional<ir::CapacityTarget> target_of(const Json& provider, const std::string& stack) {
  if (tag_at(provider, kStackTag) != stack) return std::nullopt;
  const auto address = ir::Address::parse(tag_at(provider, kAddressTag));
  return address ? ir::capacity_target(*address) : std::nullopt;
}

const char* kind_of(const Json& provider) {
  const auto managed = provider.find("managedInstancesProvider");
  return managed != provider.end() && managed->is_object() ? "managed" : "asg";
}

/// Collects the parts of one cluster's capacity.
class Parts {
 public:
  Parts(const Json& cluster, const plan::ReadScope& scope, std::vector<std::string>& unmapped) : cluster_(cluster), scope_(scope), unmapped_(unmapped) {}

  void fargate(const std::string& name) { capacity_.set(fargate_word(name), ir::Value::map(with_share(name, {}))); }

  void whole(const std::string& label, const std::string& name, const Json& provider) {
    const auto refer = [&](std::string_view kind, const std::string& text) {
      ir::Value found = scope_.externs.refer(kind, text);
      if (kind != "network" || found.as_reference() != nullptr) return found;
      // Managed instances are given a network without what it says of public addresses.
      auto json = parse_json(text);
      if (!json) return found;
      (*json)["assignPublicIp"] = "ENABLED";
      ir::Value open = scope_.externs.refer(kind, canonical_json(*json));
      return open.as_reference() != nullptr ? open : found;
    };
    ir::FromEcs made = ir::capacity_from_ecs(kind_of(provider), provider, refer);
    for (const std::string& member : made.unmapped) unmapped_.push_back(name + "." + member);
    put(kind_of(provider), label, name, made.body.as_map() == nullptr ? ir::Map() : *made.body.as_map());
  }

  void named(const char* kind, const std::string& label, const std::string& name) { put(kind, label, name, {}); }

  ir::Value take() {
    for (auto& [kind, entries] : named_) capacity_.set(kind, ir::Value::map(std::move(entries)));
    return capacity_.empty() ? ir::Value() : ir::Value::map(std::move(capacity_));
  }

 private:
  ir::Map with_share(const std::string& name, ir::Map body) const {
    for (const Json& share : list_at(cluster_, "defaultCapacityProviderStrategy")) {
      if (last_part(text_at(share, "capacityProvider")) != name) continue;
      for (const char* member : {"weight", "base"}) {
        if (const std::int64_t amount = number_at(share, member); amount != 0) body.set(member, ir::Value::integer(amount));
      }
    }
    return body;
  }

  void put(const char* kind, std::string label, const std::string& name, ir::Map body) {
    body.set("name", ir::Value::string(name));
    while (taken(label)) label += "_";
    named_[kind].set(label, ir::Value::map(with_share(name, std::move(body))));
  }

  [[nodiscard]] bool taken(const std::string& label) const {
    return std::any_of(named_.begin(), named_.end(), [&](const auto& entries) { return entries.second.find(label) != nullptr; });
  }

  const Json& cluster_;
  const plan::ReadScope& scope_;
  std::vector<std::string>& unmapped_;
  ir::Map capacity_;
  std::map<std::string, ir::Map> named_;
};

}  // namespace

Result<CapacityProviders> read_capacity_providers(EcsClient& client, const std::vector<Json>& clusters) {
  CapacityProviders found;
  const auto add = [&](const std::vector<Json>& providers) {
    for (const Json& provider : providers) {
      if (is_there(provider)) found[text_at(provider, "name")] = provider;
    }
  };
  const Json tags = Json::array({"TAGS"});
  BERTH_TRY(all, client.list("DescribeCapacityProviders", {{"include", tags}}, "capacityProviders"));
  add(all);
  for (const Json& cluster : clusters) {
    // Those of managed instances are known in their cluster only.
    Json missing = Json::array();
    for (const std::string& text : texts_at(cluster, "capacityProviders")) {
      if (const std::string name = last_part(text); !is_fargate(name) && !found.contains(name)) missing.push_back(name);
    }
    if (missing.empty()) continue;
    BERTH_TRY(own, client.list("DescribeCapacityProviders", {{"cluster", text_at(cluster, "clusterArn")}, {"capacityProviders", missing}, {"include", tags}}, "capacityProviders"));
    add(own);
  }
  return found;
}

ir::Value capacity_of(const ir::Address& address, const Json& cluster, const CapacityProviders& providers, const plan::ReadScope& scope,
                      std::vector<std::string>& unmapped) {
  Parts parts(cluster, scope, unmapped);
  std::vector<std::string> given;
  for (const std::string& text : texts_at(cluster, "capacityProviders")) given.push_back(last_part(text));
  for (const std::string& name : given) {
    if (is_fargate(name)) {
      parts.fargate(name);
      continue;
    }
    if (scope.externs.refer("capacity", name).as_reference() != nullptr) continue;
    const auto provider = providers.find(name);
    if (provider == providers.end()) {
      parts.named("asg", name, name);
      continue;
    }
    const auto target = target_of(provider->second, scope.stack);
    parts.whole(target ? target->label : name, name, provider->second);
  }
  for (const auto& [name, provider] : providers) {
    const auto target = target_of(provider, scope.stack);
    if (!target || target->cluster != address || std::find(given.begin(), given.end(), name) != given.end()) continue;
    parts.named(kind_of(provider), target->label, name);
  }
  return parts.take();
}

ir::Value refer_to_capacity(const std::string& text, const std::optional<ir::Address>& cluster, const ir::Value* capacity, const ir::ExternIndex& externs) {
  const std::string name = last_part(text);
  if (cluster && is_fargate(name)) return ir::Value::reference({"capacity", cluster->name + "." + fargate_word(name)});
  if (cluster && capacity != nullptr) {
    ir::Map body;
    body.set("capacity", *capacity);
    const ir::Value around = ir::Value::map(std::move(body));
    for (const ir::CapacityPart& part : ir::capacity_parts(around)) {
      if (part.written_name() == name) return ir::Value::reference(part.address(*cluster));
    }
  }
  return externs.refer("capacity", name);
}

}  // namespace berth::provider
