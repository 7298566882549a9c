#include <functional>
#include <fmt/format.h>

#include "engine/control/new_task.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/resolve.h"
#include "scheduler/deployment.h"

namespace berth::engine {
namespace {

/// The tags of one resource, and how to replace them.
struct Tagged {
  std::vector<scheduler::Tag> tags;
  std::function<void(std::vector<scheduler::Tag>)> replace;
};

Error not_found(const std::string& arn) { return {"ResourceNotFoundException", fmt::format("The specified resource was not found: {}", arn)}; }

/// A copy of the document with other tags is put in its place.
template <class Document, class Put>
Tagged tagged(const Document& document, Put put) {
  return {document.tags, [document, put](std::vector<scheduler::Tag> tags) {
            Document changed = document;
            changed.tags = std::move(tags);
            put(changed);
          }};
}

Result<Tagged> find_tagged(Call& call, const std::string& text) {
  const auto arn = api::parse_arn(text);
  if (!arn || arn->service != "ecs" || arn->region != call.config.arns.region || arn->account != call.config.arns.account) {
    return invalid_parameter(fmt::format("Invalid ARN: {}", text));
  }
  Store& store = call.store;
  const std::string cluster_name = arn->parts.front();
  if (arn->type == "cluster") {
    const auto cluster = store.cluster(cluster_name);
    if (!cluster || cluster->status != "ACTIVE") return Error{"ClusterNotFoundException", "Cluster not found."};
    return tagged(*cluster, [&store](const Cluster& changed) { store.put_cluster(changed); });
  }
  if (arn->type == "task-definition") {
    const auto record = store.task_definition(text);
    if (!record) return not_found(text);
    return tagged(*record, [&store](const TaskDefinitionRecord& changed) { store.put_task_definition(changed); });
  }
  if (arn->type == "capacity-provider") {
    const auto document = store.document("capacity-provider", cluster_name);
    if (!document) return not_found(text);
    std::vector<scheduler::Tag> tags = tags_from_json(document->value("tags", Json::array()));
    return Tagged{std::move(tags), [&store, name = cluster_name, document = *document](std::vector<scheduler::Tag> changed) {
                    Json replaced = document;
                    replaced["tags"] = tags_to_json(changed);
                    store.put_document("capacity-provider", name, replaced);
                  }};
  }
  if (arn->type == "task-set") {
    const auto service = store.service({cluster_name, arn->parts[1]});
    const std::string id = arn->parts[2] + "/" + arn->parts[3];
    const scheduler::Deployment* set = service ? scheduler::find_task_set(*service, id) : nullptr;
    if (set == nullptr) return not_found(text);
    return Tagged{set->task_set->tags, [&store, id, service = *service](std::vector<scheduler::Tag> changed) mutable {
                    scheduler::find_task_set(service, id)->task_set->tags = std::move(changed);
                    store.put_service(service);
                  }};
  }
  if (arn->parts.size() != 2) return invalid_parameter(fmt::format("Only resources with long ARNs can be tagged: {}", text));
  if (arn->type == "service") {
    const auto service = store.service({cluster_name, arn->parts[1]});
    if (!service || service->status == scheduler::ServiceStatus::Inactive) return not_found(text);
    return tagged(*service, [&store](const scheduler::Service& changed) { store.put_service(changed); });
  }
  if (arn->type == "task") {
    const auto task = store.task(arn->parts[1]);
    if (!task || task->arn != text) return not_found(text);
    return tagged(*task, [&store](const scheduler::Task& changed) { store.put_task(changed); });
  }
  if (arn->type == "container-instance") {
    const auto instance = store.instance(arn->parts[1]);
    if (!instance || instance->arn != text || instance->status == scheduler::InstanceStatus::Inactive) return not_found(text);
    return tagged(*instance, [&store](const scheduler::Instance& changed) { store.put_instance(changed); });
  }
  return invalid_parameter(fmt::format("Resources of this type can not be tagged: {}", text));
}

}  // namespace

Result<api::TagResourceResponse> tag_resource(Call& call, const api::TagResourceRequest& request) {
  BERTH_TRY(tags, checked_tags(request.tags));
  BERTH_TRY(resource, find_tagged(call, *request.resource_arn));
  std::vector<scheduler::Tag> merged = merge_tags(std::move(tags), resource.tags);
  if (merged.size() > 50) return invalid_parameter("A resource can have at most 50 tags.");
  std::sort(merged.begin(), merged.end(), [](const scheduler::Tag& a, const scheduler::Tag& b) { return a.key < b.key; });
  resource.replace(std::move(merged));
  return api::TagResourceResponse{};
}

Result<api::UntagResourceResponse> untag_resource(Call& call, const api::UntagResourceRequest& request) {
  BERTH_TRY(resource, find_tagged(call, *request.resource_arn));
  const std::vector<std::string>& keys = *request.tag_keys;
  std::vector<scheduler::Tag> left;
  std::copy_if(resource.tags.begin(), resource.tags.end(), std::back_inserter(left), [&keys](const scheduler::Tag& tag) {
    return std::find(keys.begin(), keys.end(), tag.key) == keys.end();
  });
  resource.replace(std::move(left));
  return api::UntagResourceResponse{};
}

Result<api::ListTagsForResourceResponse> list_tags_for_resource(Call& call, const api::ListTagsForResourceRequest& request) {
  BERTH_TRY(resource, find_tagged(call, *request.resource_arn));
  return api::ListTagsForResourceResponse{.tags = present_tags(resource.tags)};
}

}  // namespace berth::engine
