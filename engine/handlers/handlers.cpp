#include "engine/handlers/handlers.h"

#include "api/codec.h"
#include "engine/handlers/log_handlers.h"
#include "engine/handlers/resolve.h"

namespace berth::engine {
namespace {

/// Faults of a definition are ClientExceptions, faults of other parameters are not (ecs.md 6.1).
template <class Op>
Error broken_rule(std::string text) {
  return Op::kName == api::op::RegisterTaskDefinition::kName ? client_error(std::move(text)) : invalid_parameter(std::move(text));
}

template <class Op>
std::pair<std::string_view, Handler> row(Result<typename Op::Response> (*function)(Call&, const typename Op::Request&)) {
  return {Op::kTarget, [function](Call& call, const Json& body) -> Result<Json> {
            BERTH_TRY(request, api::decode<typename Op::Request>(body));
            if (auto text = api::violation(request)) return broken_rule<Op>(std::move(*text));
            BERTH_TRY(response, function(call, request));
            return api::encode(response);
          }};
}

}  // namespace

const std::map<std::string_view, Handler>& handlers() {
  using namespace api::op;
  static const std::map<std::string_view, Handler> kHandlers{
      row<CreateCluster>(create_cluster),
      row<DescribeClusters>(describe_clusters),
      row<ListClusters>(list_clusters),
      row<DeleteCluster>(delete_cluster),
      row<UpdateCluster>(update_cluster),
      row<UpdateClusterSettings>(update_cluster_settings),
      row<RegisterTaskDefinition>(register_task_definition),
      row<DescribeTaskDefinition>(describe_task_definition),
      row<ListTaskDefinitions>(list_task_definitions),
      row<ListTaskDefinitionFamilies>(list_task_definition_families),
      row<DeregisterTaskDefinition>(deregister_task_definition),
      row<DeleteTaskDefinitions>(delete_task_definitions),
      row<CreateService>(create_service),
      row<UpdateService>(update_service),
      row<DescribeServices>(describe_services),
      row<ListServices>(list_services),
      row<DeleteService>(delete_service),
      row<RunTask>(run_task),
      row<StopTask>(stop_task),
      row<DescribeTasks>(describe_tasks),
      row<ListTasks>(list_tasks),
      row<ListContainerInstances>(list_container_instances),
      row<DescribeContainerInstances>(describe_container_instances),
      row<TagResource>(tag_resource),
      row<UntagResource>(untag_resource),
      row<ListTagsForResource>(list_tags_for_resource),
      row<CreateCapacityProvider>(create_capacity_provider),
      row<UpdateCapacityProvider>(update_capacity_provider),
      row<DeleteCapacityProvider>(delete_capacity_provider),
      row<DescribeCapacityProviders>(describe_capacity_providers),
      row<PutClusterCapacityProviders>(put_cluster_capacity_providers),
      row<PutAccountSetting>(put_account_setting),
      row<PutAccountSettingDefault>(put_account_setting_default),
      row<DeleteAccountSetting>(delete_account_setting),
      row<ListAccountSettings>(list_account_settings),
      row<ListServiceDeployments>(list_service_deployments),
      row<DescribeServiceDeployments>(describe_service_deployments),
      row<DescribeServiceRevisions>(describe_service_revisions),
      row<StopServiceDeployment>(stop_service_deployment),
      row<CreateTaskSet>(create_task_set),
      row<DescribeTaskSets>(describe_task_sets),
      row<UpdateTaskSet>(update_task_set),
      row<UpdateServicePrimaryTaskSet>(update_service_primary_task_set),
      row<DeleteTaskSet>(delete_task_set),
      row<StartTask>(start_task),
      row<GetTaskProtection>(get_task_protection),
      row<UpdateTaskProtection>(update_task_protection),
      row<UpdateContainerInstancesState>(update_container_instances_state),
      row<DeregisterContainerInstance>(deregister_container_instance),
      row<PutAttributes>(put_attributes),
      row<DeleteAttributes>(delete_attributes),
      row<ListAttributes>(list_attributes),
      row<AddContainerInstance>(add_container_instance),
      row<ExplainPlacement>(explain_placement),
      row<DescribeLogGroups>(describe_log_groups),
      row<DescribeLogStreams>(describe_log_streams),
  };
  return kHandlers;
}

}  // namespace berth::engine
