#pragma once

#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "api/operations.h"
#include "base/result.h"
#include "engine/context.h"

// One function per operation: request and store in, response out. Each runs inside a transaction that is committed when it succeeds.
// A refusal is an Error whose code is the exception's type.
namespace berth::engine {

/// A context and what a refusal needs beyond type and text.
struct Call : Context {
  std::vector<std::string> resource_ids{};  ///< of a ConflictException
};

Result<api::CreateClusterResponse> create_cluster(Call& call, const api::CreateClusterRequest& request);
Result<api::DescribeClustersResponse> describe_clusters(Call& call, const api::DescribeClustersRequest& request);
Result<api::ListClustersResponse> list_clusters(Call& call, const api::ListClustersRequest& request);
Result<api::DeleteClusterResponse> delete_cluster(Call& call, const api::DeleteClusterRequest& request);
Result<api::UpdateClusterResponse> update_cluster(Call& call, const api::UpdateClusterRequest& request);
Result<api::UpdateClusterSettingsResponse> update_cluster_settings(Call& call, const api::UpdateClusterSettingsRequest& request);

Result<api::RegisterTaskDefinitionResponse> register_task_definition(Call& call, const api::RegisterTaskDefinitionRequest& request);
Result<api::DescribeTaskDefinitionResponse> describe_task_definition(Call& call, const api::DescribeTaskDefinitionRequest& request);
Result<api::ListTaskDefinitionsResponse> list_task_definitions(Call& call, const api::ListTaskDefinitionsRequest& request);
Result<api::ListTaskDefinitionFamiliesResponse> list_task_definition_families(Call& call, const api::ListTaskDefinitionFamiliesRequest& request);
Result<api::DeregisterTaskDefinitionResponse> deregister_task_definition(Call& call, const api::DeregisterTaskDefinitionRequest& request);
Result<api::DeleteTaskDefinitionsResponse> delete_task_definitions(Call& call, const api::DeleteTaskDefinitionsRequest& request);

Result<api::CreateServiceResponse> create_service(Call& call, const api::CreateServiceRequest& request);
Result<api::UpdateServiceResponse> update_service(Call& call, const api::UpdateServiceRequest& request);
Result<api::DescribeServicesResponse> describe_services(Call& call, const api::DescribeServicesRequest& request);
Result<api::ListServicesResponse> list_services(Call& call, const api::ListServicesRequest& request);
Result<api::DeleteServiceResponse> delete_service(Call& call, const api::DeleteServiceRequest& request);

Result<api::RunTaskResponse> run_task(Call& call, const api::RunTaskRequest& request);
Result<api::StopTaskResponse> stop_task(Call& call, const api::StopTaskRequest& request);
Result<api::DescribeTasksResponse> describe_tasks(Call& call, const api::DescribeTasksRequest& request);
Result<api::ListTasksResponse> list_tasks(Call& call, const api::ListTasksRequest& request);

Result<api::ListContainerInstancesResponse> list_container_instances(Call& call, const api::ListContainerInstancesRequest& request);
Result<api::DescribeContainerInstancesResponse> describe_container_instances(Call& call, const api::DescribeContainerInstancesRequest& request);
/// Brings the registered capacity of every instance up to date; called when the engine starts. Inside a transaction.
void refresh_instances(const Context& context);

Result<api::TagResourceResponse> tag_resource(Call& call, const api::TagResourceRequest& request);
Result<api::UntagResourceResponse> untag_resource(Call& call, const api::UntagResourceRequest& request);
Result<api::ListTagsForResourceResponse> list_tags_for_resource(Call& call, const api::ListTagsForResourceRequest& request);

Result<api::CreateCapacityProviderResponse> create_capacity_provider(Call& call, const api::CreateCapacityProviderRequest& request);
Result<api::UpdateCapacityProviderResponse> update_capacity_provider(Call& call, const api::UpdateCapacityProviderRequest& request);
Result<api::DeleteCapacityProviderResponse> delete_capacity_provider(Call& call, const api::DeleteCapacityProviderRequest& request);
Result<api::DescribeCapacityProvidersResponse> describe_capacity_providers(Call& call, const api::DescribeCapacityProvidersRequest& request);
Result<api::PutClusterCapacityProvidersResponse> put_cluster_capacity_providers(Call& call, const api::PutClusterCapacityProvidersRequest& request);
Result<api::PutAccountSettingResponse> put_account_setting(Call& call, const api::PutAccountSettingRequest& request);
Result<api::PutAccountSettingDefaultResponse> put_account_setting_default(Call& call, const api::PutAccountSettingDefaultRequest& request);
Result<api::DeleteAccountSettingResponse> delete_account_setting(Call& call, const api::DeleteAccountSettingRequest& request);
Result<api::ListAccountSettingsResponse> list_account_settings(Call& call, const api::ListAccountSettingsRequest& request);
Result<api::ListServiceDeploymentsResponse> list_service_deployments(Call& call, const api::ListServiceDeploymentsRequest& request);
Result<api::DescribeServiceDeploymentsResponse> describe_service_deployments(Call& call, const api::DescribeServiceDeploymentsRequest& request);
Result<api::DescribeServiceRevisionsResponse> describe_service_revisions(Call& call, const api::DescribeServiceRevisionsRequest& request);
Result<api::StopServiceDeploymentResponse> stop_service_deployment(Call& call, const api::StopServiceDeploymentRequest& request);
Result<api::CreateTaskSetResponse> create_task_set(Call& call, const api::CreateTaskSetRequest& request);
Result<api::DescribeTaskSetsResponse> describe_task_sets(Call& call, const api::DescribeTaskSetsRequest& request);
Result<api::UpdateTaskSetResponse> update_task_set(Call& call, const api::UpdateTaskSetRequest& request);
Result<api::UpdateServicePrimaryTaskSetResponse> update_service_primary_task_set(Call& call, const api::UpdateServicePrimaryTaskSetRequest& request);
Result<api::DeleteTaskSetResponse> delete_task_set(Call& call, const api::DeleteTaskSetRequest& request);
Result<api::StartTaskResponse> start_task(Call& call, const api::StartTaskRequest& request);
Result<api::GetTaskProtectionResponse> get_task_protection(Call& call, const api::GetTaskProtectionRequest& request);
Result<api::UpdateTaskProtectionResponse> update_task_protection(Call& call, const api::UpdateTaskProtectionRequest& request);
Result<api::UpdateContainerInstancesStateResponse> update_container_instances_state(Call& call, const api::UpdateContainerInstancesStateRequest& request);
Result<api::DeregisterContainerInstanceResponse> deregister_container_instance(Call& call, const api::DeregisterContainerInstanceRequest& request);
Result<api::PutAttributesResponse> put_attributes(Call& call, const api::PutAttributesRequest& request);
Result<api::DeleteAttributesResponse> delete_attributes(Call& call, const api::DeleteAttributesRequest& request);
Result<api::ListAttributesResponse> list_attributes(Call& call, const api::ListAttributesRequest& request);
Result<api::AddContainerInstanceResponse> add_container_instance(Call& call, const api::AddContainerInstanceRequest& request);
Result<api::ExplainPlacementResponse> explain_placement(Call& call, const api::ExplainPlacementRequest& request);

/// Request body in, response body out: decoding, the model's checks, the function, encoding.
using Handler = std::function<Result<Json>(Call&, const Json&)>;
/// By X-Amz-Target: every implemented operation that is answered at once. The operations that read output are in log_handlers.h.
const std::map<std::string_view, Handler>& handlers();

}  // namespace berth::engine
