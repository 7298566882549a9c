#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "scheduler/model/container.h"
#include "scheduler/model/resources.h"
#include "scheduler/model/status.h"

namespace berth::scheduler {

/// Which moments of a service task's life its scheduler has already taken into account, so that each counts once however
/// often the service is reconciled. Written only by `commit`.
struct TaskAccounting {
  bool running = false;
  bool healthy = false;
  bool stopped = false;
  bool operator==(const TaskAccounting&) const = default;
};

/// A task as the engine remembers it: desired and known status side by side.
struct Task {
  /// 32 hexadecimal digits.
  std::string id;
  std::string arn;
  std::string cluster_arn;
  std::string task_definition_arn;
  /// `service:NAME` or `family:FAMILY` unless given.
  std::string group;
  /// The deployment id for service tasks.
  std::string started_by;
  /// Empty for a standalone task.
  std::string service_name;
  /// `ecs-svc/…`; empty for a standalone task.
  std::string deployment_id;
  /// Empty until placed.
  std::string instance_id;
  std::string launch_type = "EC2";
  /// Empty when a launch type was asked for.
  std::string capacity_provider;
  /// Of a DAEMON service.
  bool daemon = false;
  /// No scale-in and no deployment stops it before (UpdateTaskProtection).
  std::optional<Timestamp> protected_until;

  DesiredStatus desired_status = DesiredStatus::Running;
  TaskStatus last_status = TaskStatus::Pending;
  HealthStatus health = HealthStatus::Unknown;
  bool connected = true;
  /// Counts every change that observers may see, from 1.
  std::int64_t version = 1;

  /// What it takes of its instance until it is told to stop.
  Resources reserved;
  /// bridge, host, awsvpc or none.
  std::string network_mode = "bridge";
  /// The task's own address, where it has one.
  std::string private_ip;
  std::vector<Container> containers;
  std::vector<Tag> tags;

  std::optional<Timestamp> created_at;
  std::optional<Timestamp> pull_started_at;
  std::optional<Timestamp> pull_stopped_at;
  /// When the task reached RUNNING; absent for one that never did.
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> stopping_at;
  /// When the first essential container stopped.
  std::optional<Timestamp> execution_stopped_at;
  std::optional<Timestamp> stopped_at;
  std::optional<StopCode> stop_code;
  std::string stopped_reason;

  TaskAccounting accounted;
  /// Members of the API's object that nothing here reads (overrides, attachments, …), kept as given.
  Json extra = Json::object();

  bool operator==(const Task&) const = default;
};

/// Whether `now` is within the task's protection.
inline bool is_protected(const Task& task, Timestamp now) { return task.protected_until && now < *task.protected_until; }

/// The task's container of that name, or null.
const Container* find_container(const Task& task, const std::string& name);
Container* find_container(Task& task, const std::string& name);

}  // namespace berth::scheduler
