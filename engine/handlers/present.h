#pragma once

#include "api/shapes.h"
#include "engine/context.h"

// From what the engine remembers to what the API shows.
namespace berth::engine {

enum class Tags { show, hide };

struct ClusterParts {
  bool configuration = false;
  bool settings = false;
  bool statistics = false;
  bool tags = false;
};
api::Cluster present_cluster(const Context& context, const Cluster& cluster, const ClusterParts& parts);

api::DeploymentConfiguration present_configuration(const scheduler::DeploymentConfiguration& configuration);
/// O(tasks of the service): deployments are counted from the tasks.
api::Service present_service(const Context& context, const scheduler::Service& service, Tags tags);
/// O(tasks of the service), like the service.
api::TaskSet present_task_set(const Context& context, const scheduler::Service& service, const scheduler::Deployment& set, Tags tags);
api::Task present_task(const Context& context, const scheduler::Task& task, Tags tags);
api::ContainerInstance present_instance(const Context& context, const scheduler::Instance& instance, Tags tags);

}  // namespace berth::engine
