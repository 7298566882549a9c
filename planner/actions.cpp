#include "planner/actions.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "planner/capacity.h"
#include "planner/field_diff.h"
#include "planner/ownership.h"
#include "planner/tags.h"

namespace berth::plan {
namespace {

/// In this order among actions that are free to go: calls that make things first, so that waits overlap with them.
int urgency(Verb verb) {
  switch (verb) {
    case Verb::create:
    case Verb::register_revision:
    case Verb::update:
    case Verb::redeploy:
    case Verb::attach: return 0;
    case Verb::destroy: return 1;
    case Verb::await_gone: return 2;
    case Verb::await_stable: return 3;
    case Verb::deregister:
    case Verb::detach: return 4;
  }
  BERTH_CHECK(false, "a verb without urgency");
}

bool is_service(const Change& change) { return change.address.kind == "service"; }
bool is_task(const Change& change) { return change.address.kind == "task"; }

bool starts_tasks(const FieldChange& field) { return field.update == ir::schema::UpdateClass::new_deployment; }

/// The last apply may have ended while this service was still being deployed; it counts as done only when that has come to an end.
bool deployment_in_progress(const ir::LiveResource& service) {
  const auto deployments = service.runtime.is_object() ? service.runtime.find("deployments") : service.runtime.end();
  if (!service.runtime.is_object() || deployments == service.runtime.end() || !deployments->is_array()) return false;
  return std::any_of(deployments->begin(), deployments->end(), [](const Json& deployment) {
    return deployment.is_object() && deployment.value("status", "") == "PRIMARY" && deployment.value("rolloutState", "") == "IN_PROGRESS";
  });
}

/// Builds the graph of actions; ids are positions in `actions_` until order() gives the final ones.
class Graph {
 public:
  explicit Graph(const Plan& plan) : plan_(plan) {}

  std::vector<Action> build() {
    for (const Change& change : plan_.changes) add(change);
    for (const Change& change : plan_.changes) connect(change);
    return order();
  }

 private:
  /// The actions of one address.
  struct Steps {
    std::optional<std::size_t> begun;   ///< creates it, under its name
    std::optional<std::size_t> made;    ///< creates, registers or updates it, with all that others need of it
    std::optional<std::size_t> stable;  ///< its last action on the desired side
    std::vector<std::size_t> ends;      ///< destroy or deregister; detach of a cluster's capacity
    std::optional<std::size_t> gone;    ///< when the live one is no more and its name is free
  };

  std::size_t push(const Change& change, Verb verb, const ir::LiveResource* live) {
    Action action{.id = actions_.size(), .verb = verb, .address = live != nullptr ? live->resource.address : change.address, .live = live};
    const bool on_desired = verb == Verb::create || verb == Verb::register_revision || verb == Verb::update || verb == Verb::attach ||
                            verb == Verb::detach || verb == Verb::await_stable;
    if (on_desired) action.desired = change.after;
    const ir::Value* written = change.after == nullptr ? nullptr : ir::at(change.after->body, {"name"});
    const bool keeps_name = live != nullptr && (!on_desired || written == nullptr || written->origin().is_default);
    action.name = aws_name(keeps_name ? live->resource : *change.after);
    actions_.push_back(std::move(action));
    return actions_.size() - 1;
  }

  void after(std::size_t later, std::optional<std::size_t> earlier) {
    if (earlier && *earlier != later) actions_[later].after.push_back(*earlier);
  }

  void add(const Change& change) {
    Steps& steps = steps_[change.address];
    switch (change.kind) {
      case ChangeKind::no_op:
        if (is_service(change) && change.before != nullptr && change.after != nullptr && deployment_in_progress(*change.before)) {
          steps.stable = push(change, Verb::await_stable, change.before);
        }
        return;
      case ChangeKind::create: return make(change, steps, nullptr);
      case ChangeKind::revise: return make(change, steps, change.before);
      case ChangeKind::update: return update(change, steps);
      case ChangeKind::replace:
        end(change, steps);
        return make(change, steps, nullptr);
      case ChangeKind::destroy: return end(change, steps);
    }
  }

  void make(const Change& change, Steps& steps, const ir::LiveResource* live) {
    const std::size_t id = push(change, is_task(change) ? Verb::register_revision : Verb::create, live);
    actions_[id].tags = change.tags;
    steps.begun = steps.made = steps.stable = id;
    if (!is_task(change)) after(id, steps.gone);
    if (!ir::capacity_parts(change.after->body).empty() && change.address.kind == "cluster") capacity(change, nullptr, id, steps);
    if (is_service(change)) {
      for (const ir::LiveResource* draining : change.draining) after(id, push(change, Verb::await_gone, draining));
      await_stable(change, steps);
    }
  }

  void update(const Change& change, Steps& steps) {
    const auto of_capacity = [&](const FieldChange& field) { return is_capacity(change.address, field); };
    const bool has_capacity = std::any_of(change.fields.begin(), change.fields.end(), of_capacity);
    if (has_capacity && is_all_of_it(change)) return capacity(change, change.before, std::nullopt, steps);
    const std::size_t id = push(change, Verb::update, change.before);
    Action& action = actions_[id];
    action.tags = change.tags;
    action.untag = change.untag;
    for (const FieldChange& field : change.fields) {
      if (!is_tag(field) && !of_capacity(field)) action.fields.push_back(field.path);
    }
    if (change.deployment) action.fields.emplace_back("task");
    action.new_deployment = change.deployment || std::any_of(change.fields.begin(), change.fields.end(), starts_tasks);
    const bool only_tags = action.fields.empty();
    steps.made = steps.stable = id;
    if (is_service(change) && !only_tags) await_stable(change, steps);
    if (has_capacity) capacity(change, change.before, id, steps);
  }

  /// Whether nothing but a cluster's capacity differs, and the tag with its hash.
  static bool is_all_of_it(const Change& change) {
    const auto is_hash = [](const auto& tag) { return tag.first == kHashTag; };
    return change.untag.empty() && std::all_of(change.tags.begin(), change.tags.end(), is_hash) &&
           std::all_of(change.fields.begin(), change.fields.end(), [&](const FieldChange& field) { return is_capacity(change.address, field); });
  }

  /// Providers are given before services need them and taken away when they have left. The tag that says what was applied comes with the last step.
  void capacity(const Change& change, const ir::LiveResource* live, std::optional<std::size_t> cluster, Steps& steps) {
    const std::size_t attached = push(change, Verb::attach, live);
    for (const FieldChange& field : change.fields) {
      if (is_capacity(change.address, field)) actions_[attached].fields.push_back(field.path);
    }
    after(attached, cluster);
    steps.made = steps.stable = attached;
    std::size_t last = attached;
    if (live != nullptr && gives_up_capacity(live->resource.body, change.after->body)) {
      last = push(change, Verb::detach, live);
      after(last, attached);
      for (const ir::LiveResource* draining : change.draining) after(last, push(change, Verb::await_gone, draining));
      steps.ends.push_back(last);
    }
    const auto is_hash = [](const auto& tag) { return tag.first == kHashTag; };
    const auto hash = std::find_if(change.tags.begin(), change.tags.end(), is_hash);
    if (hash == change.tags.end()) return;
    actions_[last].tags.push_back(*hash);
    if (!cluster) return;
    auto& tags = actions_[*cluster].tags;
    tags.erase(std::remove_if(tags.begin(), tags.end(), is_hash), tags.end());
  }

  void await_stable(const Change& change, Steps& steps) {
    const std::size_t id = push(change, Verb::await_stable, change.kind == ChangeKind::replace ? nullptr : change.before);
    after(id, steps.made);
    steps.stable = id;
  }

  void end(const Change& change, Steps& steps) {
    if (is_task(change)) {
      for (const ir::LiveResource* revision : change.revisions) steps.ends.push_back(push(change, Verb::deregister, revision));
      return;
    }
    steps.ends.push_back(push(change, Verb::destroy, change.before));
    steps.gone = steps.ends.back();
    if (change.address.kind == "cluster") {
      for (const ir::LiveResource* draining : change.draining) after(steps.ends.back(), push(change, Verb::await_gone, draining));
    }
    if (!is_service(change)) return;
    steps.gone = push(change, Verb::await_gone, change.before);
    after(*steps.gone, steps.ends.back());
  }

  /// Dependencies between addresses: what is referred to is made first, and ended last.
  void connect(const Change& change) {
    const Steps& steps = steps_.at(change.address);
    if (steps.made && change.after != nullptr) {
      for (const ir::Address& target : ir::references(change.after->body)) {
        if (const auto found = steps_.find(target); found != steps_.end()) after(*steps.made, found->second.made);
      }
    }
    if (change.before != nullptr && (change.kind != ChangeKind::no_op || steps.stable)) release_references(change, steps);
    if (change.after != nullptr && (change.kind == ChangeKind::create || change.kind == ChangeKind::replace) && !is_task(change)) {
      wait_for_name(change, *steps.begun);
    }
    if (is_task(change) && change.kind == ChangeKind::replace) {
      for (const std::size_t id : steps.ends) after(id, steps.made);
    }
  }

  /// What this resource refers to now may end only when it refers to it no more.
  void release_references(const Change& change, const Steps& steps) {
    const auto released = steps.gone ? steps.gone : steps.stable;
    if (!released) return;
    for (const ir::Address& target : ir::references(change.before->resource.body)) {
      const auto found = steps_.find(target);
      if (found == steps_.end()) continue;
      // An old revision stays until the new one is known to work, so that a failed deployment can go back to it.
      const bool keep_for_rollback = target.kind == "task" && steps.stable;
      for (const std::size_t id : found->second.ends) after(id, keep_for_rollback ? steps.stable : released);
    }
  }

  void wait_for_name(const Change& change, std::size_t create) {
    if (!names_known_) {
      names_known_ = true;
      for (const Change& other : plan_.changes) {
        const Steps& steps = steps_.at(other.address);
        if (steps.gone) names_[name_key(other.before->resource)] = *steps.gone;
      }
    }
    if (const auto found = names_.find(name_key(*change.after)); found != names_.end()) after(create, found->second);
  }

  /// Topological, by urgency and then by the plan's order; renumbers.
  std::vector<Action> order() {
    std::vector<std::size_t> missing(actions_.size());
    std::vector<std::vector<std::size_t>> followers(actions_.size());
    for (Action& action : actions_) {
      std::sort(action.after.begin(), action.after.end());
      action.after.erase(std::unique(action.after.begin(), action.after.end()), action.after.end());
      missing[action.id] = action.after.size();
      for (const std::size_t earlier : action.after) followers[earlier].push_back(action.id);
    }
    std::set<std::pair<int, std::size_t>> ready;
    const auto release = [&](std::size_t id) { ready.emplace(urgency(actions_[id].verb), id); };
    for (std::size_t id = 0; id < actions_.size(); ++id) {
      if (missing[id] == 0) release(id);
    }
    std::vector<Action> ordered;
    std::vector<std::size_t> new_ids(actions_.size());
    while (!ready.empty()) {
      const std::size_t id = ready.begin()->second;
      ready.erase(ready.begin());
      new_ids[id] = ordered.size();
      Action action = std::move(actions_[id]);
      action.id = ordered.size();
      for (std::size_t& earlier : action.after) earlier = new_ids[earlier];
      std::sort(action.after.begin(), action.after.end());
      ordered.push_back(std::move(action));
      for (const std::size_t follower : followers[id]) {
        if (--missing[follower] == 0) release(follower);
      }
    }
    BERTH_CHECK(ordered.size() == actions_.size(), "the actions of a plan depend on each other in a circle");
    return ordered;
  }

  const Plan& plan_;
  std::vector<Action> actions_;
  std::map<ir::Address, Steps> steps_;
  bool names_known_ = false;
  std::map<std::string, std::size_t> names_;  ///< name key -> when the name is free
};

}  // namespace

std::string_view word(Verb verb) {
  switch (verb) {
    case Verb::create: return "create";
    case Verb::register_revision: return "register";
    case Verb::update: return "update";
    case Verb::redeploy: return "redeploy";
    case Verb::attach: return "attach";
    case Verb::destroy: return "destroy";
    case Verb::deregister: return "deregister";
    case Verb::detach: return "detach";
    case Verb::await_stable: return "await-stable";
    case Verb::await_gone: return "await-gone";
  }
  BERTH_CHECK(false, "a verb without a word");
}

std::vector<Action> schedule(const Plan& plan) {
  if (!plan.applyable) return {};
  return Graph(plan).build();
}

}  // namespace berth::plan
