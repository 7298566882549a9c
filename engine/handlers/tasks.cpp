#include <map>

#include <fmt/format.h>

#include "api/codec.h"
#include "engine/control/definition.h"
#include "engine/control/new_task.h"
#include "engine/control/service_controller.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/present.h"
#include "engine/handlers/resolve.h"
#include "engine/handlers/service_rules.h"
#include "scheduler/placement.h"
#include "scheduler/transitions.h"

namespace berth::engine {
namespace {

constexpr std::size_t kLargestOverrides = 8192;

std::optional<Error> refused(const api::RunTaskRequest& request) {
  if (auto error = refused_exec(request.enable_execute_command)) return error;
  if (auto error = refused_list("volumeConfigurations", request.volume_configurations)) return error;
  if (request.propagate_tags == "SERVICE") return invalid_parameter("propagateTags SERVICE is only for services.");
  if (request.group && request.group->compare(0, 8, "service:") == 0) return invalid_parameter("A group of this name belongs to a service.");
  return std::nullopt;
}

/// Overrides must name containers of the definition, and be readable; those that change nothing this engine does are refused.
std::optional<Error> wrong_overrides(const api::TaskOverride& overrides, const api::TaskDefinition& definition) {
  if (canonical_json(api::encode(overrides)).size() > kLargestOverrides) return invalid_parameter("The overrides are longer than 8192 characters.");
  if (overrides.cpu && !parse_cpu(*overrides.cpu)) return client_error("Invalid 'cpu' setting for task.");
  if (overrides.memory && !parse_memory(*overrides.memory)) return client_error("Invalid 'memory' setting for task.");
  if (overrides.ephemeral_storage) return unsupported("overrides.ephemeralStorage");
  if (auto error = refused_list("overrides.inferenceAcceleratorOverrides", overrides.inference_accelerator_overrides)) return error;
  for (const api::ContainerOverride& container : overrides.container_overrides.value_or(std::vector<api::ContainerOverride>{})) {
    const auto& known = *definition.container_definitions;
    const bool named = std::any_of(known.begin(), known.end(), [&](const api::ContainerDefinition& one) { return one.name == container.name; });
    if (!container.name || !named) {
      return invalid_parameter(fmt::format("Override for container named {} is not a container in the TaskDefinition.", container.name.value_or("")));
    }
    if (container.environment_files && !container.environment_files->empty()) return unsupported("overrides.containerOverrides.environmentFiles");
    if (container.resource_requirements && !container.resource_requirements->empty()) {
      return unsupported("overrides.containerOverrides.resourceRequirements");
    }
  }
  return std::nullopt;
}

std::vector<scheduler::Tag> tags_of(const api::RunTaskRequest& request, std::vector<scheduler::Tag> own, const Cluster& cluster,
                                    const TaskDefinitionRecord& definition) {
  if (request.propagate_tags == "TASK_DEFINITION") own = merge_tags(std::move(own), definition.tags);
  if (request.enable_ecs_managed_tags.value_or(false)) own.push_back({"aws:ecs:clusterName", cluster.name});
  return own;
}

/// One failure for each instance that can't take the task, once however many tasks find none.
void add_failures(const scheduler::NotPlaced& result, std::vector<api::Failure>& failures) {
  const auto add = [&failures](api::Failure failure) {
    if (std::find(failures.begin(), failures.end(), failure) == failures.end()) failures.push_back(std::move(failure));
  };
  if (result.rejections.empty()) add({.reason = "No Container Instances were found in your cluster."});
  for (const scheduler::Rejection& one : result.rejections) add({.arn = one.instance_arn, .reason = one.reason, .detail = one.detail});
}

/// What all tasks of one request have in common.
struct TaskOrder {
  const Cluster& cluster;
  NewTask parts;
  scheduler::TaskRequirements requirements;
  std::string group;
  std::string started_by;
};

scheduler::Task put_task(Call& call, const TaskOrder& order, const std::string& launch_type, const std::string& provider, const std::string& instance_id) {
  scheduler::Task task;
  task.id = call.random.hex(32);
  task.cluster_arn = order.cluster.arn;
  task.task_definition_arn = *order.parts.definition->definition.task_definition_arn;
  task.group = order.group;
  task.started_by = order.started_by;
  task.launch_type = launch_type;
  task.capacity_provider = provider;
  task.instance_id = instance_id;
  task.reserved = order.requirements.resources;
  task.created_at = call.now;
  fill_task(call, order.parts, task);
  put_new_task(call, order.parts, task);
  return task;
}

std::string group_of(const std::optional<std::string>& given, const TaskDefinitionRecord& record) {
  return given && !given->empty() ? *given : "family:" + record.definition.family.value_or("");
}

std::string request_hash(api::RunTaskRequest request) {
  request.client_token.reset();
  return hash_of(api::encode(request));
}

/// The answer to a request whose token is known: the same tasks, or a refusal when it asks for something else.
Result<api::RunTaskResponse> answer_again(Call& call, const TokenRecord& record, const std::string& hash) {
  if (record.request_hash != hash) {
    call.resource_ids = record.arns;
    return Error{"ConflictException", "The client token was used for other parameters."};
  }
  api::RunTaskResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  for (const std::string& arn : record.arns) {
    const Ref<scheduler::Task> task = call.store.task(cluster_name_of(arn));
    if (task) response.tasks->push_back(present_task(call, *task, Tags::show));
  }
  return response;
}

Result<Ref<scheduler::Task>> find_task(Call& call, const Cluster& cluster, const std::string& text) {
  BERTH_TRY(id, local_name(call, text, "task", cluster.name));
  Ref<scheduler::Task> task = call.store.task(id);
  if (!task || task->cluster_arn != cluster.arn) return invalid_parameter("The referenced task was not found.");
  return task;
}

}  // namespace

Result<api::RunTaskResponse> run_task(Call& call, const api::RunTaskRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  if (auto error = refused(request)) return *error;
  const std::string scope = "RunTask " + cluster->name;
  const std::string hash = request_hash(request);
  if (request.client_token) {
    if (const auto known = call.store.token(scope, *request.client_token)) return answer_again(call, *known, hash);
  }
  BERTH_TRY(record, usable_task_definition(call, *request.task_definition));
  BERTH_TRY(launch, checked_launch(call, *cluster, request.launch_type, request.capacity_provider_strategy, request.platform_version));
  BERTH_TRY(policy, checked_placement(request.placement_constraints, request.placement_strategy, launch.is_fargate()));
  if (auto error = refused_definition(record->definition, launch)) return *error;
  if (auto error = wrong_network(record->definition, request.network_configuration, launch)) return *error;
  const api::TaskOverride overrides = request.overrides.value_or(api::TaskOverride{});
  if (auto error = wrong_overrides(overrides, record->definition)) return *error;
  BERTH_TRY(tags, checked_tags(request.tags));
  const TaskOrder order{.cluster = *cluster,
                        .parts = {.definition = record, .overrides = overrides, .tags = tags_of(request, std::move(tags), *cluster, *record)},
                        .requirements = requirements_of(record->definition, overrides),
                        .group = group_of(request.group, *record),
                        .started_by = request.started_by.value_or("")};
  policy.group = order.group;
  api::RunTaskResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  std::map<std::string, std::int64_t> given;
  for (std::int64_t i = 0; i < request.count.value_or(1); ++i) {
    const std::string provider = scheduler::next_provider(launch.providers, given);
    ++given[provider];
    std::string instance;
    if (launch.needs_instance()) {
      const auto placement = scheduler::place(order.requirements, policy, instance_loads(call.store, cluster->name));
      if (const auto* failed = std::get_if<scheduler::NotPlaced>(&placement)) {
        add_failures(*failed, *response.failures);
        break;
      }
      instance = std::get<scheduler::Placed>(placement).instance_id;
    }
    response.tasks->push_back(present_task(call, put_task(call, order, launch.launch_type, provider, instance), Tags::show));
  }
  if (request.client_token) {
    TokenRecord made{.request_hash = hash};
    for (const api::Task& task : *response.tasks) made.arns.push_back(*task.task_arn);
    call.store.put_token(scope, *request.client_token, made, call.now);
  }
  return response;
}

Result<api::StartTaskResponse> start_task(Call& call, const api::StartTaskRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  if (auto error = refused_exec(request.enable_execute_command)) return *error;
  if (auto error = refused_list("volumeConfigurations", request.volume_configurations)) return *error;
  if (request.propagate_tags == "SERVICE") return invalid_parameter("propagateTags SERVICE is only for services.");
  BERTH_TRY(record, usable_task_definition(call, *request.task_definition));
  const Launch launch;
  if (auto error = refused_definition(record->definition, launch)) return *error;
  if (auto error = wrong_network(record->definition, request.network_configuration, launch)) return *error;
  const api::TaskOverride overrides = request.overrides.value_or(api::TaskOverride{});
  if (auto error = wrong_overrides(overrides, record->definition)) return *error;
  BERTH_TRY(tags, checked_tags(request.tags));
  if (request.propagate_tags == "TASK_DEFINITION") tags = merge_tags(std::move(tags), record->tags);
  if (request.enable_ecs_managed_tags.value_or(false)) tags.push_back({"aws:ecs:clusterName", cluster->name});
  const TaskOrder order{.cluster = *cluster,
                        .parts = {.definition = record, .overrides = overrides, .tags = std::move(tags)},
                        .requirements = requirements_of(record->definition, overrides),
                        .group = group_of(request.group, *record),
                        .started_by = request.started_by.value_or("")};
  api::StartTaskResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  for (const std::string& text : *request.container_instances) {
    BERTH_TRY(id, local_name(call, text, "container-instance", cluster->name));
    const Ref<scheduler::Instance> instance = call.store.instance(id);
    if (!instance || instance->cluster_arn != cluster->arn) {
      response.failures->push_back(missing(call.config.arns.container_instance(cluster->name, id)));
      continue;
    }
    // Constraints are for whoever chooses; here the caller has chosen.
    scheduler::TaskRequirements needs = order.requirements;
    needs.constraints.clear();
    if (const auto rejection = scheduler::rejection_of(needs, {.group = order.group}, call.store.load_of(*instance))) {
      response.failures->push_back({.arn = rejection->instance_arn, .reason = rejection->reason, .detail = rejection->detail});
      continue;
    }
    response.tasks->push_back(present_task(call, put_task(call, order, "EC2", "", id), Tags::show));
  }
  return response;
}

Result<api::StopTaskResponse> stop_task(Call& call, const api::StopTaskRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(current, find_task(call, *cluster, *request.task));
  scheduler::Task task = *current;
  const std::string reason = request.reason && !request.reason->empty() ? *request.reason : "Task stopped by user";
  if (scheduler::request_stop(task, scheduler::StopCode::UserInitiated, reason, call.now).any) call.store.put_task(task);
  return api::StopTaskResponse{.task = present_task(call, task, Tags::show)};
}

Result<api::DescribeTasksResponse> describe_tasks(Call& call, const api::DescribeTasksRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  if (request.tasks->empty()) return invalid_parameter("Tasks cannot be empty.");
  const Tags tags = includes(request.include, "TAGS") ? Tags::show : Tags::hide;
  api::DescribeTasksResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  for (const std::string& text : *request.tasks) {
    BERTH_TRY(id, local_name(call, text, "task", cluster->name));
    const Ref<scheduler::Task> task = call.store.task(id);
    if (task && task->cluster_arn == cluster->arn) {
      response.tasks->push_back(present_task(call, *task, tags));
    } else {
      response.failures->push_back(missing(call.config.arns.task(cluster->name, id)));
    }
  }
  return response;
}

Result<api::ListTasksResponse> list_tasks(Call& call, const api::ListTasksRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(cursor, page_cursor(request.next_token));
  const bool other_filter = request.service_name || request.family || request.container_instance;
  if (request.started_by && other_filter) return invalid_parameter("startedBy can not be combined with other filters.");
  const std::size_t size = page_size(request.max_results);
  Store::TaskFilter filter{.cluster = cluster->name};
  if (request.service_name) {
    BERTH_TRY(service, local_name(call, *request.service_name, "service", cluster->name));
    if (!call.store.service({cluster->name, service})) return Error{"ServiceNotFoundException", "Service not found."};
    filter.service = service;
  }
  if (request.container_instance) {
    BERTH_TRY(instance, local_name(call, *request.container_instance, "container-instance", cluster->name));
    filter.instance_id = instance;
  }
  filter.family = request.family;
  filter.started_by = request.started_by;
  filter.launch_type = request.launch_type;
  filter.desired_status = request.desired_status.value_or("RUNNING");
  filter.after = cursor;
  filter.limit = size + 1;
  std::vector<std::string> ids = call.store.list_tasks(filter);
  api::ListTasksResponse response;
  response.next_token = cut_page(ids, size, [](const std::string& id) { return id; });
  response.task_arns.emplace();
  for (const std::string& id : ids) response.task_arns->push_back(call.config.arns.task(cluster->name, id));
  return response;
}

}  // namespace berth::engine
