#pragma once

#include "engine/context.h"
#include "scheduler/model/task.h"

namespace berth::engine {

/// What a new task is made of besides its definition.
struct NewTask {
  Ref<TaskDefinitionRecord> definition;
  api::TaskOverride overrides{};
  std::vector<scheduler::Tag> tags{};
};

/// Completes a task whose id, cluster, service and placement are set: ARN, containers, group, network, size, overrides, tags.
void fill_task(const Context& context, const NewTask& parts, scheduler::Task& task);
/// Stores it together with the log streams of its containers. Inside a transaction.
void put_new_task(const Context& context, const NewTask& parts, const scheduler::Task& task);

/// `own` over `inherited`: a key that both have keeps the first one's value.
std::vector<scheduler::Tag> merge_tags(std::vector<scheduler::Tag> own, const std::vector<scheduler::Tag>& inherited);

}  // namespace berth::engine
