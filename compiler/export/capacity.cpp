#include "compiler/export/capacity.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ir/quantity.h"

namespace berth::exporting {
namespace {

using ir::Map;
using ir::Value;

const Map* map_in(const Map& body, std::string_view key) {
  const Value* value = body.find(key);
  return value == nullptr ? nullptr : value->as_map();
}

std::int64_t amount(const Map& body, std::string_view key, std::int64_t otherwise) {
  const Value* value = body.find(key);
  return value == nullptr || value->as_quantity() == nullptr ? otherwise : value->as_quantity()->amount;
}

std::string enabled(const Map& body, std::string_view key, bool otherwise) {
  const Value* value = body.find(key);
  const bool is_on = value == nullptr || value->as_bool() == nullptr ? otherwise : *value->as_bool();
  return is_on ? "ENABLED" : "DISABLED";
}

std::string provider_name(const std::string& cluster, const std::string& label, const Map& body) {
  const Value* name = body.find("name");
  return name == nullptr || name->as_string() == nullptr ? cluster + "-" + label : *name->as_string();
}

/// The two ends of a range, which is a list of all its numbers.
Json range(const Value& list, std::int64_t unit) {
  const auto number = [&](const Value& item) { return item.as_quantity() == nullptr ? 0 : item.as_quantity()->amount / unit; };
  return {{"min", number(list.as_list()->front())}, {"max", number(list.as_list()->back())}};
}

/// What a setting has become, or a loss: settings of a later schema must not go unnoticed.
template <std::size_t N>
void report_unknown(const Map& body, const std::array<std::string_view, N>& known, const std::string& subject, std::vector<Loss>& losses) {
  for (const auto& [key, value] : body) {
    if (std::find(known.begin(), known.end(), key) == known.end()) losses.push_back({fmt::format("{}.{}", subject, key), "this export does not write it", value.origin().span});
  }
}

class ClusterCapacity {
 public:
  ClusterCapacity(const ir::Resource& cluster, const Spelling& spelling, std::vector<Loss>& losses) : cluster_(cluster), name_(aws_name(cluster)), spelling_(spelling), losses_(losses) {}

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
        made_.push_back({"CreateCapacityProvider", address, kind == "asg" ? asg(name, label, *entry.as_map()) : managed(name, label, *entry.as_map())});
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
    providers_.emplace_back(name, Provider{.text = std::move(text), .weight = amount(body, "weight", 0), .base = amount(body, "base", 0)});
  }

  [[nodiscard]] std::string subject(std::string_view kind, const std::string& label) const {
    return fmt::format("{} capacity.{}.{}", cluster_.address.text(), kind, label);
  }
  [[nodiscard]] std::string reference(const Map& body, std::string_view key) const {
    const Value* value = body.find(key);
    return value == nullptr || value->as_reference() == nullptr ? std::string() : spelling_.reference(value->as_reference()->target);
  }

  Json asg(const std::string& name, const std::string& label, const Map& body) {
    static constexpr std::array<std::string_view, 10> kKnown = {"group", "name", "base", "weight", "scaling", "target", "step", "warmup", "termination_protection", "draining"};
    report_unknown(body, kKnown, subject("asg", label), losses_);
    Json scaling{{"status", enabled(body, "scaling", true)}, {"targetCapacity", amount(body, "target", 10'000) / 100}, {"instanceWarmupPeriod", amount(body, "warmup", 300'000) / 1000}};
    if (const Value* step = body.find("step"); step != nullptr && step->as_list() != nullptr && !step->as_list()->empty()) {
      const Json ends = range(*step, 1);
      scaling["minimumScalingStepSize"] = ends["min"];
      scaling["maximumScalingStepSize"] = ends["max"];
    }
    return {{"name", name},
            {"autoScalingGroupProvider",
             {{"autoScalingGroupArn", reference(body, "group")},
              {"managedScaling", std::move(scaling)},
              {"managedTerminationProtection", enabled(body, "termination_protection", false)},
              {"managedDraining", enabled(body, "draining", true)}}}};
  }

  Json managed(const std::string& name, const std::string& label, const Map& body) {
    static constexpr std::array<std::string_view, 13> kKnown = {"name", "base",   "weight",         "role", "profile",    "network",       "storage",
                                                                "cpu",  "memory", "instance_types", "spot", "monitoring", "scale_in_after"};
    report_unknown(body, kKnown, subject("managed", label), losses_);
    Json launch{{"ec2InstanceProfileArn", reference(body, "profile")}};
    const Json network = Json::parse(reference(body, "network"), nullptr, false);
    Json place = Json::object();
    for (const char* member : {"subnets", "securityGroups"}) {
      if (network.is_object() && network.contains(member)) place[member] = network[member];
    }
    launch["networkConfiguration"] = std::move(place);
    if (body.find("storage") != nullptr) launch["storageConfiguration"] = {{"storageSizeGiB", amount(body, "storage", 0) / (1024 * ir::kMebibyte)}};
    const Value* monitoring = body.find("monitoring");
    launch["monitoring"] = monitoring != nullptr && monitoring->as_string() != nullptr && *monitoring->as_string() == "detailed" ? "DETAILED" : "BASIC";
    launch["capacityOptionType"] = enabled(body, "spot", false) == "ENABLED" ? "SPOT" : "ON_DEMAND";
    Json requirements = Json::object();
    if (const Value* cpu = body.find("cpu"); cpu != nullptr && cpu->as_list() != nullptr && !cpu->as_list()->empty()) requirements["vCpuCount"] = range(*cpu, 1);
    if (const Value* memory = body.find("memory"); memory != nullptr && memory->as_list() != nullptr && !memory->as_list()->empty()) {
      requirements["memoryMiB"] = range(*memory, ir::kMebibyte);
    }
    if (const Value* types = body.find("instance_types")) requirements["allowedInstanceTypes"] = ir::to_json(*types);
    if (!requirements.empty()) {
      // The API wants both; nothing is "no least".
      for (const char* member : {"vCpuCount", "memoryMiB"}) {
        if (!requirements.contains(member)) requirements[member] = {{"min", 0}};
      }
      launch["instanceRequirements"] = std::move(requirements);
    }
    Json provider{{"infrastructureRoleArn", reference(body, "role")}, {"instanceLaunchTemplate", std::move(launch)}};
    if (body.find("scale_in_after") != nullptr) provider["infrastructureOptimization"] = {{"scaleInAfter", amount(body, "scale_in_after", 0) / 1000}};
    return {{"name", name}, {"cluster", spelling_.reference(cluster_.address)}, {"managedInstancesProvider", std::move(provider)}};
  }

  const ir::Resource& cluster_;
  std::string name_;
  const Spelling& spelling_;
  std::vector<Loss>& losses_;
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

std::vector<Request> capacity_requests(const ir::Resource& cluster, const ir::Value& body, const Spelling& spelling, std::vector<Loss>& losses) {
  const Map* map = body.as_map();
  const Map* capacity = map == nullptr ? nullptr : map_in(*map, "capacity");
  if (capacity == nullptr || capacity->empty()) return {};
  return ClusterCapacity(cluster, spelling, losses).run(*capacity);
}

}  // namespace berth::exporting
