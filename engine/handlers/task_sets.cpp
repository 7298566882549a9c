#include <fmt/format.h>

#include "api/codec.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/present.h"
#include "engine/handlers/resolve.h"
#include "engine/handlers/service_rules.h"
#include "scheduler/deployment.h"

// Services whose caller deploys: CreateTaskSet and what follows it. A task set is one of the service's deployments that nobody rolls.
namespace berth::engine {
namespace {

constexpr std::size_t kMostTaskSets = 5;

/// An ACTIVE service with the controller EXTERNAL.
Result<Ref<scheduler::Service>> external_service(Call& call, const Cluster& cluster, const std::string& text) {
  BERTH_TRY(service, find_service(call, cluster, text));
  if (service->status != scheduler::ServiceStatus::Active) return Error{"ServiceNotActiveException", "Service was not ACTIVE."};
  if (service->controller == scheduler::DeploymentController::External) return service;
  return invalid_parameter("Amazon ECS only supports task set management on services configured to use external deployment controllers.");
}

/// `ecs-svc/…`, from the id or from an ARN of a task set of this service.
Result<std::string> task_set_id(const Call& call, const scheduler::Service& service, const std::string& text) {
  if (!api::looks_like_arn(text)) return text;
  const auto arn = api::parse_arn(text);
  const std::string id = arn && arn->parts.size() == 4 ? arn->parts[2] + "/" + arn->parts[3] : "";
  if (!id.empty() && text == call.config.arns.task_set(cluster_name_of(service.cluster_arn), service.name, id)) return id;
  return invalid_parameter(fmt::format("Invalid task set identifier: {}", text));
}

Result<scheduler::Deployment*> find_set(const Call& call, scheduler::Service& service, const std::string& text) {
  BERTH_TRY(id, task_set_id(call, service, text));
  if (scheduler::Deployment* set = scheduler::find_task_set(service, id)) return set;
  return Error{"TaskSetNotFoundException", "The specified task set was not found."};
}

Result<double> checked_scale(const api::Scale& scale) {
  const double value = scale.value.value_or(0);
  if (value >= 0 && value <= 100) return value;
  return invalid_parameter("The scale of a task set must be between 0 and 100 percent.");
}

std::string request_hash(api::CreateTaskSetRequest request) {
  request.client_token.reset();
  return hash_of(api::encode(request));
}

Result<scheduler::Deployment> new_task_set(Call& call, const api::CreateTaskSetRequest& request, const Cluster& cluster, const scheduler::Service& service) {
  if (auto error = refused_list("loadBalancers", request.load_balancers)) return *error;
  if (auto error = refused_list("serviceRegistries", request.service_registries)) return *error;
  BERTH_TRY(launch, checked_launch(call, cluster, request.launch_type, request.capacity_provider_strategy, request.platform_version));
  if (launch.is_fargate() && !(service.placement_constraints.empty() && service.placement_strategy.empty())) {
    return invalid_parameter("The service has placement constraints or strategies, which are not supported with the launch type FARGATE.");
  }
  BERTH_TRY(record, usable_task_definition(call, *request.task_definition));
  if (auto error = refused_definition(record->definition, launch)) return *error;
  if (auto error = wrong_network(record->definition, request.network_configuration, launch)) return *error;
  scheduler::TaskSetPart part;
  BERTH_TRY(scale, checked_scale(request.scale.value_or(api::Scale{})));
  part.scale = scale;
  BERTH_TRY(tags, checked_tags(request.tags));
  part.tags = std::move(tags);
  part.external_id = request.external_id.value_or("");
  if (launch.is_fargate()) part.platform_version = request.platform_version.value_or("LATEST");
  if (service.deployments.size() >= kMostTaskSets) {
    return invalid_parameter(fmt::format("{} deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.",
                                         service.deployments.size()));
  }
  scheduler::Deployment set;
  set.id = scheduler::new_deployment_id(call.random);
  set.task_definition_arn = *record->definition.task_definition_arn;
  set.launch_type = launch.launch_type;
  set.capacity_providers = launch.providers;
  if (request.network_configuration) set.extra["networkConfiguration"] = api::encode(*request.network_configuration);
  set.task_set = std::move(part);
  return set;
}

}  // namespace

Result<api::CreateTaskSetResponse> create_task_set(Call& call, const api::CreateTaskSetRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(current, external_service(call, *cluster, *request.service));
  const std::string scope = fmt::format("CreateTaskSet {}/{}", cluster->name, current->name);
  const std::string token = request.client_token.value_or("");
  const std::string hash = request_hash(request);
  if (const auto known = token.empty() ? std::nullopt : call.store.token(scope, token)) {
    if (known->request_hash != hash) return invalid_parameter("Creation of task set was not idempotent.");
    for (const scheduler::Deployment& made : current->deployments) {
      if (made.id == known->arns.front()) return api::CreateTaskSetResponse{.task_set = present_task_set(call, *current, made, Tags::show)};
    }
    // A request that is repeated late must not bring back what was deleted meanwhile.
    return Error{"TaskSetNotFoundException", "The task set that was created with this client token was deleted."};
  }
  BERTH_TRY(set, new_task_set(call, request, *cluster, *current));
  scheduler::Service service = *current;
  if (!token.empty()) call.store.put_token(scope, token, {.request_hash = hash, .arns = {set.id}}, call.now);
  scheduler::begin_task_set(service, std::move(set), call.now);
  call.store.put_service(service);
  return api::CreateTaskSetResponse{.task_set = present_task_set(call, service, service.deployments.front(), Tags::show)};
}

Result<api::DescribeTaskSetsResponse> describe_task_sets(Call& call, const api::DescribeTaskSetsRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(service, external_service(call, *cluster, *request.service));
  const Tags tags = includes(request.include, "TAGS") ? Tags::show : Tags::hide;
  api::DescribeTaskSetsResponse response;
  response.task_sets.emplace();
  response.failures.emplace();
  if (!request.task_sets || request.task_sets->empty()) {
    for (const scheduler::Deployment& set : service->deployments) response.task_sets->push_back(present_task_set(call, *service, set, tags));
    return response;
  }
  for (const std::string& text : *request.task_sets) {
    BERTH_TRY(id, task_set_id(call, *service, text));
    if (const scheduler::Deployment* set = scheduler::find_task_set(*service, id)) {
      response.task_sets->push_back(present_task_set(call, *service, *set, tags));
    } else {
      response.failures->push_back(missing(call.config.arns.task_set(cluster->name, service->name, id)));
    }
  }
  return response;
}

Result<api::UpdateTaskSetResponse> update_task_set(Call& call, const api::UpdateTaskSetRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(current, external_service(call, *cluster, *request.service));
  scheduler::Service service = *current;
  BERTH_TRY(set, find_set(call, service, *request.task_set));
  if (!request.scale->value) return invalid_parameter("The value of the scale can not be null.");
  BERTH_TRY(scale, checked_scale(*request.scale));
  if (set->status == scheduler::DeploymentStatus::Draining) return invalid_parameter("The task set is being deleted and can not be updated.");
  scheduler::scale_task_set(service, *set, scale, call.now);
  call.store.put_service(service);
  return api::UpdateTaskSetResponse{.task_set = present_task_set(call, service, *set, Tags::hide)};
}

Result<api::UpdateServicePrimaryTaskSetResponse> update_service_primary_task_set(Call& call, const api::UpdateServicePrimaryTaskSetRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(current, external_service(call, *cluster, *request.service));
  scheduler::Service service = *current;
  BERTH_TRY(set, find_set(call, service, *request.primary_task_set));
  if (set->status == scheduler::DeploymentStatus::Draining) return invalid_parameter("The task set is being deleted and can not become the primary one.");
  scheduler::make_primary(service, set->id, call.now);
  call.store.put_service(service);
  return api::UpdateServicePrimaryTaskSetResponse{.task_set = present_task_set(call, service, *set, Tags::hide)};
}

Result<api::DeleteTaskSetResponse> delete_task_set(Call& call, const api::DeleteTaskSetRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(current, external_service(call, *cluster, *request.service));
  scheduler::Service service = *current;
  BERTH_TRY(set, find_set(call, service, *request.task_set));
  if (!request.force.value_or(false)) {
    if (set->status == scheduler::DeploymentStatus::Primary) return invalid_parameter("The primary task set can not be deleted without force.");
    if (set->task_set->scale > 0) return invalid_parameter("The task set can not be deleted while it is scaled above 0.");
  }
  if (set->status != scheduler::DeploymentStatus::Draining) scheduler::begin_delete(*set, call.now);
  call.store.put_service(service);
  return api::DeleteTaskSetResponse{.task_set = present_task_set(call, service, *set, Tags::hide)};
}

}  // namespace berth::engine
