#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/common.h"
#include "providers/http/endpoint.h"

namespace berth::cli {

/// What `berth engine instance …` was asked for.
struct InstanceFlags {
  /// The words after `instance`: what to do, and an instance or a service where that needs one.
  std::vector<std::string> words;
  std::string cluster;
  std::size_t cpu = 0;
  std::size_t memory = 0;
  std::vector<std::string> attributes;  ///< "name=value"
};

/// Simulated container instances: add, list, drain, activate, remove, and why a service's tasks do not fit.
ExitCode engine_instance(Session& session, View& view, const InstanceFlags& flags, const provider::Endpoint& endpoint);

}  // namespace berth::cli
