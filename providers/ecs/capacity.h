#pragma once

#include <string>

#include "ir/capacity.h"
#include "planner/actions.h"
#include "planner/provider.h"
#include "providers/ecs/await.h"
#include "providers/ecs/client.h"

namespace berth::provider {

/// The calls for the capacity of one cluster.
struct CapacityCalls {
  EcsClient& client;
  WaitingClock& clock;
  const AwaitOptions& options;
  const plan::Action& action;
  const plan::Bindings& bindings;
  plan::Progress& progress;
  std::string cluster;  ///< its ARN

  /// Makes and changes the cluster's providers, and gives them to it beside those that it has.
  [[nodiscard]] Result<void> attach() const;
  /// Takes away what is not wanted any more, and deletes what of it is ours. Of a cluster that goes, that is all.
  [[nodiscard]] Result<void> detach() const;

 private:
  [[nodiscard]] Result<void> make(const ir::CapacityPart& part, const std::string& name, const Json& existing, const std::string& stack) const;
  [[nodiscard]] Result<void> put(const Json& cluster_now, std::vector<std::string> names) const;
  [[nodiscard]] Result<Json> provider(const std::string& name) const;
  [[nodiscard]] Result<void> await_made(const std::string& name) const;
  [[nodiscard]] Result<Json> described() const;
  [[nodiscard]] std::string name_of(const ir::CapacityPart& part) const;
  [[nodiscard]] bool differs(const ir::CapacityPart& part) const;
};

}  // namespace berth::provider
