#include "planner/placing.h"

#include <algorithm>

#include "ir/ecs_form.h"
#include "ir/schema.h"

namespace berth::plan {
namespace {

using scheduler::HostPort;
using scheduler::InstanceLoad;

/// "a1b2" of "arn:aws:ecs:…:container-instance/main/a1b2".
std::string last_part(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

std::string text_of(const Json& object, const char* member) {
  const auto found = object.is_object() ? object.find(member) : object.end();
  return found == object.end() || !found->is_string() ? "" : found->get<std::string>();
}

std::int64_t number_of(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found == object.end() || !found->is_number_integer() ? 0 : found->get<std::int64_t>();
}

const Json& list_of(const Json& object, const char* member) {
  static const Json kNone = Json::array();
  const auto found = object.is_object() ? object.find(member) : object.end();
  return found == object.end() || !found->is_array() ? kNone : *found;
}

std::int64_t to_number(const std::string& text) { return std::strtoll(text.c_str(), nullptr, 10); }

/// CPU, MEMORY, PORTS and PORTS_UDP of an instance's resources.
scheduler::Resources resources_of(const Json& list) {
  scheduler::Resources found;
  for (const Json& resource : list) {
    const std::string name = text_of(resource, "name");
    if (name == "CPU") found.cpu = number_of(resource, "integerValue");
    if (name == "MEMORY") found.memory = number_of(resource, "integerValue");
    if (name != "PORTS" && name != "PORTS_UDP") continue;
    for (const Json& port : list_of(resource, "stringSetValue")) {
      if (port.is_string()) found.ports.push_back({.port = static_cast<std::uint16_t>(to_number(port.get<std::string>())), .protocol = name == "PORTS" ? "tcp" : "udp"});
    }
  }
  return found;
}

InstanceLoad load_of(const Json& shown) {
  InstanceLoad load;
  scheduler::Instance& instance = load.instance;
  instance.arn = text_of(shown, "containerInstanceArn");
  instance.id = last_part(instance.arn);
  instance.host_id = text_of(shown, "ec2InstanceId");
  instance.status = scheduler::from_name<scheduler::InstanceStatus>(text_of(shown, "status")).value_or(scheduler::InstanceStatus::Inactive);
  instance.agent_connected = shown.value("agentConnected", false);
  for (const Json& attribute : list_of(shown, "attributes")) instance.attributes.push_back({text_of(attribute, "name"), text_of(attribute, "value")});
  instance.registered = resources_of(list_of(shown, "registeredResources"));
  // What remains of the ports are those that are taken.
  const scheduler::Resources remaining = resources_of(list_of(shown, "remainingResources"));
  load.reserved = {.cpu = instance.registered.cpu - remaining.cpu, .memory = instance.registered.memory - remaining.memory, .ports = remaining.ports};
  for (const HostPort& port : instance.registered.ports) {
    const auto found = std::find(load.reserved.ports.begin(), load.reserved.ports.end(), port);
    if (found != load.reserved.ports.end()) load.reserved.ports.erase(found);
  }
  return load;
}

bool runs_on_instance(const Json& task) { return text_of(task, "desiredStatus") == "RUNNING" && !text_of(task, "containerInstanceArn").empty(); }

/// A task with an address of its own takes no port of the machine.
void add_ports(const Json& container, const std::string& mode, std::vector<HostPort>& ports) {
  if (mode == "awsvpc" || mode == "none") return;
  for (const Json& mapping : list_of(container, "portMappings")) {
    std::int64_t port = number_of(mapping, "hostPort");
    if (mode == "host" && port == 0) port = number_of(mapping, "containerPort");
    const std::string protocol = text_of(mapping, "protocol");
    if (port > 0) ports.push_back({.port = static_cast<std::uint16_t>(port), .protocol = protocol.empty() ? "tcp" : protocol});
  }
}

std::string text_at(const ir::Value& record, std::string_view field) {
  const ir::Value* value = ir::at(record, {field});
  return value == nullptr || value->as_string() == nullptr ? "" : *value->as_string();
}

std::vector<scheduler::PlacementConstraint> constraints_of(const ir::Value* list) {
  std::vector<scheduler::PlacementConstraint> constraints;
  if (list == nullptr || list->as_list() == nullptr) return constraints;
  for (const ir::Value& item : *list->as_list()) {
    const bool distinct = text_at(item, "kind") == "distinct_instance";
    constraints.push_back({.type = distinct ? scheduler::ConstraintType::DistinctInstance : scheduler::ConstraintType::MemberOf, .expression = text_at(item, "expression")});
  }
  return constraints;
}

scheduler::PlacementStrategy strategy_of(const ir::Value& item) {
  const std::string kind = text_at(item, "kind");
  std::string by = text_at(item, "field");
  if (by == "az") by = "attribute:ecs.availability-zone";
  if (by == "instance") by = "instanceId";
  const auto type = kind == "spread" ? scheduler::StrategyType::Spread : kind == "binpack" ? scheduler::StrategyType::Binpack : scheduler::StrategyType::Random;
  return {.type = type, .field = std::move(by)};
}

}  // namespace

std::vector<InstanceLoad> loads_of(const Room& room) {
  std::vector<InstanceLoad> loads;
  for (const Json& instance : room.instances) loads.push_back(load_of(instance));
  for (const Json& task : room.tasks) {
    if (!runs_on_instance(task)) continue;
    const std::string id = last_part(text_of(task, "containerInstanceArn"));
    const auto load = std::find_if(loads.begin(), loads.end(), [&](const InstanceLoad& one) { return one.instance.id == id; });
    if (load != loads.end()) ++load->groups[text_of(task, "group")];
  }
  return loads;
}

std::vector<std::string> homes_of(const Room& room, const std::string& service) {
  std::vector<std::string> homes;
  for (const Json& task : room.tasks) {
    if (runs_on_instance(task) && text_of(task, "group") == "service:" + service) homes.push_back(last_part(text_of(task, "containerInstanceArn")));
  }
  std::sort(homes.begin(), homes.end());
  return homes;
}

scheduler::TaskRequirements requirements_of(const ir::Value& task) {
  const Json wanted = ir::to_ecs(*ir::schema::resource_kind("task"), task, [](const ir::Address& address) { return address.text(); });
  scheduler::TaskRequirements made;
  const std::string mode = text_of(wanted, "networkMode");
  for (const Json& container : list_of(wanted, "containerDefinitions")) {
    made.resources.cpu += number_of(container, "cpu");
    made.resources.memory += container.contains("memoryReservation") ? number_of(container, "memoryReservation") : number_of(container, "memory");
    add_ports(container, mode, made.resources.ports);
  }
  if (const std::string cpu = text_of(wanted, "cpu"); !cpu.empty()) made.resources.cpu = to_number(cpu);
  if (const std::string memory = text_of(wanted, "memory"); !memory.empty()) made.resources.memory = to_number(memory);
  made.constraints = constraints_of(ir::at(task, {"placement", "constraint"}));
  return made;
}

scheduler::PlacementPolicy policy_of(const ir::Value& service, const std::string& name) {
  scheduler::PlacementPolicy policy{.group = "service:" + name};
  policy.constraints = constraints_of(ir::at(service, {"placement", "constraint"}));
  const ir::Value* strategies = ir::at(service, {"placement", "strategy"});
  if (strategies == nullptr || strategies->as_list() == nullptr) return policy;
  for (const ir::Value& item : *strategies->as_list()) policy.strategies.push_back(strategy_of(item));
  return policy;
}

}  // namespace berth::plan
