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
constexpr const char* kNotIdempotent = "Creation of service was not idempotent.";

/// ECS's quota of tasks per service. Tasks on Fargate take no room that would end a larger number.
constexpr std::int64_t kMostTasks = 5'000;

/// What CreateService and UpdateService have in common and this engine does not carry out.
template <class Request>
std::optional<Error> refused_in_both(const Request& request) {
  if (auto error = refused_exec(request.enable_execute_command)) return error;
  if (request.desired_count.value_or(0) > kMostTasks) return invalid_parameter(fmt::format("A service can have at most {} tasks.", kMostTasks));
  if (auto error = refused_deployment(request.deployment_configuration)) return error;
  if (auto error = refused_list("loadBalancers", request.load_balancers)) return error;
  if (auto error = refused_list("serviceRegistries", request.service_registries)) return error;
  if (auto error = refused_list("volumeConfigurations", request.volume_configurations)) return error;
  if (auto error = refused_list("vpcLatticeConfigurations", request.vpc_lattice_configurations)) return error;
  return refused_service_connect(request.service_connect_configuration);
}

std::optional<Error> refused(const api::CreateServiceRequest& request) {
  if (auto error = refused_in_both(request)) return error;
  if (request.role && !request.role->empty()) return unsupported("role");
  if (request.deployment_controller && *request.deployment_controller->type == "CODE_DEPLOY") return unsupported("deploymentController CODE_DEPLOY");
  return std::nullopt;
}

/// A new deployment of the service as it stands: with its launch type, network and a fresh id; and its entry in the history.
void deploy(Call& call, scheduler::Service& service, const std::string& task_definition_arn) {
  constexpr std::size_t kRecordDigits = 21;
  scheduler::Deployment deployment;
  deployment.id = scheduler::new_deployment_id(call.random);
  deployment.task_definition_arn = task_definition_arn;
  deployment.launch_type = service.launch_type;
  deployment.capacity_providers = service.capacity_providers;
  if (service.extra.contains("networkConfiguration")) deployment.extra["networkConfiguration"] = service.extra["networkConfiguration"];
  const std::string revision = scheduler::new_deployment_id(call.random).substr(std::string_view("ecs-svc/").size());
  scheduler::begin_deployment(service, std::move(deployment), call.now);
  scheduler::record_deployment(service, call.random.hex(kRecordDigits), revision, call.now);
}

/// DAEMON services run one task per instance: no count, no strategy, no Fargate. Source: ecs.md 2.1.
std::optional<Error> wrong_daemon(const api::CreateServiceRequest& request, const Launch& launch) {
  if (request.desired_count) return invalid_parameter("The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again.");
  if (request.placement_strategy && !request.placement_strategy->empty()) {
    return invalid_parameter("Placement strategies are not supported with the scheduling strategy DAEMON.");
  }
  if (launch.is_fargate() || !launch.providers.empty()) {
    return invalid_parameter("The scheduling strategy DAEMON is not supported with Fargate or capacity providers.");
  }
  const auto& configuration = request.deployment_configuration;
  if (configuration && configuration->maximum_percent.value_or(100) != 100) {
    return invalid_parameter("The scheduling strategy DAEMON supports only the maximumPercent 100.");
  }
  return std::nullopt;
}

Launch launch_of(const scheduler::Service& service) { return {.launch_type = service.launch_type, .providers = service.capacity_providers}; }

/// What makes two requests equal: all but the token.
std::string request_hash(api::CreateServiceRequest request) {
  request.client_token.reset();
  return hash_of(api::encode(request));
}

bool is_external(const api::CreateServiceRequest& request) { return request.deployment_controller && *request.deployment_controller->type == "EXTERNAL"; }

/// What every service has, whoever deploys it.
scheduler::Service service_of(const Call& call, const api::CreateServiceRequest& request, const Cluster& cluster, scheduler::PlacementPolicy policy,
                              std::vector<scheduler::Tag> tags) {
  scheduler::Service service;
  service.name = *request.service_name;
  service.arn = call.config.arns.service(cluster.name, service.name);
  service.cluster_arn = cluster.arn;
  service.desired_count = request.desired_count.value_or(0);
  service.placement_constraints = std::move(policy.constraints);
  service.placement_strategy = std::move(policy.strategies);
  service.health_check_grace_period_seconds = request.health_check_grace_period_seconds;
  service.propagate_tags = request.propagate_tags.value_or("NONE");
  service.enable_ecs_managed_tags = request.enable_ecs_managed_tags.value_or(false);
  service.created_at = call.now;
  service.created_by = fmt::format("arn:aws:iam::{}:root", call.config.arns.account);
  service.tags = std::move(tags);
  service.extra["availabilityZoneRebalancing"] = request.availability_zone_rebalancing.value_or("DISABLED");
  return service;
}

/// A service that has no tasks until it gets task sets.
Result<scheduler::Service> new_external_service(Call& call, const api::CreateServiceRequest& request, const Cluster& cluster) {
  if (auto error = left_to_task_sets(request)) return *error;
  BERTH_TRY(policy, checked_placement(request.placement_constraints, request.placement_strategy, false));
  BERTH_TRY(tags, checked_tags(request.tags));
  scheduler::Service service = service_of(call, request, cluster, std::move(policy), std::move(tags));
  service.controller = scheduler::DeploymentController::External;
  return service;
}

Result<scheduler::Service> new_service(Call& call, const api::CreateServiceRequest& request, const Cluster& cluster) {
  if (!request.task_definition || request.task_definition->empty()) return invalid_parameter("TaskDefinition can not be blank.");
  const bool daemon = request.scheduling_strategy == "DAEMON";
  BERTH_TRY(launch, checked_launch(call, cluster, request.launch_type, request.capacity_provider_strategy, request.platform_version));
  BERTH_TRY(policy, checked_placement(request.placement_constraints, request.placement_strategy, launch.is_fargate()));
  if (daemon) {
    if (auto error = wrong_daemon(request, launch)) return *error;
  } else if (!request.desired_count) {
    return invalid_parameter("desiredCount can not be null for the scheduling strategy REPLICA.");
  }
  BERTH_TRY(record, usable_task_definition(call, *request.task_definition));
  if (auto error = refused_definition(record->definition, launch)) return *error;
  if (auto error = wrong_network(record->definition, request.network_configuration, launch)) return *error;
  BERTH_TRY(tags, checked_tags(request.tags));
  scheduler::Service service = service_of(call, request, cluster, std::move(policy), std::move(tags));
  service.launch_type = launch.launch_type;
  service.capacity_providers = launch.providers;
  if (daemon) {
    service.scheduling_strategy = scheduler::SchedulingStrategy::Daemon;
    service.deployment_configuration.minimum_healthy_percent = 0;
    service.deployment_configuration.maximum_percent = 100;
  }
  BERTH_TRY_VOID(merge_deployment_configuration(request.deployment_configuration, service.deployment_configuration));
  if (launch.is_fargate()) service.extra["platformVersion"] = request.platform_version.value_or("LATEST");
  if (request.network_configuration) service.extra["networkConfiguration"] = api::encode(*request.network_configuration);
  deploy(call, service, *record->definition.task_definition_arn);
  return service;
}

}  // namespace

Result<api::CreateServiceResponse> create_service(Call& call, const api::CreateServiceRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  if (auto error = refused(request)) return *error;
  const std::string scope = "CreateService " + cluster->name;
  const std::string hash = request_hash(request);
  const std::string token = request.client_token.value_or("");
  if (const auto known = token.empty() ? std::nullopt : call.store.token(scope, token)) {
    if (known->request_hash != hash) return invalid_parameter(kNotIdempotent);
    // As it is now: a repeated request is answered, whatever was done to the service since, and never makes it anew.
    if (const auto made = call.store.service({cluster->name, *request.service_name})) {
      return api::CreateServiceResponse{.service = present_service(call, *made, Tags::show)};
    }
  }
  const Ref<scheduler::Service> existing = call.store.service({cluster->name, *request.service_name});
  if (existing && existing->status == scheduler::ServiceStatus::Draining) {
    return invalid_parameter("Unable to Start a service that is still Draining.");
  }
  if (existing && existing->status == scheduler::ServiceStatus::Active) {
    if (existing->extra.value("requestHash", "") == hash) {
      return api::CreateServiceResponse{.service = present_service(call, *existing, Tags::show)};
    }
    return invalid_parameter(kNotIdempotent);
  }
  BERTH_TRY(service, is_external(request) ? new_external_service(call, request, *cluster) : new_service(call, request, *cluster));
  service.extra["requestHash"] = hash;
  call.store.put_service(service);
  if (!token.empty()) call.store.put_token(scope, token, {.request_hash = hash, .arns = {service.arn}}, call.now);
  return api::CreateServiceResponse{.service = present_service(call, service, Tags::show)};
}

Result<api::UpdateServiceResponse> update_service(Call& call, const api::UpdateServiceRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(current, find_service(call, *cluster, *request.service));
  if (current->status != scheduler::ServiceStatus::Active) return Error{"ServiceNotActiveException", "Service was not ACTIVE."};
  if (auto error = refused_in_both(request)) return *error;
  if (request.deployment_controller && *request.deployment_controller->type != name_of(current->controller)) {
    return unsupported("A change of deploymentController to " + *request.deployment_controller->type);
  }
  if (current->controller == scheduler::DeploymentController::External) {
    if (auto error = left_to_task_sets(request)) return *error;
  }
  scheduler::Service service = *current;
  const bool daemon = service.scheduling_strategy == scheduler::SchedulingStrategy::Daemon;
  if (daemon && request.desired_count) return invalid_parameter("The daemon scheduling strategy does not support a desired count for services.");
  bool anew = request.force_new_deployment.value_or(false);
  if (request.capacity_provider_strategy) {
    if (!anew) return invalid_parameter("A change of the capacity provider strategy needs forceNewDeployment.");
    BERTH_TRY(launch, checked_launch(call, *cluster, std::nullopt, request.capacity_provider_strategy, std::nullopt));
    if (!launch.providers.empty()) service.launch_type = launch.launch_type;
    service.capacity_providers = launch.providers;
  }
  const Launch launch = launch_of(service);
  BERTH_TRY(checked, checked_launch(call, *cluster, service.launch_type, std::nullopt, request.platform_version));
  if (checked.is_fargate() && request.platform_version) {
    anew = anew || service.extra.value("platformVersion", "") != *request.platform_version;
    service.extra["platformVersion"] = *request.platform_version;
  }
  BERTH_TRY(policy, checked_placement(request.placement_constraints, request.placement_strategy, launch.is_fargate()));
  if (request.placement_constraints) service.placement_constraints = policy.constraints;
  if (request.placement_strategy) service.placement_strategy = policy.strategies;
  std::string task_definition_arn = service.task_definition_arn;
  Ref<TaskDefinitionRecord> record = call.store.task_definition(task_definition_arn);
  if (request.task_definition && !request.task_definition->empty()) {
    BERTH_TRY(found, usable_task_definition(call, *request.task_definition));
    record = found;
    task_definition_arn = *record->definition.task_definition_arn;
    anew = anew || task_definition_arn != service.task_definition_arn;
  }
  if (request.network_configuration) {
    const Json network = api::encode(*request.network_configuration);
    anew = anew || service.extra.value("networkConfiguration", Json()) != network;
    service.extra["networkConfiguration"] = network;
  }
  if (anew) {
    if (auto error = refused_definition(record->definition, launch)) return *error;
    std::optional<api::NetworkConfiguration> network;
    if (service.extra.contains("networkConfiguration")) {
      BERTH_TRY(kept, api::decode<api::NetworkConfiguration>(service.extra["networkConfiguration"]));
      network = std::move(kept);
    }
    if (auto error = wrong_network(record->definition, network, launch)) return *error;
  }
  BERTH_TRY_VOID(merge_deployment_configuration(request.deployment_configuration, service.deployment_configuration));
  if (daemon && service.deployment_configuration.maximum_percent != 100) {
    return invalid_parameter("The scheduling strategy DAEMON supports only the maximumPercent 100.");
  }
  if (request.health_check_grace_period_seconds) service.health_check_grace_period_seconds = request.health_check_grace_period_seconds;
  if (request.propagate_tags) service.propagate_tags = *request.propagate_tags;
  if (request.enable_ecs_managed_tags) service.enable_ecs_managed_tags = *request.enable_ecs_managed_tags;
  if (request.availability_zone_rebalancing) service.extra["availabilityZoneRebalancing"] = *request.availability_zone_rebalancing;
  if (request.desired_count) scheduler::set_desired_count(service, *request.desired_count, call.now);
  if (anew) deploy(call, service, task_definition_arn);
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
  if (request.resource_management_type.value_or("CUSTOMER") != "CUSTOMER") return response;
  const std::size_t size = page_size(request.max_results, kServicePage);
  const auto wanted = [&](const scheduler::Service& service) {
    return (!request.launch_type || service.launch_type == *request.launch_type) &&
           (!request.scheduling_strategy || name_of(service.scheduling_strategy) == *request.scheduling_strategy);
  };
  std::vector<std::string> names;
  for (std::string after = cursor; names.size() <= size;) {
    const std::vector<std::string> more = call.store.active_services(cluster->name, after, size + 1);
    for (const std::string& name : more) {
      if (names.size() <= size && wanted(*call.store.service({cluster->name, name}))) names.push_back(name);
    }
    if (more.size() <= size) break;
    after = more.back();
  }
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
  const bool replica = current->scheduling_strategy == scheduler::SchedulingStrategy::Replica;
  if (replica && current->desired_count > 0 && !request.force.value_or(false)) {
    return invalid_parameter("The service cannot be stopped while it is scaled above 0.");
  }
  scheduler::Service service = *current;
  scheduler::begin_delete(service, call.now);
  call.store.put_service(service);
  return api::DeleteServiceResponse{.service = present_service(call, service, Tags::hide)};
}

}  // namespace berth::engine
