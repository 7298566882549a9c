#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "planner/plan.h"

namespace berth::plan {

enum class Verb : std::uint8_t {
  create,             ///< cluster, service: make `desired`, with all `tags`
  register_revision,  ///< task: register `desired` as the next revision of its family, with all `tags`
  update,             ///< cluster, service, task (tags only): bring `live` to `desired`; set `tags`, remove `untag`
  redeploy,           ///< service: run the revision `revision`, or replace its tasks by others of the one that it runs; nothing else changes
  attach,             ///< cluster: make and change its capacity providers, and give it those that are wanted beside those that it has
  destroy,            ///< cluster, service: delete `live`; a service with force, without waiting for its tasks
  deregister,         ///< task: deregister the revision `live`
  detach,             ///< cluster: take away and delete the capacity providers that are not wanted; its services have left them
  await_stable,       ///< service: wait until its deployment is completed and running equals desired
  await_gone,         ///< service: wait until `live` is INACTIVE
};

/// "create", "register", "update", "redeploy", "attach", "destroy", "deregister", "detach", "await-stable", "await-gone".
std::string_view word(Verb verb);

/// One step of an apply: a call, or a wait. Pointers point into the Plan, which must outlive the actions.
struct Action {
  std::size_t id = 0;  ///< its index in the list
  Verb verb = Verb::create;
  ir::Address address;
  /// AWS name to make or to work on: the live one when there is one and the program derives its name, else the desired one.
  std::string name;
  const ir::Resource* desired = nullptr;   ///< null for destroy, deregister and await_gone
  const ir::LiveResource* live = nullptr;  ///< null for create and for what has no live counterpart
  std::vector<std::string> fields;         ///< update, attach: paths of the settings that differ, tags left out
  bool new_deployment = false;             ///< update of a service: its tasks are replaced
  std::string revision{};                  ///< redeploy: ARN of a task definition, or "" for the one that runs
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> untag;
  std::vector<std::size_t> after;  ///< ids of the actions that must be done before; always smaller than `id`

  /// "create service.web"
  [[nodiscard]] std::string text() const { return std::string(word(verb)) + " " + address.text(); }
};

/// The plan's changes as steps, each after everything it depends on: what a resource refers to comes first; what is destroyed goes after
/// everything that refers to it; a name is taken again only when its old owner is gone. Pure. Empty for a plan that is not applyable.
std::vector<Action> schedule(const Plan& plan);

}  // namespace berth::plan
