#include "compiler/export/capacity.h"

#include <algorithm>

#include "base/check.h"
#include "ir/ecs_form.h"
#include "ir/schema.h"

namespace berth::exporting {
namespace {

using ir::Map;
using ir::Value;

const Map* map_in(const Map& body, std::string_view key) {
  const Value* value = body.find(key);
  return value == nullptr ? nullptr : value->as_map();
}

std::int64_t amount(const Map& body, std::string_view key) {
  const Value* value = body.find(key);
  return value == nullptr || value->as_quantity() == nullptr ? 0 : value->as_quantity()->amount;
}

std::string provider_name(const std::string& cluster, const std::string& label, const Map& body) {
  const Value* name = body.find("name");
  return name == nullptr || name->as_string() == nullptr ? cluster + "-" + label : *name->as_string();
}

class ClusterCapacity {
 public:
  ClusterCapacity(const ir::Resource& cluster, const Spelling& spelling) : cluster_(cluster), name_(aws_name(cluster)), spelling_(spelling) {}

  std::vector<Request> run(const Map& capacity) {
    for (const auto& [kind, block] : capacity) {
      if (block.as_map() == nullptr) continue;
      if (kind == "fargate" || kind == "fargate_spot") {
        take(kind == "fargate" ? "FARGATE" : "FARGATE_SPOT", spelling_.reference({"capacity", cluster_.address.name + "." + kind}), *block.as_map());
        continue;
      }
      for (const auto& [label, entry] : *block.as_map()) {
        if (entry.as_map() == nullptr) continue;
        const ir::Address address{"capacity", cluster_.address.name + "." + label};
        const std::string name = provider_name(name_, label, *entry.as_map());
        made_.push_back({"CreateCapacityProvider", address, kind == "asg" ? asg(name, entry) : managed(name, entry)});
        take(name, spelling_.reference(address), *entry.as_map());
      }
    }
    std::sort(providers_.begin(), providers_.end());
    Json names = Json::array();
    Json strategy = Json::array();
    for (const auto& [name, provider] : providers_) {
      names.push_back(provider.text);
      if (provider.weight != 0 || provider.base != 0) strategy.push_back({{"capacityProvider", provider.text}, {"weight", provider.weight}, {"base", provider.base}});
    }
    made_.push_back({"PutClusterCapacityProviders", cluster_.address,
                     {{"cluster", spelling_.reference(cluster_.address)}, {"capacityProviders", std::move(names)}, {"defaultCapacityProviderStrategy", std::move(strategy)}}});
    return std::move(made_);
  }

 private:
  struct Provider {
    std::string text;  ///< as the target refers to it
    std::int64_t weight = 0;
    std::int64_t base = 0;
    auto operator<=>(const Provider&) const = default;
  };

  void take(const std::string& name, std::string text, const Map& body) {
    providers_.emplace_back(name, Provider{.text = std::move(text), .weight = amount(body, "weight"), .base = amount(body, "base")});
  }

  /// What the language takes for granted of a group is not what the API does, so it is said.
  Json asg(const std::string& name, const Value& body) {
    Json input = ir::to_ecs(row("asg"), body, spelling_.reference, ir::Implied::written);
    input["name"] = name;
    return input;
  }

  Json managed(const std::string& name, const Value& body) {
    Json input = ir::to_ecs(row("managed"), body, spelling_.reference);
    input["name"] = name;
    input["cluster"] = spelling_.reference(cluster_.address);
    Json& launch = input["managedInstancesProvider"]["instanceLaunchTemplate"];
    // Of instances it is the subnet that decides.
    if (launch.contains("networkConfiguration")) launch["networkConfiguration"].erase("assignPublicIp");
    if (!launch.contains("instanceRequirements")) return input;
    // The API wants both; nothing is "no least".
    for (const char* member : {"vCpuCount", "memoryMiB"}) {
      if (!launch["instanceRequirements"].contains(member)) launch["instanceRequirements"][member] = {{"min", 0}};
    }
    return input;
  }

  static const ir::schema::Block& row(std::string_view kind) {
    const ir::schema::Block* block = ir::schema::resource_kind("cluster")->block("capacity")->block(kind);
    BERTH_CHECK(block != nullptr, std::string(kind));
    return *block;
  }

  const ir::Resource& cluster_;
  std::string name_;
  const Spelling& spelling_;
  std::vector<Request> made_;
  std::vector<std::pair<std::string, Provider>> providers_;
};

}  // namespace

bool is_fargate(const std::string& capacity_provider) { return capacity_provider == "FARGATE" || capacity_provider == "FARGATE_SPOT"; }

std::optional<std::string> capacity_name(const ir::Address& capacity, const ir::Program& program) {
  const std::size_t dot = capacity.name.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  const std::string label = capacity.name.substr(dot + 1);
  if (label == "fargate") return "FARGATE";
  if (label == "fargate_spot") return "FARGATE_SPOT";
  const auto cluster = program.resources.find({"cluster", capacity.name.substr(0, dot)});
  if (cluster == program.resources.end()) return std::nullopt;
  for (const std::string_view kind : {"asg", "managed"}) {
    const Value* found = ir::at(cluster->second.body, {"capacity", kind, label});
    if (found != nullptr && found->as_map() != nullptr) return provider_name(aws_name(cluster->second), label, *found->as_map());
  }
  return std::nullopt;
}

std::vector<Request> capacity_requests(const ir::Resource& cluster, const ir::Value& body, const Spelling& spelling) {
  const Map* map = body.as_map();
  const Map* capacity = map == nullptr ? nullptr : map_in(*map, "capacity");
  if (capacity == nullptr || capacity->empty()) return {};
  return ClusterCapacity(cluster, spelling).run(*capacity);
}

}  // namespace berth::exporting
