#include <fmt/format.h>

#include "api/codec.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/present.h"
#include "engine/handlers/resolve.h"
#include "engine/handlers/service_rules.h"
#include "scheduler/deployment.h"

// What became of a service's deployments, and the revisions they were of.
namespace berth::engine {
namespace {

/// The service and the id at the end of an ARN of `type`.
struct Found {
  Ref<scheduler::Service> service;
  std::string cluster;
  std::string id;
};

Result<Found> find(Call& call, const std::string& text, const std::string& type) {
  const auto arn = api::parse_arn(text);
  if (!arn || arn->service != "ecs" || arn->type != type || arn->region != call.config.arns.region || arn->account != call.config.arns.account) {
    return invalid_parameter(fmt::format("Invalid {} ARN: {}", type, text));
  }
  return Found{call.store.service({arn->parts[0], arn->parts[1]}), arn->parts[0], arn->parts[2]};
}

const scheduler::ServiceDeployment* record_of(const Found& found) {
  if (!found.service) return nullptr;
  for (const scheduler::ServiceDeployment& record : found.service->history) {
    if (record.id == found.id) return &record;
  }
  return nullptr;
}

const scheduler::ServiceRevision* revision_of(const Found& found) {
  if (!found.service) return nullptr;
  for (const scheduler::ServiceRevision& revision : found.service->revisions) {
    if (revision.id == found.id) return &revision;
  }
  return nullptr;
}

bool is_current(const scheduler::Service& service, const scheduler::ServiceDeployment& record) { return record.id == service.history.front().id; }

/// A revision with the tasks it has now.
api::ServiceRevisionSummary summary(const Call& call, const scheduler::Service& service, const std::string& revision) {
  const std::string cluster = cluster_name_of(service.cluster_arn);
  api::ServiceRevisionSummary shown{.arn = call.config.arns.service_revision(cluster, service.name, revision),
                                    .requested_task_count = 0,
                                    .running_task_count = 0,
                                    .pending_task_count = 0};
  for (const scheduler::Deployment& deployment : service.deployments) {
    if (deployment.revision != revision) continue;
    *shown.requested_task_count += deployment.desired_count;
    for (const Ref<scheduler::Task>& task : call.store.live_tasks_of(key_of(service))) {
      if (task->deployment_id != deployment.id || task->desired_status == scheduler::DesiredStatus::Stopped) continue;
      *shown.running_task_count += task->last_status == scheduler::TaskStatus::Running ? 1 : 0;
      *shown.pending_task_count += is_pending(task->last_status) ? 1 : 0;
    }
  }
  return shown;
}

/// DISABLED, MONITORING, MONITORING_COMPLETE or TRIGGERED.
api::ServiceDeploymentCircuitBreaker breaker_of(const scheduler::Service& service, const scheduler::ServiceDeployment& record) {
  const scheduler::CircuitBreaker& breaker = service.deployment_configuration.circuit_breaker;
  api::ServiceDeploymentCircuitBreaker shown{.status = "MONITORING_COMPLETE", .failure_count = record.failure_count};
  shown.threshold = scheduler::breaker_threshold(service.desired_count, breaker);
  if (!breaker.enable) shown.status = "DISABLED";
  if (record.breaker_tripped) {
    shown.status = "TRIGGERED";
  } else if (breaker.enable && is_current(service, record) && record.status == scheduler::ServiceDeploymentStatus::InProgress) {
    shown.status = "MONITORING";
    for (const scheduler::Deployment& deployment : service.deployments) {
      if (deployment.id == record.deployment_id) shown.failure_count = deployment.failed_tasks;
    }
  }
  return shown;
}

api::ServiceDeployment present(const Call& call, const scheduler::Service& service, const scheduler::ServiceDeployment& record) {
  const std::string cluster = cluster_name_of(service.cluster_arn);
  api::ServiceDeployment shown;
  shown.service_deployment_arn = call.config.arns.service_deployment(cluster, service.name, record.id);
  shown.service_arn = service.arn;
  shown.cluster_arn = service.cluster_arn;
  shown.created_at = shown.started_at = record.created_at;
  shown.updated_at = record.updated_at;
  shown.finished_at = record.finished_at;
  shown.stopped_at = record.stopped_at;
  shown.source_service_revisions.emplace();
  for (const std::string& revision : record.source_revisions) shown.source_service_revisions->push_back(summary(call, service, revision));
  shown.target_service_revision = summary(call, service, record.target_revision);
  shown.status = name_of(record.status);
  if (!record.status_reason.empty()) shown.status_reason = record.status_reason;
  shown.deployment_configuration = present_configuration(service.deployment_configuration);
  shown.deployment_circuit_breaker = breaker_of(service, record);
  if (record.rollback_started_at) {
    shown.rollback = api::Rollback{.reason = record.rollback_reason, .started_at = record.rollback_started_at};
    if (!record.rollback_revision.empty()) {
      shown.rollback->service_revision_arn = call.config.arns.service_revision(cluster, service.name, record.rollback_revision);
    }
  }
  return shown;
}

/// The images of the definition's containers, with the digests that the revision's tasks agreed on so far.
std::optional<std::vector<api::ContainerImage>> images_of(const Call& call, const scheduler::ServiceRevision& revision) {
  const Ref<TaskDefinitionRecord> record = call.store.task_definition(revision.task_definition_arn);
  if (!record || !record->definition.container_definitions) return std::nullopt;
  const Json digests = revision.extra.value(scheduler::kImageDigests, Json::object());
  std::vector<api::ContainerImage> images;
  for (const api::ContainerDefinition& container : *record->definition.container_definitions) {
    api::ContainerImage image{.container_name = container.name, .image = container.image};
    if (const std::string digest = digests.value(container.name.value_or(""), ""); !digest.empty()) image.image_digest = digest;
    images.push_back(std::move(image));
  }
  return images;
}

bool is_within(const std::optional<Timestamp>& time, const std::optional<api::TimeRange>& range) {
  if (!range || !time) return true;
  return (!range->after || *time > *range->after) && (!range->before || *time < *range->before);
}

}  // namespace

Result<api::ListServiceDeploymentsResponse> list_service_deployments(Call& call, const api::ListServiceDeploymentsRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(name, local_name(call, *request.service, "service", cluster->name));
  BERTH_TRY(cursor, page_cursor(request.next_token));
  const auto service = call.store.service({cluster->name, name});
  if (!service) return Error{"ServiceNotFoundException", "Service not found."};
  api::ListServiceDeploymentsResponse response;
  std::vector<api::ServiceDeploymentBrief> all;
  bool after_cursor = cursor.empty();
  for (const scheduler::ServiceDeployment& record : service->history) {
    const api::ServiceDeployment shown = present(call, *service, record);
    const bool of_status = !request.status || request.status->empty() ||
                           std::find(request.status->begin(), request.status->end(), *shown.status) != request.status->end();
    if (after_cursor && of_status && is_within(record.created_at, request.created_at)) {
      all.push_back({.service_deployment_arn = shown.service_deployment_arn,
                     .service_arn = shown.service_arn,
                     .cluster_arn = shown.cluster_arn,
                     .started_at = shown.started_at,
                     .created_at = shown.created_at,
                     .finished_at = shown.finished_at,
                     .target_service_revision_arn = shown.target_service_revision->arn,
                     .status = shown.status,
                     .status_reason = shown.status_reason});
    }
    after_cursor = after_cursor || *shown.service_deployment_arn == cursor;
  }
  response.next_token = cut_page(all, page_size(request.max_results), [](const auto& brief) { return *brief.service_deployment_arn; });
  response.service_deployments = std::move(all);
  return response;
}

Result<api::DescribeServiceDeploymentsResponse> describe_service_deployments(Call& call, const api::DescribeServiceDeploymentsRequest& request) {
  api::DescribeServiceDeploymentsResponse response;
  response.service_deployments.emplace();
  response.failures.emplace();
  for (const std::string& text : *request.service_deployment_arns) {
    BERTH_TRY(found, find(call, text, "service-deployment"));
    if (const auto* record = record_of(found)) {
      response.service_deployments->push_back(present(call, *found.service, *record));
    } else {
      response.failures->push_back(missing(text));
    }
  }
  return response;
}

Result<api::DescribeServiceRevisionsResponse> describe_service_revisions(Call& call, const api::DescribeServiceRevisionsRequest& request) {
  api::DescribeServiceRevisionsResponse response;
  response.service_revisions.emplace();
  response.failures.emplace();
  for (const std::string& text : *request.service_revision_arns) {
    BERTH_TRY(found, find(call, text, "service-revision"));
    const auto* revision = revision_of(found);
    if (revision == nullptr) {
      response.failures->push_back(missing(text));
      continue;
    }
    api::ServiceRevision shown{.service_revision_arn = text, .service_arn = found.service->arn, .cluster_arn = found.service->cluster_arn};
    shown.task_definition = revision->task_definition_arn;
    if (revision->capacity_providers.empty()) {
      shown.launch_type = revision->launch_type;
    } else {
      shown.capacity_provider_strategy = present_strategy(revision->capacity_providers);
    }
    if (revision->launch_type == "FARGATE") shown.platform_version = "1.4.0", shown.platform_family = "Linux";
    if (revision->extra.contains("networkConfiguration")) {
      BERTH_TRY(network, api::decode<api::NetworkConfiguration>(revision->extra["networkConfiguration"]));
      shown.network_configuration = std::move(network);
    }
    shown.container_images = images_of(call, *revision);
    shown.created_at = revision->created_at;
    response.service_revisions->push_back(std::move(shown));
  }
  return response;
}

Result<api::StopServiceDeploymentResponse> stop_service_deployment(Call& call, const api::StopServiceDeploymentRequest& request) {
  if (request.stop_type.value_or("ROLLBACK") != "ROLLBACK") return unsupported("stopType " + *request.stop_type);
  BERTH_TRY(found, find(call, *request.service_deployment_arn, "service-deployment"));
  const auto* record = record_of(found);
  if (record == nullptr) return Error{"ServiceDeploymentNotFoundException", "The service deployment was not found."};
  if (!is_current(*found.service, *record)) return Error{"ConflictException", "The service deployment is not in progress."};
  scheduler::Service service = *found.service;
  BERTH_TRY_VOID(scheduler::stop_deployment(service, call.now));
  call.store.put_service(service);
  return api::StopServiceDeploymentResponse{.service_deployment_arn = *request.service_deployment_arn};
}

}  // namespace berth::engine
