#include "planner/plan_file.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "base/hash.h"
#include "ir/sensitive.h"
#include "planner/field_diff.h"
#include "planner/ownership.h"
#include "planner/render.h"
#include "planner/snapshot_json.h"

namespace berth::plan {
namespace {

constexpr int kFormat = 3;

/// What a plan depends on; what changes by itself while a service runs is left out.
Json identity(const ir::LiveResource& live) {
  return {{"body", ir::to_json(ir::unmarked(live.resource.body))}, {"arn", live.arn},         {"revision", live.revision}, {"status", live.status},
          {"stack", live.stack},                     {"hash", live.hash},       {"protect", live.protect},   {"unmapped", live.unmapped},
          {"runs", running_task(live)}};
}

void write(WrittenTable& table, const FieldChange& field) {
  if (field.place.empty() && field.via.empty()) return;
  table[field.path] = {.place = field.place, .via = field.via, .is_default = !field.after.empty() && field.after.origin().is_default};
}

/// Where the declaration, what the user wrote, and what changes come from.
WrittenTable written_in(const Plan& plan, const ir::Resource& resource, const Change* change) {
  WrittenTable table;
  const Places lookup(plan.program->sources.get(), nullptr);
  const ir::schema::Block* kind = ir::schema::resource_kind(resource.address.kind);
  if (const std::string place = lookup.of(resource.origin, ""); !place.empty()) table[""] = {.place = place};
  if (kind == nullptr) return table;
  for (const FieldChange& field : diff_fields(*kind, nullptr, resource, lookup)) write(table, field);
  if (change != nullptr) {
    for (const FieldChange& field : change->fields) write(table, field);
  }
  return table;
}

Json written_json(const WrittenTable& table) {
  Json rows = Json::object();
  for (const auto& [path, written] : table) rows[path] = {{"place", written.place}, {"via", written.via}, {"default", written.is_default}};
  return rows;
}

Json policies_json(const std::vector<PolicyResult>& policies) {
  Json rows = Json::array();
  for (const PolicyResult& policy : policies) {
    Json failures = Json::array();
    for (const PolicyResult::Failure& failure : policy.failures) failures.push_back(Json::array({failure.message, failure.place}));
    rows.push_back({{"title", policy.title}, {"advisory", policy.advisory}, {"place", policy.place}, {"failures", std::move(failures)}});
  }
  return rows;
}

Json rooms_json(const std::map<std::string, Room>& rooms) {
  Json rows = Json::object();
  for (const auto& [cluster, room] : rooms) rows[cluster] = {{"instances", room.instances}, {"tasks", room.tasks}};
  return rows;
}

Json failure_json(const std::optional<RehearsedFailure>& failure) {
  if (!failure) return nullptr;
  return {{"container", failure->container}, {"exit_code", failure->exit_code ? Json(*failure->exit_code) : Json()}};
}

Json resource_json(const Plan& plan, const ir::Resource& resource, const Change* change, const Options& options) {
  const auto table = options.places.find(resource.address.text());
  const ir::Value* name = ir::at(resource.body, {"name"});
  return {{"address", resource.address.text()},
          {"body", ir::to_json(resource.body)},
          {"derived_name", name == nullptr || name->origin().is_default},
          {"written", written_json(table != options.places.end() ? table->second : written_in(plan, resource, change))}};
}

Json externs_json(const ir::Program& program) {
  Json rows = Json::object();
  for (const auto& [address, external] : program.externs) rows[address.text()] = ir::to_json(external.body);
  return rows;
}

Json moved_json(const ir::Program& program) {
  Json rows = Json::array();
  for (const ir::Moved& moved : program.moved) rows.push_back(Json::array({moved.from.text(), moved.to.text()}));
  return rows;
}

Json removed_json(const ir::Program& program) {
  Json rows = Json::object();
  for (const auto& [address, removed] : program.removed) rows[address.text()] = removed.reason;
  return rows;
}

Json left_out_rows(const Plan& plan) {
  Json rows = Json::array();
  for (const NotCarriedOut& item : plan.not_carried_out) rows.push_back(Json::array({item.address.text(), item.path, item.note, item.place}));
  return rows;
}

Error broken(const std::string& what) { return {"plan-file", what}; }

/// An output's value. Quantities come back as the text that spells them, which is all that is done with outputs.
ir::Value output_from(const Json& json) {
  if (json.is_boolean()) return ir::Value::boolean(json.get<bool>());
  if (json.is_number_integer()) return ir::Value::integer(json.get<std::int64_t>());
  if (json.is_string()) return ir::Value::string(json.get<std::string>());
  if (json.is_array()) {
    ir::List items;
    for (const Json& item : json) items.push_back(output_from(item));
    return ir::Value::list(std::move(items));
  }
  if (!json.is_object()) return {};
  if (json.size() == 1 && json.contains("$ref") && json["$ref"].is_string()) {
    if (const auto target = ir::Address::parse(json["$ref"].get_ref<const std::string&>())) return ir::Value::reference(*target);
  }
  ir::Map map;
  for (const auto& [key, item] : json.items()) map.set(key, output_from(item));
  return ir::Value::map(std::move(map));
}

template <class T>
Result<T> member(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return broken(fmt::format("`{}` is missing", key));
  try {
    return found->get<T>();
  } catch (const Json::exception&) {
    return broken(fmt::format("`{}` has the wrong type", key));
  }
}

Result<WrittenTable> written_from(const Json& json) {
  if (!json.is_object()) return broken("`written` has the wrong type");
  WrittenTable table;
  for (const auto& [path, row] : json.items()) {
    if (!row.is_object()) return broken("`written` has the wrong type");
    BERTH_TRY(place, member<std::string>(row, "place"));
    BERTH_TRY(via, member<std::string>(row, "via"));
    BERTH_TRY(is_default, member<bool>(row, "default"));
    table[path] = {.place = std::move(place), .via = std::move(via), .is_default = is_default};
  }
  return table;
}

/// Answers with what was found out then.
Result<std::function<std::optional<Room>(const std::string&)>> rooms_from(const Json& json) {
  if (!json.is_object()) return broken("`rooms` has the wrong type");
  std::map<std::string, Room> rooms;
  for (const auto& [cluster, row] : json.items()) {
    BERTH_TRY(instances, member<Json>(row, "instances"));
    BERTH_TRY(tasks, member<Json>(row, "tasks"));
    if (!instances.is_array() || !tasks.is_array()) return broken("`rooms` has the wrong type");
    rooms[cluster] = {.instances = std::move(instances), .tasks = std::move(tasks)};
  }
  return std::function<std::optional<Room>(const std::string&)>([rooms = std::move(rooms)](const std::string& cluster) {
    const auto found = rooms.find(cluster);
    return found == rooms.end() ? std::nullopt : std::optional(found->second);
  });
}

Result<std::vector<PolicyResult>> policies_from(const Json& json) {
  if (!json.is_array()) return broken("`policies` has the wrong type");
  using Pairs = std::vector<std::array<std::string, 2>>;
  std::vector<PolicyResult> policies;
  for (const Json& row : json) {
    if (!row.is_object()) return broken("`policies` has the wrong type");
    BERTH_TRY(title, member<std::string>(row, "title"));
    BERTH_TRY(advisory, member<bool>(row, "advisory"));
    BERTH_TRY(place, member<std::string>(row, "place"));
    BERTH_TRY(failures, member<Pairs>(row, "failures"));
    PolicyResult policy{.title = std::move(title), .advisory = advisory, .place = std::move(place), .failures = {}};
    for (auto& [message, where] : failures) policy.failures.push_back({.message = std::move(message), .place = std::move(where)});
    policies.push_back(std::move(policy));
  }
  return policies;
}

Result<std::optional<RehearsedFailure>> failure_from(const Json& json) {
  if (json.is_null()) return std::optional<RehearsedFailure>();
  if (!json.is_object()) return broken("`failure` has the wrong type");
  RehearsedFailure failure;
  BERTH_TRY(container, member<std::string>(json, "container"));
  BERTH_TRY(exit_code, member<Json>(json, "exit_code"));
  failure.container = std::move(container);
  if (exit_code.is_number_integer()) failure.exit_code = exit_code.get<int>();
  return std::optional<RehearsedFailure>(std::move(failure));
}

Result<ir::Resource> resource_from(const Json& json, Options& options) {
  if (!json.is_object()) return broken("a resource is not an object");
  BERTH_TRY(text, member<std::string>(json, "address"));
  BERTH_TRY(derived, member<bool>(json, "derived_name"));
  BERTH_TRY(body, member<Json>(json, "body"));
  BERTH_TRY(rows, member<Json>(json, "written"));
  BERTH_TRY(table, written_from(rows));
  const auto address = ir::Address::parse(text);
  if (!address) return broken(fmt::format("`{}` is not an address", text));
  auto value = ir::body_from_json(address->kind, body);
  if (!value) return broken(fmt::format("{}: {}", text, value.error().message));
  ir::Resource resource{.address = *address, .body = *std::move(value)};
  ir::Map* map = resource.body.as_map();
  if (ir::Value* name = map == nullptr ? nullptr : map->find("name"); name != nullptr && derived) name->set_origin({.is_default = true});
  options.places[text] = std::move(table);
  return resource;
}

Result<ir::Address> address_from(const std::string& text) {
  const auto address = ir::Address::parse(text);
  if (!address) return broken(fmt::format("`{}` is not an address", text));
  return *address;
}

/// What the plan says beyond its resources.
Result<void> add_rest(const Json& json, SavedPlan& plan) {
  using Pairs = std::vector<std::array<std::string, 2>>;
  using Texts = std::map<std::string, std::string>;
  using Rows = std::vector<std::array<std::string, 4>>;
  BERTH_TRY(account, member<std::string>(json, "account"));
  BERTH_TRY(externs, member<Json>(json, "externs"));
  BERTH_TRY(moved, member<Pairs>(json, "moved"));
  BERTH_TRY(removed, member<Texts>(json, "removed"));
  BERTH_TRY(left_out, member<Rows>(json, "not_carried_out"));
  plan.program.account = std::move(account);
  if (!externs.is_object()) return broken("`externs` has the wrong type");
  for (const auto& [text, body] : externs.items()) {
    BERTH_TRY(address, address_from(text));
    auto value = ir::extern_from_json(address.kind, body);
    if (!value) return broken(fmt::format("{}: {}", text, value.error().message));
    plan.program.externs.emplace(address, ir::Resource{.address = address, .body = *std::move(value), .origin = {}, .doc = ""});
  }
  for (const auto& [from_text, to_text] : moved) {
    BERTH_TRY(from, address_from(from_text));
    BERTH_TRY(to, address_from(to_text));
    plan.program.moved.push_back({.from = std::move(from), .to = std::move(to), .origin = {}});
  }
  for (const auto& [text, reason] : removed) {
    BERTH_TRY(address, address_from(text));
    plan.program.removed.emplace(std::move(address), ir::Removed{.reason = reason, .origin = {}});
  }
  for (const auto& [text, path, note, place] : left_out) {
    BERTH_TRY(address, address_from(text));
    plan.options.not_carried_out.push_back({.address = std::move(address), .path = path, .note = note, .place = place});
  }
  return {};
}

Result<SavedPlan> plan_from(const Json& json) {
  SavedPlan plan;
  BERTH_TRY(stack, member<std::string>(json, "stack"));
  BERTH_TRY(environment, member<std::string>(json, "environment"));
  BERTH_TRY(region, member<std::string>(json, "region"));
  BERTH_TRY(tool, member<std::string>(json, "tool"));
  BERTH_TRY(destroy, member<bool>(json, "destroy"));
  BERTH_TRY(target, member<std::string>(json, "target"));
  BERTH_TRY(resources, member<Json>(json, "resources"));
  BERTH_TRY(outputs, member<Json>(json, "outputs"));
  using Digests = std::map<std::string, std::string>;
  BERTH_TRY(live, member<Digests>(json, "live"));
  BERTH_TRY(locks, member<Digests>(json, "locks"));
  BERTH_TRY(rows, member<Json>(json, "snapshot"));
  BERTH_TRY(snapshot, snapshot_from_json(rows));
  BERTH_TRY(policy_rows, member<Json>(json, "policies"));
  BERTH_TRY(policies, policies_from(policy_rows));
  BERTH_TRY(room_rows, member<Json>(json, "rooms"));
  BERTH_TRY(room_of, rooms_from(room_rows));
  BERTH_TRY(failure_row, member<Json>(json, "failure"));
  BERTH_TRY(failure, failure_from(failure_row));
  if (!resources.is_array() || !outputs.is_object()) return broken("`resources` or `outputs` has the wrong type");
  plan.program.stack = std::move(stack);
  plan.program.environment = std::move(environment);
  plan.program.region = std::move(region);
  plan.made_with = {.tool = std::move(tool), .locks = std::move(locks)};
  plan.snapshot = std::move(snapshot);
  plan.policies = std::move(policies);
  plan.options.failure = std::move(failure);
  plan.options.room_of = std::move(room_of);
  plan.live = std::move(live);
  plan.options.destroy = destroy;
  plan.options.target = target == "aws" ? Target::aws : Target::local;
  for (const Json& row : resources) {
    BERTH_TRY(resource, resource_from(row, plan.options));
    plan.program.resources.emplace(resource.address, std::move(resource));
  }
  BERTH_TRY_VOID(add_rest(json, plan));
  for (const auto& [name, value] : outputs.items()) plan.program.outputs.push_back({name, output_from(value)});
  return plan;
}

}  // namespace

std::map<std::string, std::string> live_digests(const ir::Snapshot& snapshot) {
  std::map<std::string, std::string> digests;
  for (const ir::LiveResource& live : snapshot.resources) {
    if (live.status == "INACTIVE") continue;
    const std::string address = live.resource.address.text();
    digests[live.arn.empty() ? address : fmt::format("{} {}", address, live.arn)] = sha256_hex(canonical_json(identity(live)));
  }
  return digests;
}

std::string live_digest(const ir::Snapshot& snapshot) { return sha256_hex(canonical_json(live_digests(snapshot))); }

std::string save_plan(const Plan& plan, const Options& options, const MadeWith& made_with) {
  Json resources = Json::array();
  std::map<ir::Address, const Change*> changes;
  for (const Change& change : plan.changes) changes[change.address] = &change;
  for (const auto& [address, resource] : plan.program->resources) {
    const auto change = changes.find(address);
    resources.push_back(resource_json(plan, resource, change == changes.end() ? nullptr : change->second, options));
  }
  Json outputs = Json::object();
  for (const ir::Output& output : plan.program->outputs) outputs[output.name] = ir::to_json(output.value);
  Json content = {{"stack", plan.program->stack},
                  {"environment", plan.program->environment},
                  {"region", plan.program->region},
                  {"tool", made_with.tool},
                  {"locks", made_with.locks},
                  {"snapshot", snapshot_json(*plan.snapshot)},
                  {"failure", failure_json(options.failure)},
                  {"rooms", rooms_json(plan.rooms)},
                  {"destroy", options.destroy},
                  {"target", options.target == Target::aws ? "aws" : "local"},
                  {"resources", std::move(resources)},
                  {"outputs", std::move(outputs)},
                  {"live", plan.live},
                  {"account", plan.program->account},
                  {"externs", externs_json(*plan.program)},
                  {"moved", moved_json(*plan.program)},
                  {"removed", removed_json(*plan.program)},
                  {"not_carried_out", left_out_rows(plan)},
                  {"policies", policies_json(plan.policies)},
                  {"plan", render_json(plan)}};
  const std::string digest = sha256_hex(canonical_json(content));
  return pretty_json({{"berth_plan", kFormat}, {"digest", digest}, {"content", std::move(content)}});
}

Result<SavedPlan> load_plan(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return broken("not a plan file: " + json.error().message);
  if (!json->is_object() || !json->contains("berth_plan")) return broken("not a plan file");
  if ((*json)["berth_plan"] != kFormat) {
    return broken(fmt::format("plan format {} is not known to this version, which knows {}", (*json)["berth_plan"].dump(), kFormat));
  }
  BERTH_TRY(digest, member<std::string>(*json, "digest"));
  BERTH_TRY(content, member<Json>(*json, "content"));
  if (!content.is_object() || digest != sha256_hex(canonical_json(content))) return broken("it was changed since it was written");
  return plan_from(content);
}

Plan plan_again(const SavedPlan& saved) {
  DiagnosticSink said_before;
  Plan plan = make_plan(saved.program, saved.snapshot, saved.options, said_before);
  plan.policies = saved.policies;
  plan.live = saved.live;
  plan.live_digest = sha256_hex(canonical_json(plan.live));
  return plan;
}

std::vector<std::string> what_moved(const SavedPlan& plan, const ir::Snapshot& now) {
  const auto after = live_digests(now);
  std::vector<std::string> moved;
  for (const auto& [key, digest] : plan.live) {
    const auto found = after.find(key);
    if (found == after.end()) moved.push_back(key + " is gone");
    else if (found->second != digest) moved.push_back(key + " changed");
  }
  for (const auto& entry : after) {
    if (plan.live.count(entry.first) == 0) moved.push_back(entry.first + " is new");
  }
  std::sort(moved.begin(), moved.end());
  return moved;
}

}  // namespace berth::plan
