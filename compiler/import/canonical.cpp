#include "compiler/import/canonical.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace berth::importing {
namespace {

/// A list whose elements have identities: by these members, in order.
struct KeyedList {
  std::string_view member;
  std::vector<std::string_view> keys;
};

const std::vector<KeyedList>& keyed_lists() {
  static const std::vector<KeyedList> rows = {
      {"containerDefinitions", {"name"}}, {"environment", {"name"}},       {"secrets", {"name"}},        {"portMappings", {"containerPort", "containerPortRange", "protocol", "hostPort", "name"}},
      {"mountPoints", {"sourceVolume", "containerPath"}},                  {"dependsOn", {"containerName"}}, {"ulimits", {"name"}},
      {"extraHosts", {"hostname", "ipAddress"}},                           {"systemControls", {"namespace"}}, {"secretOptions", {"name"}},
      {"properties", {"name"}},           {"volumes", {"name"}},           {"tags", {"key"}},            {"devices", {"hostPath", "containerPath"}},
      {"tmpfs", {"containerPath"}},       {"resourceRequirements", {"type", "value"}},
      {"loadBalancers", {"targetGroupArn", "loadBalancerName", "containerName", "containerPort"}},
      {"capacityProviderStrategy", {"capacityProvider"}},
      {"volumeConfigurations", {"name"}}, {"services", {"portName"}},      {"settings", {"name"}}};
  return rows;
}

constexpr std::array<std::string_view, 9> kSets = {"requiresCompatibilities", "add", "drop", "permissions", "ignoredExitCodes", "alarmNames", "subnets", "securityGroups", "capacityProviders"};
constexpr std::array<std::string_view, 9> kOfService = {"taskDefinitionArn", "revision",     "status",         "requiresAttributes", "compatibilities",
                                                        "registeredAt",      "registeredBy", "deregisteredAt", "deleteRequestedAt"};
constexpr std::array<std::string_view, 17> kOfLiveService = {"serviceArn", "clusterArn", "status", "runningCount", "pendingCount", "taskSets", "deployments", "roleArn", "events", "createdAt", "createdBy",
                                                             "platformFamily", "currentServiceDeployment", "currentServiceRevisions", "resourceManagementType", "clientToken", "deletionProtection"};

template <class Names>
bool is_one(std::string_view text, const Names& names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

bool is_nothing(const std::string& member, const Json& value) {
  if (value.is_null() || ((value.is_array() || value.is_object()) && value.empty())) return true;
  if (value == false) return member != "essential";
  return value == Json("") && (member == "sourcePath" || member == "rootDirectory");
}

std::string key_of(const KeyedList& list, const Json& entry) {
  std::string key;
  for (const std::string_view member : list.keys) {
    if (!entry.is_object() || !entry.contains(std::string(member))) continue;
    const Json& value = entry[std::string(member)];
    key += (key.empty() ? "" : "/") + (value.is_string() ? value.get<std::string>() : canonical_json(value));
  }
  return key;
}

Json clean(const std::string& member, const Json& value);

Json clean_object(const Json& object) {
  Json result = Json::object();
  for (const auto& [member, value] : object.items()) {
    Json inner = clean(member, value);
    if (!is_nothing(member, inner)) result[member] = std::move(inner);
  }
  return result;
}

Json clean(const std::string& member, const Json& value) {
  if (value.is_object()) return clean_object(value);
  if (!value.is_array()) return value;
  Json list = Json::array();
  for (const Json& item : value) list.push_back(clean("", item));
  if (is_one(member, kSets)) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
  }
  for (const KeyedList& keyed : keyed_lists()) {
    if (keyed.member != member || !std::all_of(list.begin(), list.end(), [](const Json& item) { return item.is_object(); })) continue;
    Json object = Json::object();
    for (Json& item : list) {
      const std::string key = key_of(keyed, item);
      object[key] = std::move(item);  // of two with one name the last counts
    }
    return object;
  }
  return list;
}

void fill(Json& object, const char* member, const Json& value) {
  if (!object.contains(member) || object[member].is_null()) object[member] = value;
}

/// Removes what says the same as absence.
void drop(Json& object, const char* member, const Json& value) {
  if (object.is_object() && object.contains(member) && object[member] == value) object.erase(member);
}

/// "1 GB" and "2 vCPU" are amounts as well.
void as_units(Json& task, const char* member, std::string_view unit) {
  if (!task.contains(member) || !task[member].is_string()) return;
  std::string text = task[member].get<std::string>();
  std::string number;
  std::string word;
  for (const char c : text) {
    if ((c >= '0' && c <= '9') || c == '.') number += c;
    else if (c != ' ') word += static_cast<char>(c | 0x20);
  }
  if (word != unit || number.empty() || number.size() > 9) return;
  task[member] = std::to_string(static_cast<std::int64_t>(std::strtod(number.c_str(), nullptr) * 1024 + 0.5));
}

void fill_ports(Json& container, bool fixed) {
  if (!container.contains("portMappings")) return;
  const KeyedList* row = nullptr;
  for (const KeyedList& keyed : keyed_lists()) {
    if (keyed.member == "portMappings") row = &keyed;
  }
  Json ports = Json::object();
  for (auto& [key, port] : container["portMappings"].items()) {
    fill(port, "protocol", "tcp");
    if (fixed && port.contains("containerPort")) port["hostPort"] = port["containerPort"];
    fill(port, "hostPort", 0);
    ports[key_of(*row, port)] = port;
  }
  container["portMappings"] = std::move(ports);
}

void fill_container(Json& container, bool fixed) {
  fill(container, "essential", true);
  fill(container, "cpu", 0);
  fill_ports(container, fixed);
  if (container.contains("environment")) {
    for (auto& [name, entry] : container["environment"].items()) fill(entry, "value", "");
  }
  if (container.contains("healthCheck")) {
    Json& health = container["healthCheck"];
    fill(health, "interval", 30);
    fill(health, "timeout", 5);
    fill(health, "retries", 3);
    drop(health, "startPeriod", 0);
    // A command without one of the two words in front is a program.
    const bool bare = health.contains("command") && health["command"].is_array() && !health["command"].empty() && health["command"][0] != "CMD" && health["command"][0] != "CMD-SHELL";
    if (bare) health["command"].insert(health["command"].begin(), "CMD");
  }
  if (container.contains("restartPolicy")) {
    if (!container["restartPolicy"].contains("enabled")) container.erase("restartPolicy");
    else fill(container["restartPolicy"], "restartAttemptPeriod", 300);
  }
}

void fill_volume(Json& volume) {
  if (volume.contains("dockerVolumeConfiguration")) fill(volume["dockerVolumeConfiguration"], "scope", "task");
  if (!volume.contains("efsVolumeConfiguration")) return;
  Json& efs = volume["efsVolumeConfiguration"];
  drop(efs, "transitEncryption", "DISABLED");
  if (!efs.contains("authorizationConfig")) return;
  drop(efs["authorizationConfig"], "iam", "DISABLED");
  drop(efs, "authorizationConfig", Json::object());
}

}  // namespace

Json canonical_task_definition(const Json& definition) {
  if (!definition.is_object()) return definition;
  Json task = clean_object(definition);
  for (const std::string_view member : kOfService) task.erase(std::string(member));
  const Json platform = task.value("runtimePlatform", Json::object());
  const Json os = platform.is_object() ? platform.value("operatingSystemFamily", Json()) : Json();
  const bool is_windows = os.is_string() && os.get_ref<const std::string&>().starts_with("WINDOWS");
  if (!is_windows) fill(task, "networkMode", "bridge");
  as_units(task, "memory", "gb");
  as_units(task, "cpu", "vcpu");
  const Json mode = task.value("networkMode", Json());
  const bool fixed = mode == "awsvpc" || mode == "host";
  if (task.contains("containerDefinitions") && task["containerDefinitions"].is_object()) {
    for (auto& [name, container] : task["containerDefinitions"].items()) fill_container(container, fixed);
  }
  if (task.contains("volumes") && task["volumes"].is_object()) {
    for (auto& [name, volume] : task["volumes"].items()) fill_volume(volume);
  }
  return task;
}

Json canonical_service(const Json& described) {
  if (!described.is_object()) return described;
  Json service = clean_object(described);
  if (!service.contains("cluster") && service.contains("clusterArn")) service["cluster"] = service["clusterArn"];
  for (const std::string_view member : kOfLiveService) service.erase(std::string(member));
  fill(service, "cluster", "default");
  fill(service, "desiredCount", 1);
  if (service.contains("taskDefinition") && service["taskDefinition"].is_string()) {
    std::string family = service["taskDefinition"].get<std::string>();
    family = family.substr(family.rfind('/') + 1);
    service["taskDefinition"] = family.substr(0, family.find(':'));
  }
  for (const auto& [member, value] : {std::pair<const char*, Json>{"launchType", "EC2"}, {"schedulingStrategy", "REPLICA"}, {"deploymentController", {{"type", "ECS"}}},
                                      {"propagateTags", "NONE"}, {"availabilityZoneRebalancing", "DISABLED"}, {"healthCheckGracePeriodSeconds", 0}, {"platformVersion", "LATEST"}}) {
    drop(service, member, value);
  }
  fill(service, "deploymentConfiguration", Json::object());
  Json& deployment = service["deploymentConfiguration"];
  fill(deployment, "minimumHealthyPercent", 100);
  fill(deployment, "maximumPercent", 200);
  fill(deployment, "strategy", "ROLLING");
  drop(deployment, "bakeTimeInMinutes", 0);
  if (deployment.contains("lifecycleHooks")) {
    for (Json& hook : deployment["lifecycleHooks"]) fill(hook, "targetType", "AWS_LAMBDA");
  }
  if (service.contains("capacityProviderStrategy")) {
    for (auto& [name, share] : service["capacityProviderStrategy"].items()) {
      fill(share, "base", 0);
      fill(share, "weight", 0);
    }
  }
  if (service.contains("volumeConfigurations")) {
    for (auto& [name, volume] : service["volumeConfigurations"].items()) {
      if (!volume.contains("managedEBSVolume")) continue;
      fill(volume["managedEBSVolume"], "volumeType", "gp3");
      fill(volume["managedEBSVolume"], "filesystemType", "xfs");
    }
  }
  for (const auto& [member, flag] : {std::pair<const char*, const char*>{"deploymentCircuitBreaker", "enable"}, {"alarms", "enable"}}) {
    if (deployment.contains(member) && !deployment[member].contains(flag)) deployment.erase(member);
  }
  Json& network = service["networkConfiguration"]["awsvpcConfiguration"];
  if (network.is_object()) fill(network, "assignPublicIp", "DISABLED");
  else service.erase("networkConfiguration");
  return service;
}

Json canonical_capacity_provider(Json provider) {
  if (!provider.contains("autoScalingGroupProvider")) return provider;
  Json& group = provider["autoScalingGroupProvider"];
  fill(group, "managedScaling", Json::object());
  Json& scaling = group["managedScaling"];
  fill(scaling, "status", "DISABLED");
  fill(scaling, "targetCapacity", 100);
  fill(scaling, "minimumScalingStepSize", 1);
  fill(scaling, "maximumScalingStepSize", 10'000);
  fill(scaling, "instanceWarmupPeriod", 300);
  fill(group, "managedTerminationProtection", "DISABLED");
  fill(group, "managedDraining", "ENABLED");
  return provider;
}

}  // namespace berth::importing
