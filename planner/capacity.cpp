#include "planner/capacity.h"

#include <algorithm>

#include <fmt/format.h>

namespace berth::plan {
namespace {

const ir::CapacityPart* part_of(const std::vector<ir::CapacityPart>& parts, const std::string& label) {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const ir::CapacityPart& part) { return part.label == label; });
  return found == parts.end() ? nullptr : &*found;
}

/// One that was made and not yet given to the cluster has only its name here.
bool is_whole(const ir::CapacityPart& part) { return part.body->find(part.kind == "asg" ? "group" : "role") != nullptr; }

bool is_below(const std::string& path, const std::string& block) { return path.rfind(block + ".", 0) == 0; }

}  // namespace

bool is_capacity(const ir::Address& address, const FieldChange& field) { return address.kind == "cluster" && is_below(field.path, "capacity"); }

void forget_chosen(ir::Value& live, const ir::Value& wanted) {
  for (const ir::CapacityPart& part : ir::capacity_parts(wanted)) {
    ir::Value* capacity = live.as_map() == nullptr ? nullptr : live.as_map()->find("capacity");
    ir::Value* block = capacity == nullptr || capacity->as_map() == nullptr ? nullptr : capacity->as_map()->find(part.kind);
    if (block == nullptr || block->as_map() == nullptr || ir::fargate_provider(part.kind)) continue;
    ir::Value* entry = block->as_map()->find(part.label);
    if (entry == nullptr || entry->as_map() == nullptr) continue;
    ir::Map& body = *entry->as_map();
    if (part.body->find("name") == nullptr) body.erase("name");
    if (part.kind != "managed") continue;
    std::vector<std::string> chosen;
    for (const auto& [field, value] : body) {
      const bool is_ours = field == "base" || field == "weight";  // of the cluster, and always known
      if (!is_ours && part.body->find(field) == nullptr) chosen.push_back(field);
    }
    for (const std::string& field : chosen) body.erase(field);
  }
}

void check_capacity(const Change& change, DiagnosticSink& sink) {
  if (change.address.kind != "cluster" || change.before == nullptr || change.after == nullptr) return;
  const std::vector<ir::CapacityPart> live = ir::capacity_parts(change.before->resource.body);
  for (const ir::CapacityPart& part : ir::capacity_parts(change.after->body)) {
    const ir::CapacityPart* now = part_of(live, part.label);
    if (now == nullptr || !is_whole(*now)) continue;
    const auto report = [&](Span place, const std::string& what) {
      const std::string name = now->written_name().value_or(part.label);
      sink.report("E0604", place.valid() ? place : change.after->origin, fmt::format("the capacity provider `{}` cannot be given {}", name, what))
          .note("ECS knows it by its name, and services run on it")
          .help(fmt::format("give the new one a label of its own, as in `{} {}2 {{ … }}`, and remove `{}`: services move over first", part.kind, part.label, part.label));
    };
    if (now->kind != part.kind) {
      report({}, fmt::format("another kind, `{}` in place of `{}`", part.kind, now->kind));
      continue;
    }
    for (const FieldChange& field : change.fields) {
      if (!is_below(field.path, part.path()) || field.update != ir::schema::UpdateClass::replacement) continue;
      report(field.after.origin().span, fmt::format("another `{}`", field.path.substr(part.path().size() + 1)));
    }
  }
}

bool gives_up_capacity(const ir::Value& live, const ir::Value& wanted) {
  const std::vector<ir::CapacityPart> kept = ir::capacity_parts(wanted);
  const std::vector<ir::CapacityPart> parts = ir::capacity_parts(live);
  return std::any_of(parts.begin(), parts.end(), [&](const ir::CapacityPart& part) { return part_of(kept, part.label) == nullptr; });
}

std::string provider_name(const std::string& cluster_name, const ir::CapacityPart& part, const ir::LiveResource* live) {
  if (!part.written_name() && live != nullptr) {
    const std::vector<ir::CapacityPart> parts = ir::capacity_parts(live->resource.body);
    const ir::CapacityPart* now = part_of(parts, part.label);
    if (now != nullptr && now->written_name()) return *now->written_name();
  }
  return ir::capacity_provider_name(cluster_name, part);
}

}  // namespace berth::plan
