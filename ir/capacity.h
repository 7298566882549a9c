#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/ecs_form.h"
#include "ir/resource.h"

namespace berth::ir {

/// A part of a cluster's `capacity { }`.
struct CapacityPart {
  std::string kind;   ///< fargate, fargate_spot, asg or managed
  std::string label;  ///< by which it is referred to; of the first two, their kind
  const Map* body = nullptr;
  Span span{};  ///< of the part in the source

  /// Its place in the cluster: "capacity.asg.batch".
  [[nodiscard]] std::string path() const { return kind == label ? "capacity." + kind : "capacity." + kind + "." + label; }
  [[nodiscard]] Address address(const Address& cluster) const { return {"capacity", cluster.name + "." + label}; }
  /// `base` or `weight`; 0 where it is not said.
  [[nodiscard]] std::int64_t amount(std::string_view field) const;
  /// Whether `base` or `weight` is said: services and jobs that say nothing get a share of it.
  [[nodiscard]] bool has_share() const { return body->find("base") != nullptr || body->find("weight") != nullptr; }
  [[nodiscard]] bool is_fargate() const { return kind == "fargate" || kind == "fargate_spot"; }
  /// The name that is written; nothing where it is derived.
  [[nodiscard]] std::optional<std::string> written_name() const;
};

/// All parts, sorted by kind and label. They point into `cluster`.
std::vector<CapacityPart> capacity_parts(const Map& cluster);
/// The same of a resource's body.
std::vector<CapacityPart> capacity_parts(const Value& cluster);

/// FARGATE and FARGATE_SPOT, which nobody creates, by their words in the language; nothing for others.
std::optional<std::string> fargate_provider(std::string_view label);

/// AWS name of the capacity provider: Fargate's, the name that is written, or CLUSTER-LABEL.
std::string capacity_provider_name(const std::string& cluster_name, const CapacityPart& part);

/// What `capacity.main.batch` is: a part of the capacity of `cluster.main`. Nothing for an extern.
struct CapacityTarget {
  Address cluster;
  std::string label;
};
std::optional<CapacityTarget> capacity_target(const Address& capacity);

/// The member of CreateCapacityProvider that an `asg` or `managed` part is (`autoScalingGroupProvider` or `managedInstancesProvider`), in an object of its
/// own. What the language takes for granted of a group is not what the API does, so it is said.
Json capacity_to_ecs(const CapacityPart& part, const std::function<std::string(const Address&)>& resolve);
/// The reverse, of what DescribeCapacityProviders says, without name, base and weight.
FromEcs capacity_from_ecs(std::string_view kind, const Json& provider, const std::function<Value(std::string_view kind, const std::string& text)>& refer);

}  // namespace berth::ir
