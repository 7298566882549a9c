#include "engine/handlers/handlers.h"
#include "engine/handlers/resolve.h"

// Protection of tasks from scale-in and deployments. Source: ecs.md 4.8, 6.3.
namespace berth::engine {
namespace {

constexpr std::int64_t kMinutes = 120;

api::ProtectedTask present(const Call& call, const scheduler::Task& task) {
  const bool is_on = scheduler::is_protected(task, call.now);
  api::ProtectedTask shown{.task_arn = task.arn, .protection_enabled = is_on};
  if (is_on) shown.expiration_date = task.protected_until;
  return shown;
}

/// The running service task that `text` names, or the failure that says why it can't be protected.
Result<Ref<scheduler::Task>> find(Call& call, const Cluster& cluster, const std::string& text, std::vector<api::Failure>& failures) {
  BERTH_TRY(id, local_name(call, text, "task", cluster.name));
  const std::string arn = call.config.arns.task(cluster.name, id);
  Ref<scheduler::Task> task = call.store.task(id);
  if (!task || task->cluster_arn != cluster.arn) {
    failures.push_back(missing(arn));
    return Ref<scheduler::Task>();
  }
  const bool ends = task->desired_status == scheduler::DesiredStatus::Stopped;
  if (!task->service_name.empty() && !ends) return task;
  failures.push_back({.arn = arn,
                      .reason = "TASK_NOT_VALID",
                      .detail = ends ? "The task is stopped." : "The task is not part of a service, so it can't be protected."});
  return Ref<scheduler::Task>();
}

}  // namespace

Result<api::GetTaskProtectionResponse> get_task_protection(Call& call, const api::GetTaskProtectionRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  api::GetTaskProtectionResponse response;
  response.protected_tasks.emplace();
  response.failures.emplace();
  if (!request.tasks || request.tasks->empty()) {
    // Without names: those of the cluster that are protected.
    for (const Ref<scheduler::Task>& task : call.store.live_tasks()) {
      if (task->cluster_arn == cluster->arn && scheduler::is_protected(*task, call.now)) response.protected_tasks->push_back(present(call, *task));
    }
    return response;
  }
  for (const std::string& text : *request.tasks) {
    BERTH_TRY(task, find(call, *cluster, text, *response.failures));
    if (task) response.protected_tasks->push_back(present(call, *task));
  }
  return response;
}

Result<api::UpdateTaskProtectionResponse> update_task_protection(Call& call, const api::UpdateTaskProtectionRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  api::UpdateTaskProtectionResponse response;
  response.protected_tasks.emplace();
  response.failures.emplace();
  for (const std::string& text : *request.tasks) {
    BERTH_TRY(task, find(call, *cluster, text, *response.failures));
    if (!task) continue;
    scheduler::Task changed = *task;
    changed.protected_until.reset();
    if (*request.protection_enabled) changed.protected_until = call.now + std::chrono::minutes(request.expires_in_minutes.value_or(kMinutes));
    call.store.put_task(changed);
    response.protected_tasks->push_back(present(call, changed));
  }
  return response;
}

}  // namespace berth::engine
