#include <algorithm>

#include <fmt/format.h>

#include "tests/simulation/workload.h"

// Services whose clients deploy: task sets made, scaled, made primary and deleted at random.
namespace berth::simulation {
namespace {

constexpr std::size_t kMostTaskSets = 5;

Json set_state(const std::string& status, const Json& scale) { return {{"status", status}, {"scale", scale}}; }

/// What a client sees of one that is not being deleted.
Json shown_set(const Json& set) { return set_state(set.at("status"), set.at("scale").at("value").get<std::int64_t>()); }

bool is_sure(const std::map<std::string, KnownTaskSet>& sets) {
  return std::all_of(sets.begin(), sets.end(), [](const auto& item) { return item.second.states.size() == 1; });
}

}  // namespace

void Workload::create_external_service(const engine::ServiceKey& key) {
  const std::uint64_t desired = random_.below(7);
  Json body{{"cluster", key.cluster}, {"serviceName", key.service}, {"desiredCount", desired}, {"deploymentController", {{"type", "EXTERNAL"}}}};
  body["clientToken"] = fmt::format("t{}", ++tokens_);
  if (chance(30)) body["placementStrategy"] = Json::array({{{"type", "spread"}, {"field", "instanceId"}}});
  if (chance(20)) body["healthCheckGracePeriodSeconds"] = 30;
  KnownService known{.external = true};
  known.states = {{{"status", "gone"}, {"desiredCount", 0}, {"configuration", Json()}}};
  services_[key] = known;
  change(key, "CreateService", body,
         {{"status", "ACTIVE"}, {"desiredCount", desired}, {"configuration", {{"minimumHealthyPercent", 100}, {"maximumPercent", 200}}}});
}

void Workload::update_external_service(const engine::ServiceKey& key) {
  Json body{{"cluster", key.cluster}, {"service", key.service}};
  if (chance(10)) {
    body[pick<const char*>({"forceNewDeployment", "enableECSManagedTags"})] = true;
    body["taskDefinition"] = any_of(definitions_)->arn;
    const auto answer = request("UpdateService", body);
    if (answer && answer->ok()) throw Violation("a task definition is taken for a service with the controller EXTERNAL");
    return;
  }
  Json state = services_.at(key).states.back();
  state["desiredCount"] = body["desiredCount"] = random_.below(7);
  change(key, "UpdateService", body, state);
}

void Workload::change_task_sets() {
  std::vector<engine::ServiceKey> keys;
  for (const auto& [key, known] : services_) {
    if (known.external && known.states.size() == 1 && known.states.front().at("status") == "ACTIVE") keys.push_back(key);
  }
  if (keys.empty()) return update_service();
  const engine::ServiceKey key = *any_of(keys);
  const auto& sets = services_.at(key).sets;
  if (!is_sure(sets)) return audit_services(key.cluster);
  if (sets.empty() || (sets.size() < kMostTaskSets && chance(30))) return create_task_set(key);
  const std::string id = any_of(sets)->first;
  if (chance(55)) return scale_task_set(key, id);
  chance(55) ? make_primary(key, id) : delete_task_set(key, id);
}

void Workload::create_task_set(const engine::ServiceKey& key) {
  const Definition definition = *any_of(definitions_);
  const int scale = pick<int>({0, 33, 50, 100, 100});
  Json body{{"cluster", key.cluster}, {"service", key.service}, {"taskDefinition", definition.arn}, {"clientToken", fmt::format("t{}", ++tokens_)}};
  body["scale"] = {{"value", scale}, {"unit", "PERCENT"}};
  if (definition.fargate) {
    body["launchType"] = "FARGATE";
    body["networkConfiguration"] = {{"awsvpcConfiguration", {{"subnets", {"subnet-1"}}}}};
  }
  // The token makes it safe to ask again when no answer came, and the set is made once.
  const Answer first = insist("CreateTaskSet", body);
  if (!first.ok()) return;
  const std::string id = first.body().at("taskSet").at("id");
  KnownService& known = services_.at(key);
  known.cramped = known.cramped || definition.fixed_port;
  known.sets[id] = {.states = {set_state("ACTIVE", scale)}, .definition = definition.arn};
  if (!chance(30)) return;
  const Answer again = insist("CreateTaskSet", body);
  if (!again.ok() || again.body().at("taskSet").at("id") != id) throw Violation("CreateTaskSet with the same token made another set");
}

void Workload::change_set(const engine::ServiceKey& key, const std::string& id, const std::optional<Answer>& answer, const Json& state) {
  auto& states = services_.at(key).sets.at(id).states;
  if (!answer) {
    states.push_back(state);
  } else {
    states = {state};
  }
}

void Workload::scale_task_set(const engine::ServiceKey& key, const std::string& id) {
  const int scale = pick<int>({0, 10, 50, 75, 100});
  const auto answer = request("UpdateTaskSet", {{"cluster", key.cluster}, {"service", key.service}, {"taskSet", id}, {"scale", {{"value", scale}, {"unit", "PERCENT"}}}});
  if (answer && !answer->ok()) throw Violation("a task set that is there can not be scaled: " + answer->text);
  const Json before = services_.at(key).sets.at(id).states.front();
  change_set(key, id, answer, set_state(before.at("status"), scale));
}

void Workload::make_primary(const engine::ServiceKey& key, const std::string& id) {
  const auto answer = request("UpdateServicePrimaryTaskSet", {{"cluster", key.cluster}, {"service", key.service}, {"primaryTaskSet", id}});
  if (answer && !answer->ok()) throw Violation("a task set that is there can not be made primary: " + answer->text);
  for (const auto& [other, known] : services_.at(key).sets) {
    change_set(key, other, answer, set_state(other == id ? "PRIMARY" : "ACTIVE", Json(known.states.front().at("scale"))));
  }
}

void Workload::delete_task_set(const engine::ServiceKey& key, const std::string& id) {
  const Json state = services_.at(key).sets.at(id).states.front();
  const bool force = chance(60);
  const auto answer = request("DeleteTaskSet", {{"cluster", key.cluster}, {"service", key.service}, {"taskSet", id}, {"force", force}});
  const bool allowed = force || (state.at("status") != "PRIMARY" && state.at("scale") == 0);
  if (answer && answer->ok() != allowed) throw Violation("DeleteTaskSet is answered wrongly: " + answer->text);
  if (!allowed) return;
  if (answer) {
    services_.at(key).sets.erase(id);
  } else {
    change_set(key, id, answer, set_state("gone", 0));
  }
}

void Workload::audit_task_sets(const engine::ServiceKey& key) {
  KnownService& known = services_.at(key);
  const Answer answer = insist("DescribeTaskSets", {{"cluster", key.cluster}, {"service", key.service}});
  const std::int64_t desired = known.states.front().at("desiredCount");
  std::map<std::string, Json> shown;
  for (const Json& set : answer.body().at("taskSets")) {
    if (set.at("status") == "DRAINING") continue;
    const std::string id = set.at("id");
    shown[id] = shown_set(set);
    if (known.sets.count(id) == 0) throw Violation("a task set that nobody made: " + set.dump());
    if (set.at("taskDefinition") != known.sets.at(id).definition) throw Violation("a task set has another definition: " + set.dump());
    const std::int64_t computed = (desired * shown[id].at("scale").get<std::int64_t>() + 99) / 100;
    if (set.at("computedDesiredCount") != computed) throw Violation(fmt::format("a task set wants not {} tasks: {}", computed, set.dump()));
  }
  for (auto one = known.sets.begin(); one != known.sets.end();) {
    auto& [id, set] = *one;
    const auto found = shown.find(id);
    const Json seen = found == shown.end() ? set_state("gone", 0) : found->second;
    if (std::find(set.states.begin(), set.states.end(), seen) == set.states.end()) {
      throw Violation(fmt::format("task set {}: confirmed was {}, and it is {}", id, Json(set.states).dump(), seen.dump()));
    }
    set.states = {seen};
    one = found == shown.end() ? known.sets.erase(one) : std::next(one);
  }
}

}  // namespace berth::simulation
