#include <set>

#include <fmt/format.h>

#include "api/codec.h"
#include "engine/control/definition.h"
#include "engine/control/service_controller.h"
#include "engine/handlers/handlers.h"
#include "engine/handlers/instances.h"
#include "engine/handlers/present.h"
#include "engine/handlers/resolve.h"

// Container instances change: their state, their attributes, simulated ones come, all may go.
namespace berth::engine {
namespace {

constexpr std::size_t kMostAttributes = 10;
/// Simulated instances publish ports on loopback addresses of their own, 127.1.0.1 and on.
constexpr int kAddressesPerBlock = 250;

bool only(const std::string& text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [others](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || others.find(c) != std::string_view::npos;
  });
}

std::optional<Error> wrong_attribute(const api::Attribute& attribute) {
  if (attribute.target_type.value_or("container-instance") != "container-instance") return invalid_parameter("The targetType must be container-instance.");
  if (attribute.name->size() > 128 || !only(*attribute.name, "_-./\\")) return invalid_parameter(fmt::format("Invalid attribute name: {}", *attribute.name));
  const std::string value = attribute.value.value_or("");
  const bool padded = !value.empty() && (value.front() == ' ' || value.back() == ' ');
  if (value.size() > 128 || padded || !only(value, "_-.@:/\\ ")) return invalid_parameter(fmt::format("Invalid attribute value: {}", value));
  return std::nullopt;
}

/// Attributes that ECS and the agent give; they can be neither set nor counted.
bool is_built_in(const std::string& name) { return name.compare(0, 4, "ecs.") == 0 || name.compare(0, 18, "com.amazonaws.ecs.") == 0; }

Result<Ref<scheduler::Instance>> find_instance(Call& call, const Cluster& cluster, const std::string& text) {
  BERTH_TRY(id, local_name(call, text, "container-instance", cluster.name));
  Ref<scheduler::Instance> instance = call.store.instance(id);
  if (!instance || instance->cluster_arn != cluster.arn || instance->status == scheduler::InstanceStatus::Inactive) return Ref<scheduler::Instance>();
  return instance;
}

Error target_not_found(const std::string& text) { return {"TargetNotFoundException", fmt::format("The specified target wasn't found: {}", text)}; }

/// The instance that an attribute is about, with its changes of this request so far.
Result<scheduler::Instance*> target_of(Call& call, const Cluster& cluster, const api::Attribute& attribute,
                                       std::map<std::string, scheduler::Instance>& changed) {
  const std::string text = attribute.target_id.value_or("");
  BERTH_TRY(instance, find_instance(call, cluster, text));
  if (!instance) return target_not_found(text);
  return &changed.emplace(instance->id, *instance).first->second;
}

void put_all(Call& call, std::map<std::string, scheduler::Instance>& changed) {
  for (auto& [id, instance] : changed) {
    ++instance.version;
    call.store.put_instance(instance);
  }
}

std::string next_address(const Store& store, const std::string& cluster) {
  // Over all clusters: they share this machine's ports.
  std::set<std::string> taken;
  for (const std::string& name : store.active_clusters("", SIZE_MAX)) {
    for (const auto& instance : store.instances(name)) {
      if (instance->status != scheduler::InstanceStatus::Inactive) taken.insert(instance->address);
    }
  }
  for (const auto& instance : store.instances(cluster)) taken.insert(instance->address);
  for (int n = 0;; ++n) {
    std::string address = fmt::format("127.1.{}.{}", n / kAddressesPerBlock, n % kAddressesPerBlock + 1);
    if (!taken.contains(address)) return address;
  }
}

}  // namespace

Result<api::UpdateContainerInstancesStateResponse> update_container_instances_state(Call& call, const api::UpdateContainerInstancesStateRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  api::UpdateContainerInstancesStateResponse response;
  response.container_instances.emplace();
  response.failures.emplace();
  for (const std::string& text : *request.container_instances) {
    BERTH_TRY(instance, find_instance(call, *cluster, text));
    if (!instance) {
      BERTH_TRY(id, local_name(call, text, "container-instance", cluster->name));
      response.failures->push_back(missing(call.config.arns.container_instance(cluster->name, id)));
      continue;
    }
    scheduler::Instance changed = *instance;
    changed.status = *request.status == "DRAINING" ? scheduler::InstanceStatus::Draining : scheduler::InstanceStatus::Active;
    if (changed.status != instance->status) {
      ++changed.version;
      call.store.put_instance(changed);
    }
    response.container_instances->push_back(present_instance(call, changed, Tags::show));
  }
  return response;
}

Result<api::DeregisterContainerInstanceResponse> deregister_container_instance(Call& call, const api::DeregisterContainerInstanceRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(instance, find_instance(call, *cluster, *request.container_instance));
  if (!instance) return invalid_parameter("The specified container instance was not found.");
  if (!instance->simulated) return unsupported("deregistering this machine itself (delete the cluster instead)");
  const TaskCounts tasks = call.store.instance_task_counts(instance->id);
  if (tasks.running + tasks.pending > 0 && !request.force.value_or(false)) {
    return invalid_parameter("Found running tasks on the instance: stop them first, or use force.");
  }
  scheduler::Instance gone = *instance;
  gone.status = scheduler::InstanceStatus::Inactive;
  gone.agent_connected = false;
  ++gone.version;
  call.store.put_instance(gone);
  return api::DeregisterContainerInstanceResponse{.container_instance = present_instance(call, gone, Tags::show)};
}

Result<api::PutAttributesResponse> put_attributes(Call& call, const api::PutAttributesRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  std::map<std::string, scheduler::Instance> changed;
  for (const api::Attribute& attribute : *request.attributes) {
    if (auto error = wrong_attribute(attribute)) return *error;
    if (is_built_in(*attribute.name)) return invalid_parameter(fmt::format("The attribute {} can't be set.", *attribute.name));
    BERTH_TRY(instance, target_of(call, *cluster, attribute, changed));
    auto& list = instance->attributes;
    const auto same = [&](const scheduler::Attribute& one) { return one.name == *attribute.name; };
    list.erase(std::remove_if(list.begin(), list.end(), same), list.end());
    list.push_back({*attribute.name, attribute.value.value_or("")});
    const auto own = std::count_if(list.begin(), list.end(), [](const scheduler::Attribute& one) { return !is_built_in(one.name); });
    if (own > static_cast<std::ptrdiff_t>(kMostAttributes)) {
      return Error{"AttributeLimitExceededException", "A container instance can have at most 10 attributes of yours."};
    }
  }
  put_all(call, changed);
  return api::PutAttributesResponse{.attributes = *request.attributes};
}

Result<api::DeleteAttributesResponse> delete_attributes(Call& call, const api::DeleteAttributesRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  std::map<std::string, scheduler::Instance> changed;
  for (const api::Attribute& attribute : *request.attributes) {
    if (is_built_in(*attribute.name)) return invalid_parameter(fmt::format("The attribute {} can't be deleted.", *attribute.name));
    BERTH_TRY(instance, target_of(call, *cluster, attribute, changed));
    auto& list = instance->attributes;
    const auto same = [&](const scheduler::Attribute& one) {
      return one.name == *attribute.name && (!attribute.value || one.value == *attribute.value);
    };
    list.erase(std::remove_if(list.begin(), list.end(), same), list.end());
  }
  put_all(call, changed);
  return api::DeleteAttributesResponse{.attributes = *request.attributes};
}

Result<api::ListAttributesResponse> list_attributes(Call& call, const api::ListAttributesRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  BERTH_TRY(cursor, page_cursor(request.next_token));
  if (request.attribute_value && !request.attribute_name) return invalid_parameter("attributeValue needs attributeName.");
  std::vector<api::Attribute> found;
  const auto key = [](const api::Attribute& one) { return *one.target_id + " " + *one.name; };
  for (const Ref<scheduler::Instance>& instance : call.store.instances(cluster->name)) {
    if (instance->status == scheduler::InstanceStatus::Inactive) continue;
    for (const scheduler::Attribute& attribute : instance->attributes) {
      const bool wanted = (!request.attribute_name || *request.attribute_name == attribute.name) &&
                          (!request.attribute_value || *request.attribute_value == attribute.value);
      if (!wanted) continue;
      found.push_back({.name = attribute.name, .target_id = instance->arn});
      if (!attribute.value.empty()) found.back().value = attribute.value;
    }
  }
  std::sort(found.begin(), found.end(), [&](const api::Attribute& left, const api::Attribute& right) { return key(left) < key(right); });
  found.erase(found.begin(), std::find_if(found.begin(), found.end(), [&](const api::Attribute& one) { return key(one) > cursor; }));
  api::ListAttributesResponse response;
  response.next_token = cut_page(found, page_size(request.max_results), key);
  response.attributes = std::move(found);
  return response;
}

Result<api::AddContainerInstanceResponse> add_container_instance(Call& call, const api::AddContainerInstanceRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  scheduler::Instance instance = new_instance(call, *cluster);
  instance.simulated = true;
  instance.host_id = "i-" + instance.id.substr(0, 17);
  instance.address = next_address(call.store, cluster->name);
  instance.registered = {.cpu = *request.cpu, .memory = *request.memory, .ports = {}};
  for (const api::Attribute& attribute : request.attributes.value_or(std::vector<api::Attribute>{})) {
    if (auto error = wrong_attribute(attribute)) return *error;
    auto& list = instance.attributes;
    // A simulated instance may say in which zone it is.
    if (is_built_in(*attribute.name) && *attribute.name != "ecs.availability-zone" && *attribute.name != "ecs.instance-type") {
      return invalid_parameter(fmt::format("The attribute {} can't be set.", *attribute.name));
    }
    const auto same = [&](const scheduler::Attribute& one) { return one.name == *attribute.name; };
    list.erase(std::remove_if(list.begin(), list.end(), same), list.end());
    list.push_back({*attribute.name, attribute.value.value_or("")});
  }
  call.store.put_instance(instance);
  return api::AddContainerInstanceResponse{.container_instance = present_instance(call, instance, Tags::show)};
}

Result<api::ExplainPlacementResponse> explain_placement(Call& call, const api::ExplainPlacementRequest& request) {
  BERTH_TRY(cluster, active_cluster(call, request.cluster));
  scheduler::PlacementPolicy policy;
  std::string definition = request.task_definition.value_or("");
  if (request.service) {
    BERTH_TRY(name, local_name(call, *request.service, "service", cluster->name));
    const auto service = call.store.service({cluster->name, name});
    if (!service) return Error{"ServiceNotFoundException", "Service not found."};
    policy = {.group = "service:" + name, .constraints = service->placement_constraints, .strategies = service->placement_strategy};
    if (definition.empty()) definition = service->task_definition_arn;
  }
  if (definition.empty()) return invalid_parameter("A service with a task definition, or a task definition must be given.");
  BERTH_TRY(record, find_task_definition(call, definition));
  if (policy.group.empty()) policy.group = "family:" + record->definition.family.value_or("");
  const scheduler::TaskRequirements requirements = requirements_of(record->definition);
  api::ExplainPlacementResponse response;
  response.instances.emplace();
  for (const scheduler::InstanceLoad& load : instance_loads(call.store, cluster->name)) {
    api::PlacementOutlook outlook{.container_instance_arn = load.instance.arn, .fits = true};
    if (const auto rejection = scheduler::rejection_of(requirements, policy, load)) {
      outlook.fits = false;
      outlook.reason = rejection->reason;
      outlook.detail = rejection->detail;
    }
    response.instances->push_back(std::move(outlook));
  }
  return response;
}

}  // namespace berth::engine
