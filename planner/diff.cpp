#include "planner/diff.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "ir/relabel.h"
#include "planner/capacity.h"
#include "planner/reason.h"
#include "planner/tags.h"

namespace berth::plan {
namespace {

using ir::schema::UpdateClass;

const ir::schema::Block& schema_of(const ir::Address& address) {
  const ir::schema::Block* block = ir::schema::resource_kind(address.kind);
  BERTH_CHECK(block != nullptr, address.kind);
  return *block;
}

/// The address that the field `name` of a resource refers to.
std::optional<ir::Address> reference(const ir::Resource& resource, std::string_view name) {
  const ir::Value* value = ir::at(resource.body, {name});
  if (value == nullptr || value->as_reference() == nullptr) return std::nullopt;
  return value->as_reference()->target;
}

/// Settings that the source leaves to others (`lifecycle { ignore = … }`), and what is in them.
bool is_ignored(const ir::Resource& resource, const std::string& path) {
  const ir::Value* ignore = ir::at(resource.body, {"lifecycle", "ignore"});
  if (ignore == nullptr || ignore->as_list() == nullptr) return false;
  return std::any_of(ignore->as_list()->begin(), ignore->as_list()->end(), [&](const ir::Value& item) {
    const std::string* ignored = item.as_string();
    return ignored != nullptr && path.rfind(*ignored, 0) == 0 && (path.size() == ignored->size() || path[ignored->size()] == '.');
  });
}

/// What differs between what runs and what is wanted, with labels that ECS does not keep put back.
std::vector<FieldChange> diff_live(const ir::LiveResource& live, const ir::Resource& wanted, const Places& places) {
  const ir::schema::Block& kind = schema_of(wanted.address);
  ir::Value body = live.resource.body;
  ir::relabel(kind, body, wanted.body);
  if (wanted.address.kind == "cluster") forget_chosen(body, wanted.body);
  std::vector<FieldChange> fields = diff_fields(kind, &body, wanted, places);
  fields.erase(std::remove_if(fields.begin(), fields.end(), [&](const FieldChange& field) { return is_ignored(wanted, field.path); }), fields.end());
  return fields;
}

bool has_setting(const std::vector<FieldChange>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const FieldChange& field) { return !is_tag(field); });
}

bool forces_replacement(const FieldChange& field) { return field.update == UpdateClass::replacement; }

/// A capacity provider comes and goes beside its cluster.
bool replaces(const ir::Address& address, const FieldChange& field) { return forces_replacement(field) && !is_capacity(address, field); }

bool is_protected(const Change& change) {
  if (change.revisions.empty()) return change.before != nullptr && change.before->protect;
  return std::any_of(change.revisions.begin(), change.revisions.end(), [](const ir::LiveResource* live) { return live->protect; });
}

/// A protection stays until the source takes it back: with `prevent_destroy = false`, or `removed`.
void keep_protection(const Change& change, Tags& tags) {
  if (is_protected(change) && !prevents_destroy(*change.after)) tags[std::string(kProtectTag)] = "true";
}

void write_all_tags(Change& change, const std::string& stack) {
  Tags tags = wanted_tags(stack, *change.after);
  keep_protection(change, tags);
  change.tags.assign(tags.begin(), tags.end());
  change.untag.clear();
}

void write_changed_tags(Change& change, const std::string& stack) {
  Tags live = live_tags(*change.before);
  Tags wanted = wanted_tags(stack, *change.after);
  if (change.before->protect) live[std::string(kProtectTag)] = "true";
  if (change.before->protect && !prevents_destroy(*change.after)) wanted[std::string(kProtectTag)] = "true";
  TagChange tags = diff_tags(live, wanted);
  change.tags = std::move(tags.set);
  change.untag = std::move(tags.remove);
}

std::string describe(const ir::Resource& resource) {
  const std::string_view what = resource.address.kind == "task" ? "task definition family" : std::string_view(resource.address.kind);
  return fmt::format("{} `{}`", what, aws_name(resource));
}

}  // namespace

Change Differ::wanted(const ir::Resource& resource) {
  Change change{.address = resource.address, .after = &resource, .place = place_of(program_, options_, resource)};
  const LiveSet& set = live_.at(resource.address);
  set.ours.empty() ? create(change, set) : compare(change, set);
  fates_[change.address] = fate_of(change);
  return change;
}

Change Differ::unwanted(const ir::Address& address, const LiveSet& set) const {
  Change change{.address = address, .kind = ChangeKind::destroy, .before = set.ours.front()};
  change.reason = options_.destroy ? Reason{ReasonKind::destroy_all, "everything of the stack is destroyed"}
                                   : Reason{ReasonKind::not_in_program, "not in the stack any more"};
  if (address.kind == "task") change.revisions = set.ours;
  if (address.kind == "cluster") change.draining = live_.draining_in(address);
  return change;
}

void Differ::create(Change& change, const LiveSet& set) {
  if (!set.foreign.empty()) return report_foreign(*change.after, *set.foreign.front());
  change.kind = ChangeKind::create;
  change.reason = {ReasonKind::not_there, "not there yet"};
  change.fields = diff_fields(schema_of(change.address), nullptr, *change.after, places_of(change.address));
  change.draining = live_.draining_as(*change.after);
  write_all_tags(change, program_.id());
}

void Differ::compare(Change& change, const LiveSet& set) {
  const Places places = places_of(change.address);
  if (change.address.kind == "task") return compare_task(change, set, places);
  change.before = set.ours.front();
  change.fields = diff_live(*change.before, *change.after, places);
  if (change.address.kind == "service") set_deployment(change);
  write_changed_tags(change, program_.id());
  decide(change, replaced_parent(*change.after));
  if (change.kind == ChangeKind::replace) return replace(change, set);
  check_capacity(change, sink_);
  // A service that was deleted uses its capacity until it is gone.
  if (change.address.kind == "cluster" && gives_up_capacity(change.before->resource.body, change.after->body)) change.draining = live_.draining_in(change.address);
}

/// The new one is made from nothing, under a name that must be free.
void Differ::replace(Change& change, const LiveSet& set) {
  change.deployment.reset();
  change.draining = change.address.kind == "cluster" ? live_.draining_in(change.address) : live_.draining_as(*change.after);
  write_all_tags(change, program_.id());
  const std::string name = name_key(*change.after);
  for (const ir::LiveResource* foreign : set.foreign) {
    if (name_key(foreign->resource) == name) return report_foreign(*change.after, *foreign);
  }
}

/// A task definition cannot be changed, only registered again: when one of our revisions already has the wanted content, nothing is registered.
void Differ::compare_task(Change& change, const LiveSet& set, const Places& places) {
  for (const ir::LiveResource* revision : set.ours) {
    std::vector<FieldChange> fields = diff_live(*revision, *change.after, places);
    const bool matches = !has_setting(fields);
    if (!matches && revision != set.ours.front()) continue;
    change.before = revision;
    change.fields = std::move(fields);
    if (matches) break;
  }
  change.revisions = set.ours;
  if (!has_setting(change.fields)) {
    write_changed_tags(change, program_.id());
    return decide(change, std::nullopt);
  }
  write_all_tags(change, program_.id());
  if (std::any_of(change.fields.begin(), change.fields.end(), forces_replacement)) {
    decide(change, std::nullopt);
    return replace(change, set);
  }
  change.kind = ChangeKind::revise;
  change.reason = {ReasonKind::fields_differ, settings_change(change.fields)};
}

/// The resource that this one lives in for good, when it is replaced.
std::optional<ir::Address> Differ::replaced_parent(const ir::Resource& resource) const {
  for (const ir::schema::Field& field : schema_of(resource.address).fields) {
    if (field.type.kind != ir::schema::TypeKind::reference || field.update != UpdateClass::replacement) continue;
    const auto parent = reference(resource, field.name);
    const auto fate = parent ? fates_.find(*parent) : fates_.end();
    if (fate != fates_.end() && fate->second.kind == ChangeKind::replace) return parent;
  }
  return std::nullopt;
}

/// A service follows its task definition by revision, so the reference itself is not what is compared.
void Differ::set_deployment(Change& change) const {
  const auto task = reference(*change.after, "task");
  const auto fate = task ? fates_.find(*task) : fates_.end();
  if (fate == fates_.end()) return;
  auto& fields = change.fields;
  fields.erase(std::remove_if(fields.begin(), fields.end(), [](const FieldChange& field) { return field.path == "task"; }), fields.end());
  const std::string running = running_task(*change.before);
  if (!fate->second.revision_arn.empty() && fate->second.revision_arn == running) return;
  change.deployment = Deployment{.from = short_arn(running), .to = fate->second.revision};
}

/// Kind and reason from what differs.
void Differ::decide(Change& change, const std::optional<ir::Address>& parent) const {
  const auto forces = [&](const FieldChange& field) { return replaces(change.address, field); };
  if (parent || std::any_of(change.fields.begin(), change.fields.end(), forces)) {
    change.kind = ChangeKind::replace;
    change.reason = parent ? Reason{ReasonKind::parent_replaced, fmt::format("{} is replaced", parent->text())}
                           : Reason{ReasonKind::forces_replacement, replacing_settings(change.fields)};
    return;
  }
  if (change.fields.empty() && change.tags.empty() && change.untag.empty() && !change.deployment) return;
  change.kind = ChangeKind::update;
  const auto task = reference(*change.after, "task");
  const auto fate = task ? fates_.find(*task) : fates_.end();
  change.reason = reason_for_update(change, fate != fates_.end() && fate->second.revision_arn.empty());
}

void Differ::report_foreign(const ir::Resource& resource, const ir::LiveResource& foreign) {
  const ir::Value* name = ir::at(resource.body, {"name"});
  const bool written = name != nullptr && !name->origin().is_default && name->origin().span.valid();
  Diagnostic& diagnostic =
      sink_.report("E0601", written ? name->origin().span : resource.origin,
                   fmt::format("{} of `{}` already exists and is not managed by stack {}", describe(resource), resource.address.text(), program_.id()));
  diagnostic.note(foreign.stack.empty() ? fmt::format("it has no tag `{}`", kStackTag)
                                        : fmt::format("it belongs to stack {} (tag `{}`)", foreign.stack, kStackTag));
  if (!foreign.arn.empty()) diagnostic.note("it is " + foreign.arn);
  diagnostic.help("give it another name with `name = \"…\"`");
  diagnostic.help(fmt::format("to take it over, tag it with `{}` = `{}` and `{}` = `{}`", kStackTag, program_.id(), kAddressTag,
                              resource.address.text()));
}

Differ::Fate Differ::fate_of(const Change& change) const {
  Fate fate{.kind = change.kind};
  if (change.address.kind != "task") return fate;
  if (change.before != nullptr && (change.kind == ChangeKind::no_op || change.kind == ChangeKind::update)) {
    fate.revision = short_arn(change.before->arn);
    fate.revision_arn = change.before->arn;
    return fate;
  }
  const bool same_family = change.kind == ChangeKind::revise;
  fate.revision = (same_family ? aws_name(change.before->resource) : aws_name(*change.after)) + ":(new)";
  return fate;
}

Places Differ::places_of(const ir::Address& address) const {
  const auto table = options_.places.find(address.text());
  return {program_.sources.get(), table == options_.places.end() ? nullptr : &table->second};
}

std::string place_of(const ir::Program& program, const Options& options, const ir::Resource& resource) {
  const auto table = options.places.find(resource.address.text());
  return Places(program.sources.get(), table == options.places.end() ? nullptr : &table->second).of(resource.origin, "");
}

}  // namespace berth::plan
