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
  if (auto error = refused_launch(request.launch_type, request.capacity_provider_strategy, request.platform_version, request.enable_execute_command)) {
    return error;
  }
  if (auto error = refused_placement(request.placement_constraints, request.placement_strategy)) return error;
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

api::Failure placement_failure(const scheduler::NotPlaced& result) {
  if (result.rejections.empty()) return {.reason = "No Container Instances were found in your cluster."};
  return {.arn = result.rejections.front().instance_arn, .reason = result.rejections.front().reason};
}

/// Places and stores one task, or says why not.
std::optional<api::Failure> start_one(Call& call, const api::RunTaskRequest& request, const Cluster& cluster, const NewTask& parts,
                                      std::vector<api::Task>& started) {
  const scheduler::TaskRequirements requirements = requirements_of(parts.definition->definition, parts.overrides);
  const auto loads = instance_loads(call.store, cluster.name, 0);
  const scheduler::Placement placement = scheduler::place(requirements, loads);
  if (const auto* failed = std::get_if<scheduler::NotPlaced>(&placement)) return placement_failure(*failed);
  scheduler::Task task;
  task.id = call.random.hex(32);
  task.cluster_arn = cluster.arn;
  task.task_definition_arn = *parts.definition->definition.task_definition_arn;
  task.group = request.group.value_or("");
  task.started_by = request.started_by.value_or("");
  task.instance_id = std::get<scheduler::Placed>(placement).instance_id;
  task.reserved = requirements.resources;
  task.created_at = call.now;
  fill_task(call, parts, task);
  put_new_task(call, parts, task);
  started.push_back(present_task(call, task, Tags::show));
  return std::nullopt;
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
  if (auto error = refused_definition(record->definition)) return *error;
  if (auto error = wrong_network(record->definition, request.network_configuration)) return *error;
  const api::TaskOverride overrides = request.overrides.value_or(api::TaskOverride{});
  if (auto error = wrong_overrides(overrides, record->definition)) return *error;
  BERTH_TRY(tags, checked_tags(request.tags));
  const NewTask parts{.definition = record, .overrides = overrides, .tags = tags_of(request, std::move(tags), *cluster, *record)};
  api::RunTaskResponse response;
  response.tasks.emplace();
  response.failures.emplace();
  for (std::int64_t i = 0; i < request.count.value_or(1); ++i) {
    if (auto failure = start_one(call, request, *cluster, parts, *response.tasks)) response.failures->push_back(std::move(*failure));
  }
  if (request.client_token) {
    TokenRecord made{.request_hash = hash};
    for (const api::Task& task : *response.tasks) made.arns.push_back(*task.task_arn);
    call.store.put_token(scope, *request.client_token, made, call.now);
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
