#include "engine/control/service_controller.h"

#include "base/log.h"
#include "engine/control/definition.h"
#include "engine/control/new_task.h"

namespace berth::engine {
namespace {

/// Services decided per commit: one fsync for all, and not too much work lost when it fails.
constexpr std::size_t kServicesPerCommit = 64;
constexpr Milliseconds kStoreRetry = std::chrono::seconds(1);

/// What scheduler::ServiceView asks for: not STOPPED, or not yet taken into account.
std::vector<scheduler::Task> tasks_for_decision(const Store& store, const ServiceKey& key) {
  std::vector<scheduler::Task> tasks;
  for (const Ref<scheduler::Task>& task : store.live_tasks_of(key)) {
    if (task->last_status != scheduler::TaskStatus::Stopped || !task->accounted.stopped) tasks.push_back(*task);
  }
  return tasks;
}

void put_commit(const Context& context, const scheduler::ServiceView& view, const scheduler::Commit& commit) {
  for (scheduler::Task task : commit.started) {
    const Ref<TaskDefinitionRecord> definition = context.store.task_definition(task.task_definition_arn);
    BERTH_CHECK(definition, "a deployment's task definition is kept while it is used");
    const NewTask parts{.definition = definition, .overrides = {}, .tags = task_tags_of(view.service, *definition)};
    fill_task(context, parts, task);
    put_new_task(context, parts, task);
  }
  const std::set<std::string> changed(commit.changed.begin(), commit.changed.end());
  for (const scheduler::Task& task : view.tasks) {
    if (changed.contains(task.id)) context.store.put_task(task);
  }
  if (commit.service_changed) context.store.put_service(view.service);
}

/// A deleted service decides nothing any more; its last tasks are over as soon as they have stopped.
bool account_for_leftovers(const Context& context, const ServiceKey& key) {
  bool any = false;
  for (const Ref<scheduler::Task>& task : context.store.live_tasks_of(key)) {
    if (task->last_status != scheduler::TaskStatus::Stopped || task->accounted.stopped) continue;
    scheduler::Task over = *task;
    over.accounted.stopped = true;
    context.store.put_task(over);
    any = true;
  }
  return any;
}

}  // namespace

std::vector<scheduler::InstanceLoad> instance_loads(const Store& store, const std::string& cluster) {
  std::vector<scheduler::InstanceLoad> loads;
  for (const Ref<scheduler::Instance>& instance : store.instances(cluster)) {
    if (instance->status == scheduler::InstanceStatus::Inactive) continue;
    loads.push_back(store.load_of(*instance));
  }
  return loads;
}

std::vector<scheduler::Tag> task_tags_of(const scheduler::Service& service, const TaskDefinitionRecord& definition) {
  std::vector<scheduler::Tag> tags;
  if (service.propagate_tags == "SERVICE") tags = service.tags;
  if (service.propagate_tags == "TASK_DEFINITION") tags = definition.tags;
  if (service.enable_ecs_managed_tags) {
    tags.push_back({"aws:ecs:clusterName", cluster_name_of(service.cluster_arn)});
    tags.push_back({"aws:ecs:serviceName", service.name});
  }
  return tags;
}

ServiceController::ServiceController(Milliseconds healthy_after) { options_.healthy_after = healthy_after; }

std::optional<Timestamp> ServiceController::reconcile(const Context& context, const ServiceKey& key, bool& decided) const {
  const Ref<scheduler::Service> service = context.store.service(key);
  if (!service || service->status == scheduler::ServiceStatus::Inactive) {
    decided = account_for_leftovers(context, key) || decided;
    return std::nullopt;
  }
  scheduler::ServiceView view{.service = *service, .tasks = tasks_for_decision(context.store, key), .instances = {}, .requirements = {}};
  view.instances = instance_loads(context.store, key.cluster);
  for (const scheduler::Deployment& deployment : service->deployments) {
    if (const auto definition = context.store.task_definition(deployment.task_definition_arn)) {
      view.requirements[deployment.task_definition_arn] = requirements_of(definition->definition);
    }
  }
  const scheduler::ServiceDecision decision = scheduler::reconcile(view, context.now, options_);
  if (!decision.empty()) {
    decided = true;
    put_commit(context, view, scheduler::commit(view, decision, context.now, context.random));
  }
  return decision.requeue_at;
}

bool ServiceController::step(const Context& context) {
  bool decided = false;
  while (!queue_.empty() && *queue_.next_due() <= context.now) {
    Store::Transaction transaction(context.store);
    std::vector<ServiceKey> taken;
    std::vector<std::pair<ServiceKey, Timestamp>> later;
    while (taken.size() < kServicesPerCommit) {
      const std::optional<ServiceKey> key = queue_.pop(context.now);
      if (!key) break;
      taken.push_back(*key);
      // A moment that has passed already is the next one's: time must go on between two looks at the same thing.
      if (const auto again = reconcile(context, *key, decided)) later.emplace_back(*key, std::max(*again, context.now + Milliseconds(1)));
    }
    if (auto committed = transaction.commit(); !committed) {
      log(LogLevel::error, "decisions about services can't be stored", {{"error", committed.error().message}});
      for (const ServiceKey& key : taken) queue_.add(key, context.now + kStoreRetry);
      return false;
    }
    for (const auto& [key, when] : later) queue_.add(key, when);
  }
  return decided;
}

}  // namespace berth::engine
