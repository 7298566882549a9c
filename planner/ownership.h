#pragma once

#include <map>
#include <string>
#include <vector>

#include "ir/resource.h"

namespace berth::plan {

/// The live resources that have one address: ours by their tag, those of others because they have the name that the address wants.
struct LiveSet {
  std::vector<const ir::LiveResource*> ours;     ///< task definitions: the newest revision first
  std::vector<const ir::LiveResource*> foreign;  ///< the same
};

/// A snapshot seen from one stack. What is INACTIVE or being deleted counts as absent; what is DRAINING only keeps its name occupied.
class Ownership {
 public:
  Ownership(const ir::Snapshot& snapshot, const std::string& stack);
  /// Empty sets when there is nothing.
  [[nodiscard]] const LiveSet& at(const ir::Address& address) const;
  [[nodiscard]] const std::map<ir::Address, LiveSet>& all() const { return by_address_; }
  /// The draining services that have the name and the cluster of the service `resource`.
  [[nodiscard]] std::vector<const ir::LiveResource*> draining_as(const ir::Resource& resource) const;
  /// The draining services in a cluster of ours.
  [[nodiscard]] std::vector<const ir::LiveResource*> draining_in(const ir::Address& cluster) const;

 private:
  std::map<ir::Address, LiveSet> by_address_;
  std::vector<const ir::LiveResource*> draining_;
};

/// What must be unique while a resource exists: kind, AWS name and, for services, the cluster.
std::string name_key(const ir::Resource& resource);
/// The AWS name of a resource, or "".
std::string aws_name(const ir::Resource& resource);
/// "web:3" of "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3".
std::string short_arn(const std::string& arn);
/// ARN of the task definition that a live service runs, or "".
std::string running_task(const ir::LiveResource& service);

}  // namespace berth::plan
