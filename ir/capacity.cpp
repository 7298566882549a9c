#include "ir/capacity.h"

#include <algorithm>

#include "base/check.h"

namespace berth::ir {
namespace {

const schema::Block& row(std::string_view kind) {
  const schema::Block* block = schema::resource_kind("cluster")->block("capacity")->block(kind);
  BERTH_CHECK(block != nullptr, std::string(kind));
  return *block;
}

}  // namespace

std::int64_t CapacityPart::amount(std::string_view field) const {
  const Value* value = body->find(field);
  return value == nullptr || value->as_quantity() == nullptr ? 0 : value->as_quantity()->amount;
}

std::optional<std::string> CapacityPart::written_name() const {
  const Value* name = body->find("name");
  return name == nullptr || name->as_string() == nullptr ? std::nullopt : std::optional(*name->as_string());
}

std::vector<CapacityPart> capacity_parts(const Value& cluster) {
  return cluster.as_map() == nullptr ? std::vector<CapacityPart>() : capacity_parts(*cluster.as_map());
}

std::vector<CapacityPart> capacity_parts(const Map& cluster) {
  std::vector<CapacityPart> parts;
  const Value* capacity = cluster.find("capacity");
  if (capacity == nullptr || capacity->as_map() == nullptr) return parts;
  for (const auto& [kind, block] : *capacity->as_map()) {
    const Map* map = block.as_map();
    if (map == nullptr) continue;
    if (fargate_provider(kind)) {
      parts.push_back({.kind = kind, .label = kind, .body = map, .span = block.origin().span});
      continue;
    }
    for (const auto& [label, entry] : *map) {
      if (entry.as_map() != nullptr) parts.push_back({.kind = kind, .label = label, .body = entry.as_map(), .span = entry.origin().span});
    }
  }
  std::sort(parts.begin(), parts.end(), [](const CapacityPart& a, const CapacityPart& b) { return std::tie(a.kind, a.label) < std::tie(b.kind, b.label); });
  return parts;
}

std::optional<std::string> fargate_provider(std::string_view label) {
  if (label == "fargate") return "FARGATE";
  if (label == "fargate_spot") return "FARGATE_SPOT";
  return std::nullopt;
}

std::string capacity_provider_name(const std::string& cluster_name, const CapacityPart& part) {
  if (auto fargate = fargate_provider(part.kind)) return *fargate;
  return part.written_name().value_or(cluster_name + "-" + part.label);
}

std::optional<CapacityTarget> capacity_target(const Address& capacity) {
  const std::size_t dot = capacity.name.rfind('.');
  if (capacity.kind != "capacity" || dot == std::string::npos) return std::nullopt;
  return CapacityTarget{.cluster = {"cluster", capacity.name.substr(0, dot)}, .label = capacity.name.substr(dot + 1)};
}

Json capacity_to_ecs(const CapacityPart& part, const std::function<std::string(const Address&)>& resolve) {
  const bool is_group = part.kind == "asg";
  Json object = to_ecs(row(part.kind), Value::map(*part.body), resolve, is_group ? Implied::written : Implied::left_out);
  if (is_group) return object;
  Json& launch = object["managedInstancesProvider"]["instanceLaunchTemplate"];
  // Of instances it is the subnet that decides.
  if (launch.contains("networkConfiguration")) launch["networkConfiguration"].erase("assignPublicIp");
  if (!launch.contains("instanceRequirements")) return object;
  // The API wants both; nothing is "no least".
  for (const char* member : {"vCpuCount", "memoryMiB"}) {
    if (!launch["instanceRequirements"].contains(member)) launch["instanceRequirements"][member] = {{"min", 0}};
  }
  return object;
}

FromEcs capacity_from_ecs(std::string_view kind, const Json& provider, const std::function<Value(std::string_view kind, const std::string& text)>& refer) {
  const char* member = kind == "asg" ? "autoScalingGroupProvider" : "managedInstancesProvider";
  Json object = Json::object();
  if (const auto found = provider.find(member); found != provider.end()) object[member] = *found;
  return from_ecs(row(kind), object, refer);
}

}  // namespace berth::ir
