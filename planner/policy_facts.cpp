#include "planner/policy_facts.h"

#include "planner/wording.h"

namespace berth::plan {
namespace {

ir::Value number(std::int64_t count) { return ir::Value::integer(count); }
ir::Value text(std::string_view content) { return ir::Value::string(std::string(content)); }
ir::Value time(Milliseconds at) { return ir::Value::quantity(at.count(), ir::Unit::milliseconds); }

ir::Value map_of(std::vector<ir::Map::Entry> entries) {
  ir::Map map;
  for (auto& [key, value] : entries) {
    if (!value.empty()) map.set(key, std::move(value));
  }
  return ir::Value::map(std::move(map));
}

ir::Value field_fact(const FieldChange& field) {
  return map_of({{"path", text(field.path)},
                 {"before", text(field.before.empty() ? "" : ir::spell(field.before))},
                 {"after", text(field.after.empty() ? "" : ir::spell(field.after))},
                 {"place", text(field.place)}});
}

ir::Value rollout_fact(const Change& change) {
  const Rollout& rollout = *change.rollout;
  return map_of({{"address", text(change.address.text())},
                 {"name", text(change.address.name)},
                 {"replicas", number(rollout.replicas)},
                 {"running", number(rollout.running)},
                 {"replaces", ir::Value::boolean(rollout.replaces)},
                 {"least_healthy", number(rollout.least_healthy)},
                 {"most_tasks", number(rollout.most_tasks)},
                 {"lowest_healthy", number(rollout.lowest_healthy)},
                 {"peak_tasks", number(rollout.peak_tasks)},
                 {"peak_cpu", ir::Value::quantity(rollout.peak_cpu, ir::Unit::cpu)},
                 {"peak_memory", ir::Value::quantity(rollout.peak_memory, ir::Unit::bytes)},
                 {"end", text(word(rollout.end))},
                 {"takes", rollout.takes ? time(*rollout.takes) : ir::Value()},
                 {"fits", ir::Value::boolean(!rollout.room || rollout.room->fits())},
                 {"failures", number(rollout.failures)},
                 {"rolls_back", ir::Value::boolean(rollout.rolls_back)}});
}

ir::Value change_fact(const Change& change) {
  ir::List fields;
  for (const FieldChange& field : change.fields) fields.push_back(field_fact(field));
  return map_of({{"address", text(change.address.text())},
                 {"kind", text(change.address.kind)},
                 {"name", text(change.address.name)},
                 {"action", text(word(change.kind))},
                 {"reason", text(change.reason.text)},
                 {"fields", ir::Value::list(std::move(fields))}});
}

}  // namespace

ir::Value policy_facts(const Plan& plan) {
  ir::List changes;
  ir::List rollouts;
  for (const Change& change : plan.changes) {
    if (change.kind == ChangeKind::no_op) continue;
    changes.push_back(change_fact(change));
    if (change.rollout) rollouts.push_back(rollout_fact(change));
  }
  ir::List drift;
  for (const Drift& row : plan.drift) {
    drift.push_back(map_of({{"address", text(row.address.text())}, {"kind", text(word(row.kind))}, {"path", text(row.path)}, {"text", text(row.text)}}));
  }
  const Counts counts = plan.counts();
  return map_of({{"stack", text(plan.program->stack)},
                 {"environment", text(plan.program->environment)},
                 {"add", number(static_cast<std::int64_t>(counts.to_add()))},
                 {"change", number(static_cast<std::int64_t>(counts.to_change()))},
                 {"destroy", number(static_cast<std::int64_t>(counts.to_destroy()))},
                 {"changes", ir::Value::list(std::move(changes))},
                 {"rollouts", ir::Value::list(std::move(rollouts))},
                 {"drift", ir::Value::list(std::move(drift))}});
}

}  // namespace berth::plan
