#include "planner/ownership.h"
#include "planner/render.h"

namespace berth::plan {
namespace {

/// The version of Terraform's plan format whose keys these are.
constexpr const char* kFormatVersion = "1.2";

Json actions_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::no_op: return Json::array({"no-op"});
    case ChangeKind::create: return Json::array({"create"});
    case ChangeKind::update:
    case ChangeKind::revise: return Json::array({"update"});
    case ChangeKind::replace: return Json::array({"delete", "create"});
    case ChangeKind::destroy: return Json::array({"delete"});
  }
  return Json::array();
}

/// Terraform's words where it has one; policies written for it ask for these.
std::string_view terraform_reason(ReasonKind kind) {
  switch (kind) {
    case ReasonKind::forces_replacement: return "replace_because_cannot_update";
    case ReasonKind::parent_replaced: return "replace_by_triggers";
    case ReasonKind::not_in_program: return "delete_because_no_resource_config";
    default: return "";
  }
}

std::string_view word(ir::schema::UpdateClass update) {
  switch (update) {
    case ir::schema::UpdateClass::in_place: return "in-place";
    case ir::schema::UpdateClass::new_revision: return "new-revision";
    case ir::schema::UpdateClass::new_deployment: return "new-deployment";
    case ir::schema::UpdateClass::replacement: return "replacement";
  }
  return "";
}

void put(Json& object, const char* key, std::string_view text) {
  if (!text.empty()) object[key] = text;
}

Json field_json(const FieldChange& field) {
  Json json = {{"path", field.path}, {"before", ir::to_json(field.before)}, {"after", ir::to_json(field.after)}, {"effect", word(field.update)}};
  put(json, "source", field.place);
  put(json, "via", field.via);
  return json;
}

/// One array of steps a path, as Terraform has it.
Json replace_paths(const Change& change) {
  Json paths = Json::array();
  if (change.kind != ChangeKind::replace) return paths;
  for (const FieldChange& field : change.fields) {
    if (field.update == ir::schema::UpdateClass::replacement) paths.push_back(Json::array({field.path}));
  }
  return paths;
}

/// Times in milliseconds, CPU in units, memory in bytes.
Json rollout_json(const Rollout& rollout) {
  Json steps = Json::array();
  constexpr std::size_t kMostSteps = 100;
  for (std::size_t i = 0; i < std::min(kMostSteps, rollout.steps.size()); ++i) {
    const RolloutStep& step = rollout.steps[i];
    steps.push_back({{"at", step.at.count()}, {"started", step.started}, {"stopped", step.stopped}, {"old", step.old_tasks}, {"new", step.new_tasks}, {"healthy", step.healthy}});
  }
  Json json = {{"replicas", rollout.replicas},
               {"running", rollout.running},
               {"replaces", rollout.replaces},
               {"least_healthy", rollout.least_healthy},
               {"most_tasks", rollout.most_tasks},
               {"lowest_healthy", rollout.lowest_healthy},
               {"peak", {{"tasks", rollout.peak_tasks}, {"cpu", rollout.peak_cpu}, {"memory", rollout.peak_memory}}},
               {"steps", std::move(steps)},
               {"end", word(rollout.end)},
               {"fails", rollout.fails},
               {"takes", rollout.takes ? Json(rollout.takes->count()) : Json()}};
  if (rollout.steps.size() > kMostSteps) json["steps_left_out"] = rollout.steps.size() - kMostSteps;
  if (rollout.daemon) json["daemon"] = true;
  if (rollout.room) {
    Json refusals = Json::array();
    for (const Refusal& refusal : rollout.room->refusals) refusals.push_back({{"instance", refusal.instance}, {"why", refusal.why}});
    json["room"] = {{"instances", rollout.room->instances}, {"fits", rollout.room->fits()}, {"refusals", std::move(refusals)}};
  }
  if (rollout.failures > 0) json["circuit_breaker"] = {{"failures", rollout.failures}, {"rollback", rollout.rolls_back}};
  return json;
}

Json change_json(const Change& change) {
  Json inner = {{"actions", actions_of(change.kind)},
                {"before", change.before == nullptr ? Json() : ir::to_json(change.before->resource.body)},
                {"after", change.after == nullptr ? Json() : ir::to_json(change.after->body)},
                {"after_unknown", Json::object()},
                {"before_sensitive", false},
                {"after_sensitive", false}};
  if (Json paths = replace_paths(change); !paths.empty()) inner["replace_paths"] = std::move(paths);

  Json json = {{"address", change.address.text()},
               {"type", change.address.kind},
               {"name", change.address.name},
               {"mode", "managed"},
               {"provider_name", "ecs"},
               {"change", std::move(inner)},
               {"kind", word(change.kind)},
               {"reason", {{"kind", word(change.reason.kind)}, {"text", change.reason.text}}}};
  put(json, "action_reason", terraform_reason(change.reason.kind));
  put(json, "source", change.place);
  if (change.before != nullptr) put(json, "arn", change.before->arn);
  if (change.kind == ChangeKind::no_op) return json;
  Json fields = Json::array();
  for (const FieldChange& field : change.fields) fields.push_back(field_json(field));
  json["fields"] = std::move(fields);
  if (change.rollout) json["rollout"] = rollout_json(*change.rollout);
  if (change.deployment) json["deployment"] = {{"from", change.deployment->from}, {"to", change.deployment->to}};
  return json;
}

Json drift_json(const Drift& drift) {
  Json json = {{"address", drift.address.text()}, {"kind", word(drift.kind)}, {"text", drift.text}};
  put(json, "path", drift.path);
  return json;
}

Json left_out_json(const NotCarriedOut& item) {
  Json json = {{"address", item.address.text()}, {"note", item.note}};
  put(json, "path", item.path);
  put(json, "source", item.place);
  return json;
}

Json warning_json(const Warning& warning) {
  Json json = {{"text", warning.text}};
  put(json, "source", warning.place);
  return json;
}

Json reveal_json(const ir::Program& program, const ir::Reveal& reveal) {
  Json json = {{"reason", reveal.reason}};
  if (program.sources != nullptr) put(json, "source", program.sources->place(reveal.origin));
  return json;
}

Json policy_json(const PolicyResult& policy) {
  Json failures = Json::array();
  for (const PolicyResult::Failure& failure : policy.failures) {
    Json row = {{"message", failure.message}};
    put(row, "source", failure.place);
    failures.push_back(std::move(row));
  }
  Json json = {{"title", policy.title}, {"level", policy.advisory ? "advisory" : "mandatory"}, {"holds", policy.failures.empty()}, {"failures", std::move(failures)}};
  put(json, "source", policy.place);
  return json;
}

template <class Items, class F>
Json array_of(const Items& items, F to_json) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(to_json(item));
  return array;
}

}  // namespace

Json render_json(const Plan& plan) {
  const Counts counts = plan.counts();
  Json outputs = Json::object();
  if (!plan.destroy_all) {
    for (const ir::Output& output : plan.program->outputs) outputs[output.name] = {{"value", ir::to_json(output.value)}, {"sensitive", ir::contains_sensitive(output.value)}};
  }
  Json json = {{"format_version", kFormatVersion},
          {"tool", "berth"},
          {"stack", plan.program->id()},
          {"destroy", plan.destroy_all},
          {"resource_changes", array_of(plan.changes, change_json)},
          {"resource_drift", array_of(plan.drift, drift_json)},
          {"planned_values", {{"outputs", std::move(outputs)}}},
          {"warnings", array_of(plan.warnings, warning_json)},
          {"summary", {{"add", counts.to_add()}, {"change", counts.to_change()}, {"destroy", counts.to_destroy()}}},
          {"live_digest", plan.live_digest},
          {"applyable", plan.applyable && !plan.empty() && !plan.denied()},
          {"complete", plan.not_carried_out.empty()},
          {"errored", !plan.applyable}};
  if (!plan.policies.empty()) json["policies"] = array_of(plan.policies, policy_json);
  if (!plan.not_carried_out.empty()) json["not_carried_out"] = array_of(plan.not_carried_out, left_out_json);
  if (!plan.program->reveals.empty()) json["reveals"] = array_of(plan.program->reveals, [&](const ir::Reveal& reveal) { return reveal_json(*plan.program, reveal); });
  return json;
}

}  // namespace berth::plan
