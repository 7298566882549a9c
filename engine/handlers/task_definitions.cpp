#include <fmt/format.h>

#include "api/codec.h"
#include "engine/control/definition.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/resolve.h"
#include "engine/handlers/validate_task_definition.h"

namespace berth::engine {
namespace {

constexpr std::size_t kMostDeletions = 10;

std::string arn_of(const Call& call, const Store::DefinitionKey& key) { return call.config.arns.task_definition(key.family, key.revision); }

/// "family:revision", the cursor of a page; a family has no colon.
std::string cursor_of(const Store::DefinitionKey& key) { return fmt::format("{}:{}", key.family, key.revision); }

}  // namespace

Result<api::RegisterTaskDefinitionResponse> register_task_definition(Call& call, const api::RegisterTaskDefinitionRequest& request) {
  BERTH_TRY(definition, normalized_definition(request));
  auto tags = checked_tags(request.tags);
  if (!tags) return client_error(tags.error().message);
  definition.revision = call.store.next_revision(*definition.family);
  definition.task_definition_arn = call.config.arns.task_definition(*definition.family, *definition.revision);
  definition.status = "ACTIVE";
  definition.registered_at = call.now;
  definition.registered_by = fmt::format("arn:aws:iam::{}:root", call.config.arns.account);
  definition.requires_attributes.emplace();
  for (const std::string& name : required_attributes(definition)) definition.requires_attributes->push_back({.name = name});
  const TaskDefinitionRecord record{.definition = std::move(definition), .tags = *tags};
  call.store.put_task_definition(record);
  return api::RegisterTaskDefinitionResponse{.task_definition = record.definition, .tags = present_tags(record.tags)};
}

Result<api::DescribeTaskDefinitionResponse> describe_task_definition(Call& call, const api::DescribeTaskDefinitionRequest& request) {
  BERTH_TRY(record, find_task_definition(call, *request.task_definition));
  api::DescribeTaskDefinitionResponse response{.task_definition = record->definition};
  response.tags = includes(request.include, "TAGS") ? present_tags(record->tags) : std::vector<api::Tag>{};
  return response;
}

Result<api::ListTaskDefinitionsResponse> list_task_definitions(Call& call, const api::ListTaskDefinitionsRequest& request) {
  BERTH_TRY(cursor, page_cursor(request.next_token));
  const std::size_t size = page_size(request.max_results);
  Store::DefinitionFilter filter{.family = request.family_prefix, .status = request.status.value_or("ACTIVE")};
  filter.descending = request.sort == "DESC";
  filter.limit = size + 1;
  if (!cursor.empty()) {
    const auto after = api::parse_task_definition_name(cursor);
    if (!after || !after->revision) return invalid_parameter("Invalid token.");
    filter.after = Store::DefinitionKey{after->family, *after->revision};
  }
  auto keys = call.store.list_task_definitions(filter);
  api::ListTaskDefinitionsResponse response;
  response.next_token = cut_page(keys, size, cursor_of);
  response.task_definition_arns.emplace();
  for (const Store::DefinitionKey& key : keys) response.task_definition_arns->push_back(arn_of(call, key));
  return response;
}

Result<api::ListTaskDefinitionFamiliesResponse> list_task_definition_families(Call& call, const api::ListTaskDefinitionFamiliesRequest& request) {
  BERTH_TRY(cursor, page_cursor(request.next_token));
  const std::size_t size = page_size(request.max_results);
  // All of them is what ECS gives without a status.
  auto families = call.store.list_families(request.family_prefix.value_or(""), request.status.value_or("ALL"), cursor, size + 1);
  api::ListTaskDefinitionFamiliesResponse response;
  response.next_token = cut_page(families, size, [](const std::string& family) { return family; });
  response.families = std::move(families);
  return response;
}

Result<api::DeregisterTaskDefinitionResponse> deregister_task_definition(Call& call, const api::DeregisterTaskDefinitionRequest& request) {
  const auto name = api::parse_task_definition_name(*request.task_definition);
  if (!name) return client_error(fmt::format("Invalid task definition identifier: {}", *request.task_definition));
  if (!name->revision) return client_error(fmt::format("The revision of {} is missing: give family:revision.", name->family));
  BERTH_TRY(record, find_task_definition(call, *request.task_definition));
  TaskDefinitionRecord changed = *record;
  if (changed.definition.status == "ACTIVE") {
    changed.definition.status = "INACTIVE";
    changed.definition.deregistered_at = call.now;
    call.store.put_task_definition(changed);
  }
  return api::DeregisterTaskDefinitionResponse{.task_definition = changed.definition};
}

Result<api::DeleteTaskDefinitionsResponse> delete_task_definitions(Call& call, const api::DeleteTaskDefinitionsRequest& request) {
  if (request.task_definitions->empty() || request.task_definitions->size() > kMostDeletions) {
    return invalid_parameter(fmt::format("taskDefinitions must have 1 to {} items", kMostDeletions));
  }
  api::DeleteTaskDefinitionsResponse response;
  response.task_definitions.emplace();
  response.failures.emplace();
  for (const std::string& text : *request.task_definitions) {
    const auto name = api::parse_task_definition_name(text);
    if (!name || !name->revision) return invalid_parameter(fmt::format("Invalid task definition identifier: {}", text));
    const std::string arn = call.config.arns.task_definition(name->family, *name->revision);
    const auto record = call.store.task_definition(name->family, *name->revision);
    if (!record) {
      response.failures->push_back(missing(arn));
      continue;
    }
    if (record->definition.status == "ACTIVE") {
      response.failures->push_back({.arn = arn, .reason = "ACTIVE", .detail = "The specified task definition is still in ACTIVE status."});
      continue;
    }
    TaskDefinitionRecord changed = *record;
    changed.definition.status = "DELETE_IN_PROGRESS";
    if (!changed.definition.delete_requested_at) changed.definition.delete_requested_at = call.now;
    call.store.put_task_definition(changed);
    response.task_definitions->push_back(changed.definition);
  }
  return response;
}

}  // namespace berth::engine
