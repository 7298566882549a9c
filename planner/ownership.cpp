#include "planner/ownership.h"

#include <algorithm>

#include <fmt/format.h>

namespace berth::plan {
namespace {

bool is_gone(const ir::LiveResource& live) { return live.status == "INACTIVE" || live.status == "DELETE_IN_PROGRESS"; }

bool is_newer(const ir::LiveResource* a, const ir::LiveResource* b) { return a->revision > b->revision; }

}  // namespace

Ownership::Ownership(const ir::Snapshot& snapshot, const std::string& stack) {
  for (const ir::LiveResource& live : snapshot.resources) {
    if (is_gone(live)) continue;
    if (live.status == "DRAINING") {
      draining_.push_back(&live);
      continue;
    }
    LiveSet& set = by_address_[live.resource.address];
    (live.stack == stack ? set.ours : set.foreign).push_back(&live);
  }
  for (auto& [address, set] : by_address_) {
    std::stable_sort(set.ours.begin(), set.ours.end(), is_newer);
    std::stable_sort(set.foreign.begin(), set.foreign.end(), is_newer);
  }
}

const LiveSet& Ownership::at(const ir::Address& address) const {
  static const LiveSet kNone;
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? kNone : found->second;
}

std::vector<const ir::LiveResource*> Ownership::draining_as(const ir::Resource& resource) const {
  std::vector<const ir::LiveResource*> found;
  if (draining_.empty() || resource.address.kind != "service") return found;
  const std::string name = name_key(resource);
  for (const ir::LiveResource* live : draining_) {
    if (name_key(live->resource) == name) found.push_back(live);
  }
  return found;
}

std::vector<const ir::LiveResource*> Ownership::draining_in(const ir::Address& cluster) const {
  std::vector<const ir::LiveResource*> found;
  for (const ir::LiveResource* live : draining_) {
    const ir::Value* where = ir::at(live->resource.body, {"cluster"});
    if (where != nullptr && where->as_reference() != nullptr && where->as_reference()->target == cluster) found.push_back(live);
  }
  return found;
}

std::string name_key(const ir::Resource& resource) {
  const ir::Value* cluster = ir::at(resource.body, {"cluster"});
  return fmt::format("{} {} {}", resource.address.kind, aws_name(resource), cluster == nullptr ? "" : ir::spell(*cluster));
}

std::string aws_name(const ir::Resource& resource) {
  const ir::Value* name = ir::at(resource.body, {"name"});
  return name == nullptr || name->as_string() == nullptr ? "" : *name->as_string();
}

std::string short_arn(const std::string& arn) {
  const std::size_t slash = arn.find_last_of('/');
  return slash == std::string::npos ? arn : arn.substr(slash + 1);
}

std::string running_task(const ir::LiveResource& service) {
  if (!service.runtime.is_object()) return "";
  const auto found = service.runtime.find("taskDefinition");
  return found == service.runtime.end() || !found->is_string() ? "" : found->get<std::string>();
}

}  // namespace berth::plan
