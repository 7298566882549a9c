#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "scheduler/model/resources.h"
#include "scheduler/model/status.h"

namespace berth::scheduler {

/// A container instance: a machine (or a simulated one) that takes tasks. Source: ecs.md 3.3.
struct Instance {
  /// 32 hexadecimal digits.
  std::string id;
  std::string arn;
  std::string cluster_arn;
  /// `ec2InstanceId`, or the host's name.
  std::string host_id;
  InstanceStatus status = InstanceStatus::Active;
  bool agent_connected = true;
  /// A part of this machine that stands for a machine of its own: it has its own CPU, memory and ports.
  bool simulated = false;
  /// Where its tasks' ports are published; empty is 127.0.0.1.
  std::string address;
  /// What it has in all; `ports` are those taken from the start.
  Resources registered;
  std::vector<Attribute> attributes;
  std::vector<Tag> tags;
  std::int64_t version = 1;
  std::optional<Timestamp> registered_at;
  /// Members of the API's object that nothing here reads (versionInfo, …), kept as given.
  Json extra = Json::object();
  bool operator==(const Instance&) const = default;
};

}  // namespace berth::scheduler
