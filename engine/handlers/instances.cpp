#include "engine/handlers/instances.h"

#include "engine/control/definition.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/present.h"
#include "engine/handlers/resolve.h"
#include "scheduler/query.h"

namespace berth::engine {
namespace {

constexpr const char* architecture() {
#if defined(__aarch64__)
  return "arm64";
#else
  return "x86_64";
#endif
}

std::vector<scheduler::Attribute> attributes(const Config& config) {
  std::vector<scheduler::Attribute> all{{"ecs.availability-zone", config.arns.region + "a"},
                                        {"ecs.cpu-architecture", architecture()},
                                        {"ecs.os-family", "LINUX"},
                                        {"ecs.os-type", "linux"}};
  for (const std::string& name : known_attributes()) all.push_back({name, ""});
  return all;
}

std::string instance_name(const scheduler::Instance& instance) { return std::string(name_of(instance.status)); }

}  // namespace

scheduler::Instance new_instance(const Context& context, const Cluster& cluster) {
  scheduler::Instance instance;
  instance.id = context.random.hex(32);
  instance.arn = context.config.arns.container_instance(cluster.name, instance.id);
  instance.cluster_arn = cluster.arn;
  instance.attributes = attributes(context.config);
  instance.registered_at = context.now;
  return instance;
}

void register_instance(const Context& context, const Cluster& cluster) {
  scheduler::Instance instance = new_instance(context, cluster);
  instance.host_id = context.config.host_name;
  instance.registered = {.cpu = context.capacity.cpu_units, .memory = context.capacity.memory_mib, .ports = {}};
  context.store.put_instance(instance);
}

void deregister_instances(const Context& context, const Cluster& cluster) {
  for (const Ref<scheduler::Instance>& instance : context.store.instances(cluster.name)) {
    if (instance->status == scheduler::InstanceStatus::Inactive) continue;
    scheduler::Instance gone = *instance;
    gone.status = scheduler::InstanceStatus::Inactive;
    gone.agent_connected = false;
    ++gone.version;
    context.store.put_instance(gone);
  }
}

void refresh_instances(const Context& context) {
  const scheduler::Resources now{.cpu = context.capacity.cpu_units, .memory = context.capacity.memory_mib, .ports = {}};
  std::string after;
  while (true) {
    const std::vector<std::string> clusters = context.store.active_clusters(after, 100);
    if (clusters.empty()) return;
    for (const std::string& cluster : clusters) {
      for (const Ref<scheduler::Instance>& instance : context.store.instances(cluster)) {
        const bool is_gone = instance->status == scheduler::InstanceStatus::Inactive;
        if (is_gone || instance->simulated || instance->registered == now) continue;
        scheduler::Instance changed = *instance;
        changed.registered = now;
        ++changed.version;
        context.store.put_instance(changed);
      }
    }
    after = clusters.back();
  }
}

Result<api::ListContainerInstancesResponse> list_container_instances(Call& call, const api::ListContainerInstancesRequest& request) {
  std::optional<ClusterQuery> filter;
  if (request.filter && !request.filter->empty()) {
    BERTH_TRY(query, ClusterQuery::parse(*request.filter));
    filter = std::move(query);
  }
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(cursor, page_cursor(request.next_token));
  const std::size_t size = page_size(request.max_results);
  std::vector<std::string> arns;
  std::vector<std::string> ids;
  for (const Ref<scheduler::Instance>& instance : call.store.instances(cluster->name)) {
    const bool wanted = request.status ? instance_name(*instance) == *request.status : instance->status != scheduler::InstanceStatus::Inactive;
    if (wanted && filter) {
      const scheduler::InstanceLoad load = call.store.load_of(*instance);
      const auto tasks = call.store.instance_task_counts(instance->id);
      if (!scheduler::matches(*filter, {.instance = *instance, .groups = load.groups, .running_tasks = tasks.running})) continue;
    }
    if (wanted && instance->id > cursor) ids.push_back(instance->id);
  }
  api::ListContainerInstancesResponse response;
  response.next_token = cut_page(ids, size, [](const std::string& id) { return id; });
  for (const std::string& id : ids) arns.push_back(call.config.arns.container_instance(cluster->name, id));
  response.container_instance_arns = std::move(arns);
  return response;
}

Result<api::DescribeContainerInstancesResponse> describe_container_instances(Call& call, const api::DescribeContainerInstancesRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  if (request.container_instances->empty()) return invalid_parameter("Container instances can not be empty.");
  const Tags tags = includes(request.include, "TAGS") ? Tags::show : Tags::hide;
  api::DescribeContainerInstancesResponse response;
  response.container_instances.emplace();
  response.failures.emplace();
  for (const std::string& text : *request.container_instances) {
    BERTH_TRY(id, local_name(call, text, "container-instance", cluster->name));
    const Ref<scheduler::Instance> instance = call.store.instance(id);
    if (instance && instance->cluster_arn == cluster->arn) {
      response.container_instances->push_back(present_instance(call, *instance, tags));
    } else {
      response.failures->push_back(missing(call.config.arns.container_instance(cluster->name, id)));
    }
  }
  return response;
}

}  // namespace berth::engine
