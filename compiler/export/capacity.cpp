#include "compiler/export/capacity.h"

#include <algorithm>

#include "ir/capacity.h"

namespace berth::exporting {
namespace {

class ClusterCapacity {
 public:
  ClusterCapacity(const ir::Resource& cluster, const Spelling& spelling) : cluster_(cluster), name_(aws_name(cluster)), spelling_(spelling) {}

  std::vector<Request> run(const std::vector<ir::CapacityPart>& parts) {
    for (const ir::CapacityPart& part : parts) {
      const ir::Address address = part.address(cluster_.address);
      const std::string name = ir::capacity_provider_name(name_, part);
      if (!ir::fargate_provider(part.kind)) made_.push_back({"CreateCapacityProvider", address, created(name, part)});
      providers_.emplace_back(name, Provider{.text = spelling_.reference(address), .weight = part.amount("weight"), .base = part.amount("base")});
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

  [[nodiscard]] Json created(const std::string& name, const ir::CapacityPart& part) const {
    Json input = ir::capacity_to_ecs(part, spelling_.reference);
    input["name"] = name;
    if (part.kind == "managed") input["cluster"] = spelling_.reference(cluster_.address);
    return input;
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
  const auto target = ir::capacity_target(capacity);
  if (!target) return std::nullopt;
  if (auto fargate = ir::fargate_provider(target->label)) return fargate;
  const auto cluster = program.resources.find(target->cluster);
  if (cluster == program.resources.end()) return std::nullopt;
  for (const ir::CapacityPart& part : ir::capacity_parts(cluster->second.body)) {
    if (part.label == target->label) return ir::capacity_provider_name(aws_name(cluster->second), part);
  }
  return std::nullopt;
}

std::vector<Request> capacity_requests(const ir::Resource& cluster, const ir::Value& body, const Spelling& spelling) {
  const std::vector<ir::CapacityPart> parts = ir::capacity_parts(body);
  if (parts.empty()) return {};
  return ClusterCapacity(cluster, spelling).run(parts);
}

}  // namespace berth::exporting
