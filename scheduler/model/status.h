#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace berth::scheduler {

/// What is known of a task (`lastStatus`), in the order of its life. Source: ecs.md 5.1.
enum class TaskStatus { Provisioning, Pending, Activating, Running, Deactivating, Stopping, Deprovisioning, Stopped };

/// What is wanted of a task or of one of its containers (`desiredStatus`). Stopped is final.
enum class DesiredStatus { Running, Stopped };

/// What is known of a container, in the order of its life. The API shows None, Pulled and Created as PENDING (see api_name).
enum class ContainerStatus { None, Pulled, Created, Running, Stopped };

enum class HealthStatus { Unknown, Healthy, Unhealthy };

/// Why a task stopped (`stopCode`). Source: ecs.md 5.7.
enum class StopCode {
  TaskFailedToStart,
  EssentialContainerExited,
  UserInitiated,
  ServiceSchedulerInitiated,
  SpotInterruption,
  TerminationNotice
};

/// When a container may start, seen from the container it depends on. Create is what volumesFrom asks for; nobody can write
/// it. Source: ecs.md 5.3.
enum class DependencyCondition { Create, Start, Complete, Success, Healthy };

/// What can be done to one container.
enum class ContainerActionKind { Pull, Create, Start, Stop, Remove };

enum class InstanceStatus { Active, Draining, Inactive };
enum class ServiceStatus { Active, Draining, Inactive };
/// Primary is the target, Active are older deployments that still have tasks. Of task sets: Primary and Active as the caller says, Draining is
/// being deleted.
enum class DeploymentStatus { Primary, Active, Inactive, Draining };
/// Who replaces tasks: the scheduler in rolling updates, or the caller with task sets.
enum class DeploymentController { Ecs, External };
enum class RolloutState { InProgress, Completed, Failed };
enum class SchedulingStrategy { Replica, Daemon };
/// How the circuit breaker's threshold follows from its value. Source: ecs.md 2.2, 4.6.
enum class ThresholdType { Count, BoundedPercent, UnboundedPercent };
/// Source: ecs.md 4.9.
enum class ConstraintType { DistinctInstance, MemberOf };
enum class StrategyType { Random, Spread, Binpack };
/// Of a ServiceDeployment. Source: ecs.md 4.6.
enum class ServiceDeploymentStatus { InProgress, Successful, Stopped, RollbackInProgress, RollbackSuccessful, RollbackFailed };

/// The ECS spelling of each enumerator, found by overload; the only place where the spellings are written.
template <class E, std::size_t N>
using EnumNames = std::array<std::pair<E, std::string_view>, N>;

constexpr auto enum_names(TaskStatus) {
  return EnumNames<TaskStatus, 8>{{{TaskStatus::Provisioning, "PROVISIONING"},
                                   {TaskStatus::Pending, "PENDING"},
                                   {TaskStatus::Activating, "ACTIVATING"},
                                   {TaskStatus::Running, "RUNNING"},
                                   {TaskStatus::Deactivating, "DEACTIVATING"},
                                   {TaskStatus::Stopping, "STOPPING"},
                                   {TaskStatus::Deprovisioning, "DEPROVISIONING"},
                                   {TaskStatus::Stopped, "STOPPED"}}};
}
constexpr auto enum_names(DesiredStatus) {
  return EnumNames<DesiredStatus, 2>{{{DesiredStatus::Running, "RUNNING"}, {DesiredStatus::Stopped, "STOPPED"}}};
}
constexpr auto enum_names(ContainerStatus) {
  return EnumNames<ContainerStatus, 5>{{{ContainerStatus::None, "NONE"},
                                        {ContainerStatus::Pulled, "PULLED"},
                                        {ContainerStatus::Created, "CREATED"},
                                        {ContainerStatus::Running, "RUNNING"},
                                        {ContainerStatus::Stopped, "STOPPED"}}};
}
constexpr auto enum_names(HealthStatus) {
  return EnumNames<HealthStatus, 3>{
      {{HealthStatus::Unknown, "UNKNOWN"}, {HealthStatus::Healthy, "HEALTHY"}, {HealthStatus::Unhealthy, "UNHEALTHY"}}};
}
constexpr auto enum_names(StopCode) {
  return EnumNames<StopCode, 6>{{{StopCode::TaskFailedToStart, "TaskFailedToStart"},
                                 {StopCode::EssentialContainerExited, "EssentialContainerExited"},
                                 {StopCode::UserInitiated, "UserInitiated"},
                                 {StopCode::ServiceSchedulerInitiated, "ServiceSchedulerInitiated"},
                                 {StopCode::SpotInterruption, "SpotInterruption"},
                                 {StopCode::TerminationNotice, "TerminationNotice"}}};
}
constexpr auto enum_names(DependencyCondition) {
  return EnumNames<DependencyCondition, 5>{{{DependencyCondition::Create, "CREATE"},
                                            {DependencyCondition::Start, "START"},
                                            {DependencyCondition::Complete, "COMPLETE"},
                                            {DependencyCondition::Success, "SUCCESS"},
                                            {DependencyCondition::Healthy, "HEALTHY"}}};
}
constexpr auto enum_names(ContainerActionKind) {
  return EnumNames<ContainerActionKind, 5>{{{ContainerActionKind::Pull, "PULL"},
                                            {ContainerActionKind::Create, "CREATE"},
                                            {ContainerActionKind::Start, "START"},
                                            {ContainerActionKind::Stop, "STOP"},
                                            {ContainerActionKind::Remove, "REMOVE"}}};
}
constexpr auto enum_names(InstanceStatus) {
  return EnumNames<InstanceStatus, 3>{
      {{InstanceStatus::Active, "ACTIVE"}, {InstanceStatus::Draining, "DRAINING"}, {InstanceStatus::Inactive, "INACTIVE"}}};
}
constexpr auto enum_names(ServiceStatus) {
  return EnumNames<ServiceStatus, 3>{
      {{ServiceStatus::Active, "ACTIVE"}, {ServiceStatus::Draining, "DRAINING"}, {ServiceStatus::Inactive, "INACTIVE"}}};
}
constexpr auto enum_names(DeploymentStatus) {
  return EnumNames<DeploymentStatus, 4>{{{DeploymentStatus::Primary, "PRIMARY"},
                                         {DeploymentStatus::Active, "ACTIVE"},
                                         {DeploymentStatus::Inactive, "INACTIVE"},
                                         {DeploymentStatus::Draining, "DRAINING"}}};
}
constexpr auto enum_names(DeploymentController) {
  return EnumNames<DeploymentController, 2>{{{DeploymentController::Ecs, "ECS"}, {DeploymentController::External, "EXTERNAL"}}};
}
constexpr auto enum_names(RolloutState) {
  return EnumNames<RolloutState, 3>{
      {{RolloutState::InProgress, "IN_PROGRESS"}, {RolloutState::Completed, "COMPLETED"}, {RolloutState::Failed, "FAILED"}}};
}
constexpr auto enum_names(SchedulingStrategy) {
  return EnumNames<SchedulingStrategy, 2>{{{SchedulingStrategy::Replica, "REPLICA"}, {SchedulingStrategy::Daemon, "DAEMON"}}};
}
constexpr auto enum_names(ThresholdType) {
  return EnumNames<ThresholdType, 3>{{{ThresholdType::Count, "COUNT"},
                                      {ThresholdType::BoundedPercent, "BOUNDED_PERCENT"},
                                      {ThresholdType::UnboundedPercent, "UNBOUNDED_PERCENT"}}};
}
constexpr auto enum_names(ConstraintType) {
  return EnumNames<ConstraintType, 2>{
      {{ConstraintType::DistinctInstance, "distinctInstance"}, {ConstraintType::MemberOf, "memberOf"}}};
}
constexpr auto enum_names(StrategyType) {
  return EnumNames<StrategyType, 3>{
      {{StrategyType::Random, "random"}, {StrategyType::Spread, "spread"}, {StrategyType::Binpack, "binpack"}}};
}
constexpr auto enum_names(ServiceDeploymentStatus) {
  return EnumNames<ServiceDeploymentStatus, 6>{{{ServiceDeploymentStatus::InProgress, "IN_PROGRESS"},
                                                {ServiceDeploymentStatus::Successful, "SUCCESSFUL"},
                                                {ServiceDeploymentStatus::Stopped, "STOPPED"},
                                                {ServiceDeploymentStatus::RollbackInProgress, "ROLLBACK_IN_PROGRESS"},
                                                {ServiceDeploymentStatus::RollbackSuccessful, "ROLLBACK_SUCCESSFUL"},
                                                {ServiceDeploymentStatus::RollbackFailed, "ROLLBACK_FAILED"}}};
}

/// The ECS name: `name_of(TaskStatus::Running)` is "RUNNING".
template <class E>
constexpr std::string_view name_of(E value) {
  for (const auto& [enumerator, name] : enum_names(E{})) {
    if (enumerator == value) return name;
  }
  return "";
}

/// The enumerator of an ECS name (exact spelling), or nothing.
template <class E>
constexpr std::optional<E> from_name(std::string_view name) {
  for (const auto& [enumerator, candidate] : enum_names(E{})) {
    if (candidate == name) return enumerator;
  }
  return std::nullopt;
}

/// A container's `lastStatus` as the API shows it: PENDING, RUNNING or STOPPED.
constexpr std::string_view api_name(ContainerStatus status) {
  if (status == ContainerStatus::Running) return "RUNNING";
  return status == ContainerStatus::Stopped ? "STOPPED" : "PENDING";
}

/// One allowed change of a task's last status.
struct TaskMove {
  TaskStatus from;
  TaskStatus to;
};

/// Every allowed change of a task's last status; what is not here is not done. There is no way back. Source: ecs.md 5.1.
inline constexpr std::array<TaskMove, 18> kTaskMoves{{
    {TaskStatus::Provisioning, TaskStatus::Pending},    {TaskStatus::Provisioning, TaskStatus::Deprovisioning},
    {TaskStatus::Provisioning, TaskStatus::Stopped},    {TaskStatus::Pending, TaskStatus::Activating},
    {TaskStatus::Pending, TaskStatus::Running},         {TaskStatus::Pending, TaskStatus::Stopping},
    {TaskStatus::Pending, TaskStatus::Stopped},         {TaskStatus::Activating, TaskStatus::Running},
    {TaskStatus::Activating, TaskStatus::Deactivating}, {TaskStatus::Activating, TaskStatus::Stopping},
    {TaskStatus::Activating, TaskStatus::Stopped},      {TaskStatus::Running, TaskStatus::Deactivating},
    {TaskStatus::Running, TaskStatus::Stopping},        {TaskStatus::Running, TaskStatus::Stopped},
    {TaskStatus::Deactivating, TaskStatus::Stopping},   {TaskStatus::Stopping, TaskStatus::Deprovisioning},
    {TaskStatus::Stopping, TaskStatus::Stopped},        {TaskStatus::Deprovisioning, TaskStatus::Stopped},
}};

/// Whether a task's last status may change like this. Staying is not a change.
constexpr bool may_move(TaskStatus from, TaskStatus to) {
  for (const TaskMove& move : kTaskMoves) {
    if (move.from == from && move.to == to) return true;
  }
  return false;
}

/// PROVISIONING, PENDING or ACTIVATING: counted in `pendingCount`.
constexpr bool is_pending(TaskStatus status) { return status <= TaskStatus::Activating; }

}  // namespace berth::scheduler
