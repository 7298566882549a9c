#include "compiler/export/terraform_names.h"

#include <array>
#include <cctype>

#include "compiler/export/rename.h"

namespace berth::exporting {
namespace {

constexpr std::array<Renaming::Exception, 35> kArgumentNames = {{
    {"CreateCluster", "clusterName", "name"},
    {"CreateCluster", "settings", "setting"},
    {"logConfiguration", "s3EncryptionEnabled", "s3_bucket_encryption_enabled"},
    {"PutClusterCapacityProviders", "cluster", "cluster_name"},
    {"storageConfiguration", "storageSizeGiB", "storage_size_gib"},
    {"instanceRequirements", "vCpuCount", "vcpu_count"},
    {"instanceRequirements", "memoryMiB", "memory_mib"},
    {"instanceRequirements", "memoryGiBPerVCpu", "memory_gib_per_vcpu"},
    {"instanceRequirements", "acceleratorTotalMemoryMiB", "accelerator_total_memory_mib"},
    {"RegisterTaskDefinition", "volumes", "volume"},
    {"RegisterTaskDefinition", "inferenceAccelerators", ""},
    {"ephemeralStorage", "sizeInGiB", "size_in_gib"},
    {"volumes", "configuredAtLaunch", "configure_at_launch"},
    {"volumes", "s3filesVolumeConfiguration", ""},
    {"CreateService", "serviceName", "name"},
    {"CreateService", "role", "iam_role"},
    {"CreateService", "placementStrategy", "ordered_placement_strategy"},
    {"CreateService", "loadBalancers", "load_balancer"},
    {"CreateService", "volumeConfigurations", "volume_configuration"},
    {"CreateService", "minimumHealthyPercent", "deployment_minimum_healthy_percent"},
    {"CreateService", "maximumPercent", "deployment_maximum_percent"},
    {"loadBalancers", "loadBalancerName", "elb_name"},
    {"deploymentCircuitBreaker", "thresholdConfiguration", ""},
    {"deploymentCircuitBreaker", "resetOnHealthyTask", ""},
    {"deploymentConfiguration", "lifecycleHooks", "lifecycle_hook"},
    {"lifecycleHooks", "targetType", ""},
    {"lifecycleHooks", "timeoutConfiguration", ""},
    {"logConfiguration", "secretOptions", "secret_option"},
    {"serviceConnectConfiguration", "services", "service"},
    {"services", "clientAliases", "client_alias"},
    {"tls", "issuerCertificateAuthority", "issuer_cert_authority"},
    {"managedEBSVolume", "sizeInGiB", "size_in_gb"},
    {"managedEBSVolume", "filesystemType", "file_system_type"},
    {"PutMetricAlarm", "Metrics", "metric_query"},
    {"Metrics", "MetricStat", "metric"},
}};

/// Keys are the user's own words in them, or they become text.
constexpr std::array<std::string_view, 6> kVerbatimArguments = {"options", "driverOpts", "labels", "containerDefinitions", "properties", "Dimensions"};

/// "enableECSManagedTags" -> "enable_ecs_managed_tags".
std::string snake(std::string_view name) {
  const auto is_upper = [&](std::size_t i) { return i < name.size() && std::isupper(static_cast<unsigned char>(name[i])) != 0; };
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool ends_run = is_upper(i) && i + 1 < name.size() && !is_upper(i + 1);
    if (i > 0 && is_upper(i) && (!is_upper(i - 1) || ends_run)) text += '_';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return text;
}

/// Moves `from` of the object's member `parent` up into the object itself.
void lift(Json& object, const char* parent, const char* member) {
  if (!object.contains(parent) || !object[parent].contains(member)) return;
  object[member] = std::move(object[parent][member]);
  object[parent].erase(member);
}

Json map_of(const Json& list, const char* key, const char* value) {
  Json map = Json::object();
  for (const Json& item : list) map[item.value(key, "")] = item.value(value, "");
  return map;
}

/// A schedule's network has no block around it, and says yes or no.
void reshape_schedule(Json& input) {
  if (!input.contains("Target") || !input["Target"]["EcsParameters"].contains("NetworkConfiguration")) return;
  Json network = std::move(input["Target"]["EcsParameters"]["NetworkConfiguration"]["awsvpcConfiguration"]);
  network["AssignPublicIp"] = network.value("AssignPublicIp", "DISABLED") == "ENABLED";
  input["Target"]["EcsParameters"]["NetworkConfiguration"] = std::move(network);
}

/// Dimensions are a map; the metric of a query has its period and statistic beside its name.
void reshape_alarm(Json& input) {
  if (input.contains("Dimensions")) input["Dimensions"] = map_of(input["Dimensions"], "Name", "Value");
  if (input.contains("Metrics")) {
    for (Json& query : input["Metrics"]) {
      if (!query.contains("MetricStat")) continue;
      Json metric = std::move(query["MetricStat"]["Metric"]);
      metric["Dimensions"] = map_of(metric["Dimensions"], "Name", "Value");
      for (const char* member : {"Period", "Stat"}) metric[member] = query["MetricStat"][member];
      query["MetricStat"] = std::move(metric);
    }
  }
  if (!input.contains("Tags")) return;
  for (const Json& tag : input["Tags"]) input["tags"].push_back({{"key", tag["Key"]}, {"value", tag["Value"]}});
  input.erase("Tags");
}

/// What the provider has in another place or form.
void reshape(Json& input) {
  for (const char* member : {"minimumHealthyPercent", "maximumPercent", "deploymentCircuitBreaker", "alarms"}) lift(input, "deploymentConfiguration", member);
  if (input.contains("networkConfiguration") && input["networkConfiguration"].contains("awsvpcConfiguration")) {
    Json network = std::move(input["networkConfiguration"]["awsvpcConfiguration"]);
    network["assignPublicIp"] = network.value("assignPublicIp", "DISABLED") == "ENABLED";
    input["networkConfiguration"] = std::move(network);
  }
  if (input.contains("proxyConfiguration") && input["proxyConfiguration"].contains("properties")) {
    input["proxyConfiguration"]["properties"] = map_of(input["proxyConfiguration"]["properties"], "name", "value");
  }
  if (input.contains("volumes")) {
    for (Json& volume : input["volumes"]) {
      if (volume.contains("host") && volume["host"].contains("sourcePath")) volume["hostPath"] = volume["host"]["sourcePath"];
      volume.erase("host");
    }
  }
  if (input.contains("deploymentConfiguration") && input["deploymentConfiguration"].contains("lifecycleHooks")) {
    for (Json& hook : input["deploymentConfiguration"]["lifecycleHooks"]) {
      if (hook.contains("hookDetails")) hook["hookDetails"] = canonical_json(hook["hookDetails"]);
    }
  }
}

}  // namespace

Json terraform_arguments(std::string_view operation, Json input, std::vector<std::string>& missing) {
  if (operation == "CreateSchedule") reshape_schedule(input);
  else if (operation == "PutMetricAlarm") reshape_alarm(input);
  else reshape(input);
  // Their keys are the user's own words, at the top only.
  Json tags;
  if (input.contains("tags")) {
    tags = map_of(input["tags"], "key", "value");
    input.erase("tags");
  }
  Json arguments = renamed(input, operation, {.exceptions = kArgumentNames, .verbatim = kVerbatimArguments, .rule = snake}, missing);
  if (!tags.is_null()) arguments["tags"] = std::move(tags);
  return arguments;
}

}  // namespace berth::exporting
