#include "engine/control/new_task.h"

#include "api/codec.h"
#include "engine/control/definition.h"

namespace berth::engine {

std::vector<scheduler::Tag> merge_tags(std::vector<scheduler::Tag> own, const std::vector<scheduler::Tag>& inherited) {
  for (const scheduler::Tag& tag : inherited) {
    const bool known = std::any_of(own.begin(), own.end(), [&](const scheduler::Tag& mine) { return mine.key == tag.key; });
    if (!known) own.push_back(tag);
  }
  return own;
}

void fill_task(const Context& context, const NewTask& parts, scheduler::Task& task) {
  const api::TaskDefinition& definition = parts.definition->definition;
  const std::string cluster = cluster_name_of(task.cluster_arn);
  task.arn = context.config.arns.task(cluster, task.id);
  task.network_mode = network_mode_of(definition);
  task.tags = parts.tags;
  if (task.group.empty()) task.group = task.service_name.empty() ? "family:" + definition.family.value_or("") : "service:" + task.service_name;
  task.containers = containers_of(definition.container_definitions.value_or(std::vector<api::ContainerDefinition>{}));
  for (scheduler::Container& container : task.containers) {
    container.arn = context.config.arns.container(cluster, task.id, context.random.uuid());
  }
  task.extra["cpu"] = parts.overrides.cpu ? *parts.overrides.cpu : std::to_string(task.reserved.cpu);
  task.extra["memory"] = parts.overrides.memory ? *parts.overrides.memory : std::to_string(task.reserved.memory);
  Json overrides = api::encode(parts.overrides);
  if (!overrides.contains("containerOverrides")) overrides["containerOverrides"] = Json::array();
  task.extra["overrides"] = std::move(overrides);
  if (task.network_mode == "awsvpc") task.extra["attachmentId"] = context.random.uuid();
}

void put_new_task(const Context& context, const NewTask& parts, const scheduler::Task& task) {
  context.store.put_task(task);
  const api::TaskDefinition& definition = parts.definition->definition;
  for (const api::ContainerDefinition& container : *definition.container_definitions) {
    LogPlace place = log_place(definition, container, cluster_name_of(task.cluster_arn), task.service_name, task.id);
    context.store.put_log_stream({.group = std::move(place.group),
                                  .stream = std::move(place.stream),
                                  .task_id = task.id,
                                  .container = container.name.value_or(""),
                                  .created_at = context.now});
  }
}

}  // namespace berth::engine
