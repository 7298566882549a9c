#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "planner/field_diff.h"
#include "planner/ownership.h"
#include "planner/planner.h"

namespace berth::plan {

/// Turns one stack's desired resources and what runs into changes. Feed it what is referred to before what refers to it (clusters, task
/// definitions, services): a service looks at what becomes of its task definition and its cluster.
class Differ {
 public:
  Differ(const ir::Program& program, const Ownership& live, const Options& options, DiagnosticSink& sink)
      : program_(program), live_(live), options_(options), sink_(sink) {}

  /// What the wanted resource needs. Reports E0601 when somebody else has its name.
  Change wanted(const ir::Resource& resource);
  /// The end of what is ours and not wanted.
  [[nodiscard]] Change unwanted(const ir::Address& address, const LiveSet& set) const;

 private:
  struct Fate {
    ChangeKind kind = ChangeKind::no_op;
    std::string revision;      ///< task definitions: "web:4" or "web:(new)"
    std::string revision_arn;  ///< "" when it does not exist yet
  };

  void create(Change& change, const LiveSet& set);
  void compare(Change& change, const LiveSet& set);
  void compare_task(Change& change, const LiveSet& set, const Places& places);
  [[nodiscard]] std::optional<ir::Address> replaced_parent(const ir::Resource& resource) const;
  void set_deployment(Change& change) const;
  void decide(Change& change, const std::optional<ir::Address>& parent) const;
  void replace(Change& change, const LiveSet& set);
  void report_foreign(const ir::Resource& resource, const ir::LiveResource& foreign);
  [[nodiscard]] Fate fate_of(const Change& change) const;
  [[nodiscard]] Places places_of(const ir::Address& address) const;

  const ir::Program& program_;
  const Ownership& live_;
  const Options& options_;
  DiagnosticSink& sink_;
  std::map<ir::Address, Fate> fates_;
};

/// "shop.ecs:12" of the resource's declaration, or "".
std::string place_of(const ir::Program& program, const Options& options, const ir::Resource& resource);

}  // namespace berth::plan
