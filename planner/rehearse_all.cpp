#include "planner/rehearse_all.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "ir/capacity.h"
#include "planner/ownership.h"
#include "planner/placing.h"
#include "planner/wording.h"

namespace berth::plan {
namespace {

constexpr std::size_t kMostRefusals = 5;
constexpr std::int64_t kHundred = 100;

/// What a service's tasks run on.
enum class Floor : std::uint8_t {
  instances,  ///< those that are there
  growing,    ///< those that are there, and more when they do not suffice
  elastic,    ///< Fargate: room without end
};

bool is_on_fargate(const ir::Value& share) {
  const ir::Value* provider = ir::at(share, {"provider"});
  const auto part = provider == nullptr || provider->as_reference() == nullptr ? std::nullopt : ir::capacity_target(provider->as_reference()->target);
  return part && ir::fargate_provider(part->label);
}

/// On the local target a capacity provider of instances is the cluster's instances; in AWS it makes more of them. `cluster` may be null.
Floor floor_of(const ir::Value& service, const ir::Value* cluster, Target target) {
  const Floor provided = target == Target::aws ? Floor::growing : Floor::instances;
  const ir::Value* capacity = ir::at(service, {"capacity"});
  if (capacity != nullptr && capacity->as_list() != nullptr) {
    return std::any_of(capacity->as_list()->begin(), capacity->as_list()->end(), is_on_fargate) ? Floor::elastic : provided;
  }
  const ir::Value* launch = ir::at(service, {"launch"});
  if (launch != nullptr && launch->as_string() != nullptr && !launch->origin().is_default) return *launch->as_string() == "fargate" ? Floor::elastic : Floor::instances;
  const std::vector<ir::CapacityPart> parts = cluster == nullptr ? std::vector<ir::CapacityPart>{} : ir::capacity_parts(*cluster);
  const auto is_default = [](const ir::CapacityPart& part) { return part.has_share(); };
  const auto is_fargate_default = [](const ir::CapacityPart& part) { return part.has_share() && part.is_fargate(); };
  if (std::any_of(parts.begin(), parts.end(), is_fargate_default)) return Floor::elastic;
  return std::any_of(parts.begin(), parts.end(), is_default) ? provided : Floor::instances;
}

class Rehearsals {
 public:
  Rehearsals(Plan& plan, const Options& options, DiagnosticSink& sink) : plan_(plan), options_(options), sink_(sink) {}

  void run() {
    for (const Change& change : plan_.changes) leave(change);
    for (Change& change : plan_.changes) rehearse(change);
  }

 private:
  /// What goes makes room, whenever that is.
  void leave(const Change& change) {
    if (change.address.kind != "service" || (change.kind != ChangeKind::destroy && change.kind != ChangeKind::replace)) return;
    leaving_[cluster_of(change.before->resource, change.before)].push_back(change.before);
  }

  void rehearse(Change& change) {
    if (change.address.kind != "service" || (change.kind != ChangeKind::update && change.kind != ChangeKind::create)) return;
    const Floor floor = floor_of(change.after->body, cluster_body(change), options_.target);
    Surroundings around{.program = *plan_.program, .failure = options_.failure};
    const std::string cluster = floor == Floor::elastic || !may_need_room(change) ? "" : cluster_of(*change.after, change.before);
    if (const Room* room = cluster.empty() ? nullptr : room_of(cluster)) {
      around.instances = &loads_[cluster];
      if (change.before != nullptr) around.homes = homes_of(*room, aws_name(change.before->resource));
      around.running_task = change.before == nullptr ? nullptr : running_body(*change.before);
    }
    // What is created is rehearsed to see whether there is room for it, and its beginning is nobody's worry.
    if (change.kind == ChangeKind::create && around.instances == nullptr) return;
    auto rollout = plan::rehearse(change, around);
    if (!rollout) return;
    if (rollout->end == RolloutEnd::never && !rollout->fails) report(change, *rollout, floor);
    if (change.kind == ChangeKind::update && !rollout->steps.empty()) change.rollout = std::move(rollout);
  }

  /// Whether tasks may be started.
  static bool may_need_room(const Change& change) {
    return change.kind == ChangeKind::create || change.deployment || std::any_of(change.fields.begin(), change.fields.end(), [](const FieldChange& field) {
             return field.update == ir::schema::UpdateClass::new_deployment || field.path == "replicas";
           });
  }

  /// Null for a cluster that is not of this stack.
  const ir::Value* cluster_body(const Change& change) const {
    const ir::Value* wanted = ir::at(change.after->body, {"cluster"});
    if (wanted == nullptr || wanted->as_reference() == nullptr) return nullptr;
    const auto found = plan_.program->resources.find(wanted->as_reference()->target);
    return found == plan_.program->resources.end() ? nullptr : &found->second.body;
  }

  /// ARN of the cluster that the service is in; "" when that is not there yet. `live` may be null.
  std::string cluster_of(const ir::Resource& service, const ir::LiveResource* live) const {
    const ir::Value* wanted = ir::at(service.body, {"cluster"});
    if (wanted != nullptr && wanted->as_reference() != nullptr) {
      if (const ir::LiveResource* cluster = plan_.snapshot->find(wanted->as_reference()->target)) return cluster->arn;
    }
    return live != nullptr && live->runtime.is_object() ? live->runtime.value("clusterArn", "") : "";
  }

  /// Asks once for each cluster; null when nobody knows.
  const Room* room_of(const std::string& cluster) {
    const auto known = plan_.rooms.find(cluster);
    if (known != plan_.rooms.end()) return &known->second;
    if (!options_.room_of || !asked_.insert(cluster).second) return nullptr;
    std::optional<Room> found = options_.room_of(cluster);
    if (!found) return nullptr;
    const Room& room = plan_.rooms.emplace(cluster, *std::move(found)).first->second;
    std::vector<scheduler::InstanceLoad>& loads = loads_[cluster] = loads_of(room);
    for (const ir::LiveResource* service : leaving_[cluster]) release_all(loads, room, *service);
    return &room;
  }

  void release_all(std::vector<scheduler::InstanceLoad>& loads, const Room& room, const ir::LiveResource& service) {
    const ir::Value* body = running_body(service);
    scheduler::Task task{.group = "service:" + aws_name(service.resource)};
    if (body != nullptr) task.reserved = requirements_of(*body).resources;
    for (const std::string& home : homes_of(room, aws_name(service.resource))) {
      const auto load = std::find_if(loads.begin(), loads.end(), [&](const scheduler::InstanceLoad& one) { return one.instance.id == home; });
      if (load != loads.end()) scheduler::remove_task(*load, task);
    }
  }

  /// The definition of the tasks that the service runs; null when it is not ours.
  const ir::Value* running_body(const ir::LiveResource& service) {
    if (definitions_.empty()) {
      for (const ir::LiveResource& live : plan_.snapshot->resources) {
        if (live.resource.address.kind == "task") definitions_.emplace(live.arn, &live.resource.body);
      }
    }
    const auto found = definitions_.find(running_task(service));
    return found == definitions_.end() ? nullptr : found->second;
  }

  void report(const Change& change, const Rollout& rollout, Floor floor) {
    const bool no_place = rollout.room && !rollout.room->fits();
    if (!no_place && !is_stuck(rollout)) return;
    const std::string subject = change.address.text();
    if (no_place && floor == Floor::growing) {
      plan_.warnings.push_back({fmt::format("{} finds no place on the instances that are there; it waits until its capacity provider has made more", subject), change.place});
      return;
    }
    if (no_place && rollout.room->instances == 0) {
      plan_.warnings.push_back({fmt::format("{} finds no instance in its cluster; it waits until there is one", subject), change.place});
      return;
    }
    Diagnostic& said = sink_.report("E0620", change.after->origin, no_place ? no_place_text(change, rollout) : fmt::format("the rollout of `{}` can never finish", subject));
    if (no_place) return add_refusals(said, *rollout.room);
    const std::int64_t enough = (kHundred * (rollout.replicas + 1) + rollout.replicas - 1) / rollout.replicas;
    said.note(fmt::format("of {} at least {} must stay healthy (`min_healthy`), so none may stop; at most {} may run (`max`), so none may start", count_of_tasks(rollout.replicas),
                          rollout.least_healthy, rollout.most_tasks));
    said.help(fmt::format("a `max` of {}% lets one more start; a lower `min_healthy` lets one stop", enough));
  }

  static std::string no_place_text(const Change& change, const Rollout& rollout) {
    if (change.kind == ChangeKind::create) return fmt::format("`{}` can never run its {}: no instance takes the next one", change.address.text(), count_of_tasks(rollout.replicas));
    return fmt::format("the rollout of `{}` can never finish: no instance takes its next task, and no task that runs may stop", change.address.text());
  }

  static void add_refusals(Diagnostic& said, const InstanceRoom& room) {
    for (std::size_t i = 0; i < std::min(kMostRefusals, room.refusals.size()); ++i) said.note(fmt::format("{}: {}", room.refusals[i].instance, room.refusals[i].why));
    if (room.refusals.size() > kMostRefusals) said.note(fmt::format("and {} more", room.refusals.size() - kMostRefusals));
    said.help("let the tasks ask for less, or give the cluster more room");
  }

  Plan& plan_;
  const Options& options_;
  DiagnosticSink& sink_;
  std::map<std::string, std::vector<scheduler::InstanceLoad>> loads_;
  std::map<std::string, std::vector<const ir::LiveResource*>> leaving_;
  std::set<std::string> asked_;
  std::map<std::string, const ir::Value*> definitions_;  ///< by ARN; made when it is first asked
};

}  // namespace

void rehearse_all(Plan& plan, const Options& options, DiagnosticSink& sink) { Rehearsals(plan, options, sink).run(); }

}  // namespace berth::plan
