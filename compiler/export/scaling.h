#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "compiler/export/export.h"

namespace berth::exporting {

/// What `scale { }` asks Application Auto Scaling for.
struct Scaling {
  struct Target {
    std::string name;    ///< "cpu"
    std::string metric;  ///< "ECSServiceAverageCPUUtilization"
    Json value;
    bool needs_label = false;  ///< the metric is of a target group behind a load balancer
  };
  ir::Address service;
  ir::Address cluster;
  std::string name;  ///< of the service
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::int64_t cooldown = 0;  ///< seconds
  std::vector<Target> targets;
};

/// Of each service that has it. Targets that Application Auto Scaling does not know go to `losses`.
std::vector<Scaling> scalings(const ir::Program& program, std::vector<Loss>& losses);

}  // namespace berth::exporting
