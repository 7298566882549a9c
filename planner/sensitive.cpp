#include "planner/sensitive.h"

#include <algorithm>

#include "ir/schema.h"
#include "ir/sensitive.h"
#include "planner/plan.h"

namespace berth::plan {

void hide_sensitive(ir::Program& program, ir::Snapshot& snapshot, std::string_view key) {
  for (auto& [address, resource] : program.resources) ir::mark_sensitive(resource.body, key);
  for (ir::Output& output : program.outputs) ir::mark_sensitive(output.value, key);
  for (ir::LiveResource& live : snapshot.resources) {
    const auto wanted = program.resources.find(live.resource.address);
    const ir::Value* body = wanted == program.resources.end() ? nullptr : &wanted->second.body;
    if (body != nullptr) ir::hide_like(live.resource.body, *body);
    const ir::schema::Block* kind = live.sensitive ? ir::schema::resource_kind(live.resource.address.kind) : nullptr;
    if (kind != nullptr) ir::hide_unless_wanted(*kind, live.resource.body, body);
    ir::mark_sensitive(live.resource.body, key);
  }
}

bool has_sensitive(const Plan& plan) {
  const auto& wanted = plan.program->resources;
  const auto& live = plan.snapshot->resources;
  return std::any_of(wanted.begin(), wanted.end(), [](const auto& entry) { return ir::contains_sensitive(entry.second.body); }) ||
         std::any_of(live.begin(), live.end(), [](const ir::LiveResource& row) { return ir::contains_sensitive(row.resource.body); });
}

}  // namespace berth::plan
