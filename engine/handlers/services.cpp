#include <fmt/format.h>

#include "api/codec.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/present.h"
#include "engine/handlers/resolve.h"
#include "engine/handlers/service_rules.h"
#include "scheduler/deployment.h"

namespace berth::engine {
namespace {

/// ECS pages services by ten.
constexpr std::size_t kServicePage = 10;

/// What CreateService and UpdateService have in common and this engine does not carry out.
template <class Request>
std::optional<Error> refused_in_both(const Request& request) {
  if (auto error = refused_placement(request.placement_constraints, request.placement_strategy)) return error;
  if (auto error = refused_deployment(request.deployment_configuration, request.deployment_controller)) return error;
  if (auto error = refused_list("loadBalancers", request.load_balancers)) return error;
  if (auto error = refused_list("serviceRegistries", request.service_registries)) return error;
  if (auto error = refused_list("volumeConfigurations", request.volume_configurations)) return error;
  if (auto error = refused_list("vpcLatticeConfigurations", request.vpc_lattice_configurations)) return error;
  return refused_service_connect(request.service_connect_configuration);
}

std::optional<Error> refused(const api::CreateServiceRequest& request) {
  if (auto error = refused_launch(request.launch_type, request.capacity_provider_strategy, request.platform_version, request.enable_execute_command)) {
    return error;
  }
  if (auto error = refused_in_both(request)) return error;
  if (request.scheduling_strategy == "DAEMON") return unsupported("schedulingStrategy DAEMON");
  if (request.role && !request.role->empty()) return unsupported("role");
  return std::nullopt;
}

std::optional<Error> refused(const api::UpdateServiceRequest& request) {
  if (auto error = refused_launch(std::nullopt, request.capacity_provider_strategy, request.platform_version, request.enable_execute_command)) {
    return error;
  }
  return refused_in_both(request);
}

/// A deployment of the service as it stands: with its definition, network and a fresh id.
scheduler::Deployment deployment_of(Call& call, const std::string& task_definition_arn, const Json& service_extra) {
  scheduler::Deployment deployment;
  deployment.id = scheduler::new_deployment_id(call.random);
  deployment.task_definition_arn = task_definition_arn;
  if (service_extra.contains("networkConfiguration")) deployment.extra["networkConfiguration"] = service_extra["networkConfiguration"];
  return deployment;
}

template <class T>
void keep_list(Json& extra, const char* name, const std::optional<std::vector<T>>& list) {
  if (!list) return;
  extra[name] = Json::array();
  for (const T& item : *list) extra[name].push_back(api::encode(item));
}

/// What makes two requests equal: all but the token.
std::string request_hash(api::CreateServiceRequest request) {
  request.client_token.reset();
  return hash_of(api::encode(request));
}

Result<scheduler::Service> new_service(Call& call, const api::CreateServiceRequest& request, const Cluster& cluster) {
  if (!request.task_definition || request.task_definition->empty()) return invalid_parameter("TaskDefinition can not be blank.");
  if (!request.desired_count) return invalid_parameter("desiredCount can not be null for the scheduling strategy REPLICA.");
  BERTH_TRY(record, usable_task_definition(call, *request.task_definition));
  if (auto error = refused_definition(record->definition)) return *error;
  if (auto error = wrong_network(record->definition, request.network_configuration)) return *error;
  BERTH_TRY(tags, checked_tags(request.tags));
  scheduler::Service service;
  service.name = *request.service_name;
  service.arn = call.config.arns.service(cluster.name, service.name);
  service.cluster_arn = cluster.arn;
  service.desired_count = *request.desired_count;
  BERTH_TRY_VOID(merge_deployment_configuration(request.deployment_configuration, service.deployment_configuration));
  service.health_check_grace_period_seconds = request.health_check_grace_period_seconds;
  service.propagate_tags = request.propagate_tags.value_or("NONE");
  service.enable_ecs_managed_tags = request.enable_ecs_managed_tags.value_or(false);
  service.created_at = call.now;
  service.created_by = fmt::format("arn:aws:iam::{}:root", call.config.arns.account);
  service.tags = std::move(tags);
  keep_list(service.extra, "placementStrategy", request.placement_strategy);
  if (request.network_configuration) service.extra["networkConfiguration"] = api::encode(*request.network_configuration);
  service.extra["availabilityZoneRebalancing"] = request.availability_zone_rebalancing.value_or("DISABLED");
  service.extra["requestHash"] = request_hash(request);
  scheduler::begin_deployment(service, deployment_of(call, *record->definition.task_definition_arn, service.extra), call.now);
  return service;
}

Result<Ref<scheduler::Service>> find_service(Call& call, const Cluster& cluster, const std::string& text) {
  BERTH_TRY(name, local_name(call, text, "service", cluster.name));
  if (auto service = call.store.service({cluster.name, name})) return service;
  return Error{"ServiceNotFoundException", "Service not found."};
}

}  // namespace

Result<api::CreateServiceResponse> create_service(Call& call, const api::CreateServiceRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  if (auto error = refused(request)) return *error;
  const Ref<scheduler::Service> existing = call.store.service({cluster->name, *request.service_name});
  if (existing && existing->status == scheduler::ServiceStatus::Draining) {
    return invalid_parameter("Unable to Start a service that is still Draining.");
  }
  if (existing && existing->status == scheduler::ServiceStatus::Active) {
    if (existing->extra.value("requestHash", "") == request_hash(request)) {
      return api::CreateServiceResponse{.service = present_service(call, *existing, Tags::show)};
    }
    return invalid_parameter("Creation of service was not idempotent.");
  }
  BERTH_TRY(service, new_service(call, request, *cluster));
  call.store.put_service(service);
  return api::CreateServiceResponse{.service = present_service(call, service, Tags::show)};
}

Result<api::UpdateServiceResponse> update_service(Call& call, const api::UpdateServiceRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(current, find_service(call, *cluster, *request.service));
  if (current->status != scheduler::ServiceStatus::Active) return Error{"ServiceNotActiveException", "Service was not ACTIVE."};
  if (auto error = refused(request)) return *error;
  scheduler::Service service = *current;
  bool deploy = request.force_new_deployment.value_or(false);
  std::string task_definition_arn = service.task_definition_arn;
  Ref<TaskDefinitionRecord> record = call.store.task_definition(task_definition_arn);
  if (request.task_definition && !request.task_definition->empty()) {
    BERTH_TRY(found, usable_task_definition(call, *request.task_definition));
    if (auto error = refused_definition(found->definition)) return *error;
    record = found;
    task_definition_arn = *record->definition.task_definition_arn;
    deploy = deploy || task_definition_arn != service.task_definition_arn;
  }
  if (request.network_configuration) {
    const Json network = api::encode(*request.network_configuration);
    deploy = deploy || service.extra.value("networkConfiguration", Json()) != network;
    service.extra["networkConfiguration"] = network;
  }
  if (deploy) {
    std::optional<api::NetworkConfiguration> network;
    if (service.extra.contains("networkConfiguration")) {
      BERTH_TRY(kept, api::decode<api::NetworkConfiguration>(service.extra["networkConfiguration"]));
      network = std::move(kept);
    }
    if (auto error = wrong_network(record->definition, network)) return *error;
  }
  BERTH_TRY_VOID(merge_deployment_configuration(request.deployment_configuration, service.deployment_configuration));
  if (request.health_check_grace_period_seconds) service.health_check_grace_period_seconds = request.health_check_grace_period_seconds;
  if (request.propagate_tags) service.propagate_tags = *request.propagate_tags;
  if (request.enable_ecs_managed_tags) service.enable_ecs_managed_tags = *request.enable_ecs_managed_tags;
  if (request.availability_zone_rebalancing) service.extra["availabilityZoneRebalancing"] = *request.availability_zone_rebalancing;
  keep_list(service.extra, "placementStrategy", request.placement_strategy);
  if (request.desired_count) scheduler::set_desired_count(service, *request.desired_count, call.now);
  if (deploy) scheduler::begin_deployment(service, deployment_of(call, task_definition_arn, service.extra), call.now);
  // Creating it again with the parameters of its first creation is not idempotent any more.
  if (service != *current) service.extra["requestHash"] = "";
  call.store.put_service(service);
  return api::UpdateServiceResponse{.service = present_service(call, service, Tags::hide)};
}

Result<api::DescribeServicesResponse> describe_services(Call& call, const api::DescribeServicesRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  if (request.services->empty()) return invalid_parameter("Services cannot be empty.");
  const Tags tags = includes(request.include, "TAGS") ? Tags::show : Tags::hide;
  api::DescribeServicesResponse response;
  response.services.emplace();
  response.failures.emplace();
  for (const std::string& text : *request.services) {
    BERTH_TRY(name, local_name(call, text, "service", cluster->name));
    if (const auto service = call.store.service({cluster->name, name})) {
      response.services->push_back(present_service(call, *service, tags));
    } else {
      response.failures->push_back(missing(call.config.arns.service(cluster->name, name)));
    }
  }
  return response;
}

Result<api::ListServicesResponse> list_services(Call& call, const api::ListServicesRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(cursor, page_cursor(request.next_token));
  api::ListServicesResponse response;
  response.service_arns.emplace();
  const bool none = request.launch_type.value_or("EC2") != "EC2" || request.scheduling_strategy.value_or("REPLICA") != "REPLICA" ||
                    request.resource_management_type.value_or("CUSTOMER") != "CUSTOMER";
  if (none) return response;
  const std::size_t size = page_size(request.max_results, kServicePage);
  std::vector<std::string> names = call.store.active_services(cluster->name, cursor, size + 1);
  response.next_token = cut_page(names, size, [](const std::string& name) { return name; });
  for (const std::string& name : names) response.service_arns->push_back(call.config.arns.service(cluster->name, name));
  return response;
}

Result<api::DeleteServiceResponse> delete_service(Call& call, const api::DeleteServiceRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(current, find_service(call, *cluster, *request.service));
  if (current->status == scheduler::ServiceStatus::Inactive) return Error{"ServiceNotFoundException", "Service not found."};
  if (current->status == scheduler::ServiceStatus::Draining) {
    return api::DeleteServiceResponse{.service = present_service(call, *current, Tags::hide)};
  }
  if (current->desired_count > 0 && !request.force.value_or(false)) {
    return invalid_parameter("The service cannot be stopped while it is scaled above 0.");
  }
  scheduler::Service service = *current;
  scheduler::begin_delete(service, call.now);
  call.store.put_service(service);
  return api::DeleteServiceResponse{.service = present_service(call, service, Tags::hide)};
}

}  // namespace berth::engine
