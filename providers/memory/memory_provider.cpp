#include "providers/memory/memory_provider.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "ir/capacity.h"
#include "ir/ecs_form.h"
#include "planner/tags.h"

namespace berth::provider {
namespace {

using plan::Action;
using plan::ActionResult;
using plan::Bindings;
using plan::Verb;

constexpr std::string_view kArnPrefix = "arn:aws:ecs:local:000000000000:";

Error refused(std::string code, std::string message) { return {std::move(code), std::move(message)}; }

std::string last_part(const std::string& arn) { return arn.substr(arn.find_last_of('/') + 1); }

/// The body without what is kept beside it.
ir::Value inner_body(ir::Value body) {
  for (const char* key : {"name", "tags", "cluster", "task"}) body.as_map()->erase(key);
  return body;
}

std::optional<ir::Address> target_of(const ir::Resource& resource, std::string_view field) {
  const ir::Value* value = ir::at(resource.body, {field});
  if (value == nullptr || value->as_reference() == nullptr) return std::nullopt;
  return value->as_reference()->target;
}

bool is_ours(std::string_view key) { return key.rfind("berth:", 0) == 0; }

int replicas(const ir::Value& body) {
  const ir::Value* value = ir::at(body, {"replicas"});
  return value == nullptr || value->as_quantity() == nullptr ? 0 : static_cast<int>(value->as_quantity()->amount);
}

/// Labels of the cluster's capacity that a service names.
std::vector<std::string> capacity_used(const ir::Value& service) {
  std::vector<std::string> labels;
  const ir::Value* shares = ir::at(service, {"capacity"});
  if (shares == nullptr || shares->as_list() == nullptr) return labels;
  for (const ir::Value& share : *shares->as_list()) {
    const ir::Value* provider = ir::at(share, {"provider"});
    const auto target = provider == nullptr || provider->as_reference() == nullptr ? std::nullopt : ir::capacity_target(provider->as_reference()->target);
    if (target) labels.push_back(target->label);
  }
  return labels;
}

/// Puts into `capacity` what is in `had` and not in it.
void keep_beside(const ir::Value& had, ir::Value& capacity) {
  for (const auto& [kind, block] : *had.as_map()) {
    ir::Value* now = capacity.as_map()->find(kind);
    if (now == nullptr) {
      capacity.as_map()->set(kind, block);
    } else if (!ir::fargate_provider(kind)) {
      for (const auto& [label, entry] : *block.as_map()) {
        if (now->as_map()->find(label) == nullptr) now->as_map()->set(label, entry);
      }
    }
  }
}

}  // namespace

std::string MemoryProvider::Stored::tag(std::string_view key) const {
  const auto found = tags.find(std::string(key));
  return found == tags.end() ? "" : found->second;
}

// ---- reading

Result<ir::Snapshot> MemoryProvider::read(const plan::ReadScope& scope) {
  const std::lock_guard lock(mutex_);
  std::map<const Stored*, ir::Address> chosen;
  std::map<ir::Address, const Stored*> newest_foreign;
  for (const auto& entry : stored_) {
    const Stored& stored = *entry;
    if (stored.status == "INACTIVE") continue;
    if (stored.tag(plan::kStackTag) == scope.stack) {
      chosen.emplace(&stored, stored.address);
    } else if (const auto address = wanted_address(stored, scope); address && address->kind != "task") {
      chosen.emplace(&stored, *address);
    } else if (address) {
      const Stored*& newest = newest_foreign[*address];
      if (newest == nullptr || newest->revision < stored.revision) newest = &stored;
    }
  }
  for (const auto& [address, stored] : newest_foreign) chosen.emplace(stored, address);
  std::vector<const Stored*> running;
  for (const auto& [stored, address] : chosen) {
    if (const Stored* task = by_arn(stored->task); task != nullptr && chosen.count(task) == 0) running.push_back(task);
  }
  for (const Stored* task : running) chosen.emplace(task, wanted_address(*task, scope).value_or(task->address));

  ir::Snapshot snapshot;
  for (const auto& [stored, address] : chosen) snapshot.resources.push_back(live(*stored, address, scope.stack));
  std::sort(snapshot.resources.begin(), snapshot.resources.end(), [](const ir::LiveResource& a, const ir::LiveResource& b) {
    return std::tie(a.resource.address, b.revision, a.arn) < std::tie(b.resource.address, a.revision, b.arn);
  });
  return snapshot;
}

std::optional<ir::Address> MemoryProvider::wanted_address(const Stored& stored, const plan::ReadScope& scope) const {
  const Stored* cluster = by_arn(stored.cluster);
  for (const plan::Wanted& wanted : scope.wanted) {
    if (wanted.address.kind != stored.address.kind || wanted.name != stored.name) continue;
    if (stored.address.kind != "service" || (cluster != nullptr && cluster->name == wanted.cluster)) return wanted.address;
  }
  return std::nullopt;
}

ir::Value MemoryProvider::refer(const std::string& arn, const std::string& stack) const {
  const Stored* target = by_arn(arn);
  if (target != nullptr && target->tag(plan::kStackTag) == stack) return ir::Value::reference(target->address);
  return ir::Value::string(arn);
}

ir::LiveResource MemoryProvider::live(const Stored& stored, const ir::Address& address, const std::string& stack) const {
  ir::LiveResource live;
  live.resource = {.address = address, .body = stored.body, .origin = {}, .doc = ""};
  ir::Map& body = *live.resource.body.as_map();
  body.set("name", ir::Value::string(stored.name));
  if (!stored.cluster.empty()) body.set("cluster", refer(stored.cluster, stack));
  if (!stored.task.empty()) body.set("task", refer(stored.task, stack));
  ir::Map tags;
  for (const auto& [key, value] : stored.tags) {
    if (!is_ours(key)) tags.set(key, ir::Value::string(value));
  }
  if (!tags.empty()) body.set("tags", ir::Value::map(std::move(tags)));
  live.arn = stored.arn;
  live.revision = stored.revision;
  live.status = stored.status;
  live.stack = stored.tag(plan::kStackTag);
  live.hash = stored.tag(plan::kHashTag);
  live.protect = stored.tag(plan::kProtectTag) == "true";
  live.sensitive = stored.tag(plan::kSensitiveTag) == "true";
  live.unmapped = stored.unmapped;
  if (stored.address.kind == "service") {
    const int desired = replicas(stored.body);
    live.runtime = {{"taskDefinition", stored.task},
                    {"status", stored.status},
                    {"desiredCount", desired},
                    {"runningCount", stored.in_progress ? 0 : desired},
                    {"deployments", Json::array({{{"status", "PRIMARY"}, {"taskDefinition", stored.task},
                                                  {"rolloutState", stored.in_progress ? "IN_PROGRESS" : "COMPLETED"}}})}};
  }
  return live;
}

// ---- acting

Result<ActionResult> MemoryProvider::execute(const Action& action, const Bindings& bindings, plan::Progress& progress) {
  const std::lock_guard lock(mutex_);
  ++calls_;
  const auto fault = take_fault(action);
  if (fault && !fault->after_effect) {
    if (action.verb == Verb::await_stable && fault->error.code == plan::kRolledBack) roll_back(action, bindings);
    return fault->error;
  }
  auto result = perform(action, bindings);
  if (fault) return fault->error;
  if (result && action.verb == Verb::await_stable) {
    const int desired = replicas(action.desired != nullptr ? action.desired->body : action.live->resource.body);
    progress.advanced(action, {.running = desired, .desired = desired, .pending = 0, .failed = 0, .awaiting = ""});
  }
  return result;
}

std::optional<Fault> MemoryProvider::take_fault(const Action& action) {
  const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& fault) {
    return fault.at == action.text() || fault.at == fmt::format("#{}", calls_);
  });
  if (found == faults_.end()) return std::nullopt;
  Fault fault = *found;
  faults_.erase(found);
  return fault;
}

Result<ActionResult> MemoryProvider::perform(const Action& action, const Bindings& bindings) {
  switch (action.verb) {
    case Verb::create:
    case Verb::register_revision: return create(action, bindings);
    case Verb::update: return update(action, bindings);
    case Verb::redeploy: return redeploy(action);
    case Verb::destroy:
    case Verb::deregister:
    case Verb::await_gone: return end(action);
    case Verb::attach:
    case Verb::detach: return change_capacity(action, bindings);
    case Verb::await_stable: return await_stable(action, bindings);
  }
  return refused("InvalidAction", "unknown verb");
}

Result<void> MemoryProvider::set_references(Stored& stored, const Action& action, const Bindings& bindings) const {
  if (stored.address.kind != "service") return {};
  const auto arn_of = [&](std::string_view field) -> Result<std::string> {
    const auto target = target_of(*action.desired, field);
    const auto bound = target ? bindings.find(*target) : std::nullopt;
    const Stored* found = bound ? by_arn(bound->arn) : nullptr;
    if (found == nullptr || !found->active()) {
      return refused(field == "cluster" ? "ClusterNotFoundException" : "ClientException", fmt::format("{} does not exist", field));
    }
    return bound->arn;
  };
  BERTH_TRY(cluster, arn_of("cluster"));
  BERTH_TRY(task, arn_of("task"));
  if (task != stored.task) stored.previous_task = stored.task;
  stored.cluster = cluster;
  stored.task = task;
  stored.in_progress = true;
  return check_capacity(stored);
}

/// A service runs on what its cluster has.
Result<void> MemoryProvider::check_capacity(const Stored& service) const {
  const Stored* cluster = by_arn(service.cluster);
  for (const std::string& label : capacity_used(service.body)) {
    const std::vector<ir::CapacityPart> parts = ir::capacity_parts(cluster->body);
    const bool known = std::any_of(parts.begin(), parts.end(), [&](const ir::CapacityPart& part) { return part.label == label; });
    if (!known) return refused("InvalidParameterException", fmt::format("the cluster {} has no capacity {}", cluster->name, label));
  }
  return {};
}

/// What is attached stands beside what is there; what is detached must have no users.
Result<ActionResult> MemoryProvider::change_capacity(const Action& action, const Bindings& bindings) {
  const auto bound = bindings.find(action.address);
  Stored* cluster = bound ? by_arn(bound->arn) : nullptr;
  if (cluster == nullptr || !cluster->active()) return refused("ClusterNotFoundException", "the cluster does not exist");
  Stored changed = *cluster;
  const ir::Value* wanted = ir::at(action.desired->body, {"capacity"});
  ir::Value capacity = wanted == nullptr ? ir::Value::map({}) : *wanted;
  if (const ir::Value* had = ir::at(cluster->body, {"capacity"}); had != nullptr && action.verb == Verb::attach) keep_beside(*had, capacity);
  if (capacity.as_map()->empty()) changed.body.as_map()->erase("capacity");
  else changed.body.as_map()->set("capacity", std::move(capacity));
  const std::vector<ir::CapacityPart> parts = ir::capacity_parts(changed.body);
  for (const auto& other : stored_) {
    if (other->cluster != cluster->arn || other->status == "INACTIVE") continue;
    for (const std::string& label : capacity_used(other->body)) {
      const bool stays = std::any_of(parts.begin(), parts.end(), [&](const ir::CapacityPart& part) { return part.label == label; });
      if (!stays) return refused("ResourceInUseException", fmt::format("{} runs on {}", other->name, label));
    }
  }
  *cluster = std::move(changed);
  for (const auto& [key, value] : action.tags) cluster->tags[key] = value;
  for (const std::string& key : action.untag) cluster->tags.erase(key);
  return ActionResult{.arn = cluster->arn, .name = cluster->name, .revision = 0, .deployment = ""};
}

Result<ActionResult> MemoryProvider::create(const Action& action, const Bindings& bindings) {
  auto stored = std::make_unique<Stored>();
  stored->address = action.address;
  stored->name = action.name;
  stored->body = inner_body(action.desired->body);
  if (stored->address.kind == "cluster") stored->body.as_map()->erase("capacity");  // given to it by a step of its own
  stored->tags.insert(action.tags.begin(), action.tags.end());
  BERTH_TRY_VOID(set_references(*stored, action, bindings));
  if (action.verb == Verb::register_revision) stored->revision = next_revision(stored->name);
  give_arn(*stored);
  if (const Stored* existing = by_arn(stored->arn); existing != nullptr && existing->status != "INACTIVE") {
    return refused("InvalidParameterException", fmt::format("{} {} is still {}", action.address.kind, stored->name, existing->status));
  }
  ActionResult result{.arn = stored->arn, .name = stored->name, .revision = stored->revision, .deployment = ""};
  if (action.verb == Verb::register_revision) revisions_[stored->name] = stored->revision;
  by_arn_[stored->arn] = stored.get();
  stored_.push_back(std::move(stored));
  return result;
}

Result<ActionResult> MemoryProvider::update(const Action& action, const Bindings& bindings) {
  Stored* stored = by_arn(action.live->arn);
  if (stored == nullptr || !stored->active()) {
    return refused("ServiceNotFoundException", fmt::format("{} is not there any more", action.live->arn));
  }
  if (!action.fields.empty()) {
    Stored changed = *stored;
    changed.body = inner_body(action.desired->body);
    if (changed.address.kind == "cluster") {
      changed.body.as_map()->erase("capacity");
      if (const ir::Value* capacity = ir::at(stored->body, {"capacity"})) changed.body.as_map()->set("capacity", *capacity);
    }
    BERTH_TRY_VOID(set_references(changed, action, bindings));
    if (changed.cluster != stored->cluster) return refused("InvalidParameterException", "a service cannot move to another cluster");
    *stored = std::move(changed);
  }
  for (const auto& [key, value] : action.tags) stored->tags[key] = value;
  for (const std::string& key : action.untag) stored->tags.erase(key);
  if (const auto address = ir::Address::parse(stored->tag(plan::kAddressTag))) stored->address = *address;  // a tag may be written anew: `moved`
  return ActionResult{.arn = stored->arn, .name = stored->name, .revision = stored->revision, .deployment = ""};
}

Result<ActionResult> MemoryProvider::redeploy(const Action& action) {
  Stored* stored = by_arn(action.live->arn);
  if (stored == nullptr || !stored->active()) return refused("ServiceNotFoundException", fmt::format("{} is not there any more", action.live->arn));
  if (!action.revision.empty()) {
    const Stored* revision = by_arn(action.revision);
    if (revision == nullptr || !revision->active()) return refused("ClientException", fmt::format("{} is not ACTIVE", action.revision));
    stored->previous_task = stored->task;
    stored->task = action.revision;
  }
  stored->in_progress = true;
  return ActionResult{.arn = stored->arn, .name = stored->name, .revision = 0, .deployment = ""};
}

Result<ActionResult> MemoryProvider::end(const Action& action) {
  Stored* stored = by_arn(action.live->arn);
  if (stored == nullptr) return refused("NotFound", fmt::format("{} is not there", action.live->arn));
  if (action.verb == Verb::destroy && action.address.kind == "cluster") {
    const bool busy = std::any_of(stored_.begin(), stored_.end(), [&](const auto& other) {
      return other->cluster == stored->arn && other->status != "INACTIVE";
    });
    if (busy) return refused("ClusterContainsServicesException", "the cluster has services");
  }
  const bool drains = action.verb == Verb::destroy && action.address.kind == "service";
  stored->status = drains ? "DRAINING" : "INACTIVE";
  return ActionResult{.arn = stored->arn, .name = stored->name, .revision = stored->revision, .deployment = ""};
}

Result<ActionResult> MemoryProvider::await_stable(const Action& action, const Bindings& bindings) {
  const auto bound = bindings.find(action.address);
  Stored* stored = bound ? by_arn(bound->arn) : nullptr;
  if (stored == nullptr || !stored->active()) return refused("ServiceNotFoundException", "the service does not exist");
  stored->in_progress = false;
  stored->previous_task.clear();
  return ActionResult{.arn = stored->arn, .name = stored->name, .revision = 0, .deployment = ""};
}

void MemoryProvider::roll_back(const Action& action, const Bindings& bindings) {
  const auto bound = bindings.find(action.address);
  Stored* stored = bound ? by_arn(bound->arn) : nullptr;
  if (stored == nullptr || stored->previous_task.empty()) return;
  stored->task = std::exchange(stored->previous_task, "");
  stored->in_progress = false;
}

void MemoryProvider::give_arn(Stored& stored) const {
  if (stored.address.kind == "task") {
    stored.arn = fmt::format("{}task-definition/{}:{}", kArnPrefix, stored.name, stored.revision);
  } else if (stored.address.kind == "service") {
    stored.arn = fmt::format("{}service/{}/{}", kArnPrefix, last_part(stored.cluster), stored.name);
  } else {
    stored.arn = fmt::format("{}{}/{}", kArnPrefix, stored.address.kind, stored.name);
  }
}

int MemoryProvider::next_revision(const std::string& family) const {
  const auto found = revisions_.find(family);
  return found == revisions_.end() ? 1 : found->second + 1;
}

const MemoryProvider::Stored* MemoryProvider::by_arn(const std::string& arn) const {
  const auto found = by_arn_.find(arn);
  return found == by_arn_.end() ? nullptr : found->second;
}

MemoryProvider::Stored* MemoryProvider::by_arn(const std::string& arn) {
  const auto found = by_arn_.find(arn);
  return found == by_arn_.end() ? nullptr : found->second;
}

// ---- as a file

Result<void> MemoryProvider::load(const Json& json) {
  const std::lock_guard lock(mutex_);
  const auto rows = json.find("resources");
  if (!json.is_object() || rows == json.end() || !rows->is_array()) return Error{"live", "expected an object with an array `resources`"};
  // What is referred to is loaded before what refers to it.
  for (const char* kind : {"cluster", "task", "service"}) {
    for (const Json& row : *rows) {
      BERTH_TRY(loaded, stored_from(row));
      if (loaded.address.kind != kind) continue;
      auto stored = std::make_unique<Stored>(std::move(loaded));
      BERTH_TRY_VOID(resolve(*stored, row));
      give_arn(*stored);
      int& last = revisions_[stored->name];
      if (stored->address.kind == "task") last = std::max(last, stored->revision);
      by_arn_[stored->arn] = stored.get();
      stored_.push_back(std::move(stored));
    }
  }
  const Json rooms = json.value("rooms", Json::object());
  for (const auto& [cluster, room] : rooms.items()) {
    rooms_[cluster] = {.instances = room.value("instances", Json::array()), .tasks = room.value("tasks", Json::array())};
  }
  return {};
}

Result<plan::Room> MemoryProvider::read_room(const std::string& cluster_arn) {
  const std::lock_guard lock(mutex_);
  const auto found = rooms_.find(last_part(cluster_arn));
  if (found == rooms_.end()) return Error{"no-instances", "this target has no instances"};
  return found->second;
}

Result<MemoryProvider::Stored> MemoryProvider::stored_from(const Json& json) const {
  static const std::set<std::string> kKnown = {"address", "body",  "tags", "stack",       "hash", "sensitive",     "protect",
                                               "status",  "runs", "revision", "in_progress", "unmapped"};
  if (!json.is_object()) return Error{"live", "a resource is not an object"};
  for (const auto& [key, value] : json.items()) {
    if (kKnown.count(key) == 0) return Error{"live", fmt::format("unknown member `{}`", key)};
  }
  try {
    const auto address = ir::Address::parse(json.at("address").get<std::string>());
    const ir::schema::Block* kind = address ? ir::schema::resource_kind(address->kind) : nullptr;
    if (kind == nullptr) return Error{"live", fmt::format("`{}` is no address", json.at("address").get<std::string>())};
    BERTH_TRY(body, ir::body_from_json(address->kind, json.value("body", Json::object())));
    ir::canonicalize(*kind, body);
    Stored stored{.address = *address, .name = address->name};
    std::replace(stored.name.begin(), stored.name.end(), '_', '-');
    if (const ir::Value* name = ir::at(body, {"name"}); name != nullptr) stored.name = *name->as_string();
    if (const ir::Value* tags = ir::at(body, {"tags"}); tags != nullptr) {
      for (const auto& [key, value] : *tags->as_map()) stored.tags[key] = *value.as_string();
    }
    if (const std::string stack = json.value("stack", ""); !stack.empty()) {
      ir::Resource as_wanted{.address = *address, .body = body};
      as_wanted.body.as_map()->erase("name");
      stored.tags[std::string(plan::kStackTag)] = stack;
      stored.tags[std::string(plan::kAddressTag)] = address->text();
      stored.tags[std::string(plan::kHashTag)] = json.value("hash", ir::content_hash(as_wanted));
      if (json.value("protect", false)) stored.tags[std::string(plan::kProtectTag)] = "true";
      if (json.value("sensitive", false)) stored.tags[std::string(plan::kSensitiveTag)] = "true";
    }
    stored.status = json.value("status", "ACTIVE");
    stored.revision = json.value("revision", address->kind == "task" ? 1 : 0);
    stored.in_progress = json.value("in_progress", false);
    stored.unmapped = json.value("unmapped", std::vector<std::string>());
    stored.body = inner_body(std::move(body));
    return stored;
  } catch (const Json::exception& error) {
    return Error{"live", error.what()};
  }
}

/// Services name their cluster and task by address in the file; `runs` picks a revision, the newest of the task is the default.
Result<void> MemoryProvider::resolve(Stored& stored, const Json& json) const {
  if (stored.address.kind != "service") return {};
  BERTH_TRY(body, ir::body_from_json("service", json.value("body", Json::object())));
  const ir::Resource resource{.address = stored.address, .body = std::move(body)};
  const std::string runs = json.value("runs", "");
  for (const auto& other : stored_) {
    if (other->address == target_of(resource, "cluster")) stored.cluster = other->arn;
    const bool revision = runs.empty() ? other->address == target_of(resource, "task") : last_part(other->arn) == runs;
    if (other->address.kind == "task" && revision && (by_arn(stored.task) == nullptr || by_arn(stored.task)->revision < other->revision)) {
      stored.task = other->arn;
    }
  }
  if (stored.cluster.empty()) return Error{"live", fmt::format("{} is in a cluster that is not there", stored.address.text())};
  if (stored.task.empty()) return Error{"live", fmt::format("{} runs a task definition that is not there", stored.address.text())};
  return {};
}

Json MemoryProvider::to_json() const {
  const std::lock_guard lock(mutex_);
  std::vector<const Stored*> shown;
  for (const auto& stored : stored_) {
    if (stored->status != "INACTIVE") shown.push_back(stored.get());
  }
  std::sort(shown.begin(), shown.end(), [](const Stored* a, const Stored* b) {
    return std::tie(a->address, a->revision, a->arn) < std::tie(b->address, b->revision, b->arn);
  });
  Json rows = Json::array();
  for (const Stored* stored : shown) {
    const std::string stack = stored->tag(plan::kStackTag);
    const ir::LiveResource resource = live(*stored, stored->address, stack);
    Json row = {{"address", stored->address.text()}, {"body", ir::to_json(resource.resource.body)}};
    const auto put = [&](const char* key, const Json& value, bool shows) {
      if (shows) row[key] = value;
    };
    put("stack", stack, !stack.empty());
    put("hash", resource.hash, !stack.empty());
    put("protect", true, resource.protect);
    put("status", stored->status, !stored->active());
    put("revision", stored->revision, stored->revision != 0);
    put("runs", last_part(stored->task), !stored->task.empty());
    put("in_progress", true, stored->in_progress);
    put("unmapped", stored->unmapped, !stored->unmapped.empty());
    rows.push_back(std::move(row));
  }
  return {{"resources", std::move(rows)}};
}

}  // namespace berth::provider
