#include "planner/provider.h"

#include <mutex>

#include "planner/capacity.h"
#include "planner/ownership.h"

namespace berth::plan {

ReadScope read_scope(const ir::Program& program) {
  ReadScope scope{.stack = program.id(), .region = program.region, .wanted = {}, .externs = ir::ExternIndex(program)};
  for (const auto& [address, resource] : program.resources) {
    Wanted wanted{.address = address, .name = aws_name(resource)};
    const ir::Value* cluster = ir::at(resource.body, {"cluster"});
    if (cluster != nullptr && cluster->as_string() != nullptr) wanted.cluster = *cluster->as_string();
    if (cluster != nullptr && cluster->as_reference() != nullptr) {
      const auto found = program.resources.find(cluster->as_reference()->target);
      if (found != program.resources.end()) wanted.cluster = aws_name(found->second);
    }
    scope.wanted.push_back(std::move(wanted));
  }
  return scope;
}

namespace {

/// A capacity provider goes by its name, which is known before it is there.
void bind_capacity(const Change& change, std::map<ir::Address, Bound>& bound) {
  const ir::LiveResource* live = change.kind == ChangeKind::replace ? nullptr : change.before;
  const ir::Value* name = ir::at(change.after->body, {"name"});
  const bool keeps_name = live != nullptr && (name == nullptr || name->origin().is_default);
  const std::string cluster = aws_name(keeps_name ? live->resource : *change.after);
  for (const ir::CapacityPart& part : ir::capacity_parts(change.after->body)) {
    const std::string provider = provider_name(cluster, part, live);
    bound[part.address(change.address)] = {.arn = provider, .name = provider};
  }
}

}  // namespace

Bindings::Bindings(const Plan& plan) {
  const ir::ExternIndex externs(*plan.program);
  for (const auto& [address, text] : externs.texts()) bound_[address] = {.arn = text, .name = address.name, .deployment = ""};
  for (const Change& change : plan.changes) {
    if (change.address.kind == "cluster" && change.after != nullptr) bind_capacity(change, bound_);
    if (change.before == nullptr || change.kind == ChangeKind::destroy) continue;
    bound_[change.address] = {.arn = change.before->arn, .name = aws_name(change.before->resource)};
  }
}

std::optional<Bound> Bindings::find(const ir::Address& address) const {
  const std::shared_lock lock(mutex_);
  const auto found = bound_.find(address);
  return found == bound_.end() ? std::nullopt : std::optional(found->second);
}

void Bindings::set(const ir::Address& address, Bound bound) {
  const std::unique_lock lock(mutex_);
  bound_[address] = std::move(bound);
}

}  // namespace berth::plan
