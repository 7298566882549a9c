// CloudFormation templates: what of them is ECS, in the form of the ECS API.
#include "compiler/import/cloudformation.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "compiler/import/spelling.h"
#include "compiler/sema/image.h"

namespace berth::importing {
namespace {

/// Members whose names are the user's own.
const std::set<std::string> kOpenMaps = {"DockerLabels", "Options", "DriverOpts", "Labels", "HookDetails"};
/// Members in which a text of the language may have a parameter.
const std::set<std::string> kTexts = {"Value", "Command", "EntryPoint", "DockerLabels", "Image"};
/// Where CloudFormation counts with texts as well.
const std::set<std::string> kNumbers = {
    "cpu", "memory", "memoryReservation", "containerPort", "hostPort", "softLimit", "hardLimit", "interval", "timeout", "retries", "startPeriod", "startTimeout", "stopTimeout", "desiredCount",
    "minimumHealthyPercent", "maximumPercent", "weight", "base", "healthCheckGracePeriodSeconds", "sizeInGiB", "size", "sharedMemorySize", "maxSwap", "swappiness", "bakeTimeInMinutes", "port", "transitEncryptionPort",
    "targetCapacity", "minimumScalingStepSize", "maximumScalingStepSize", "instanceWarmupPeriod"};
const std::set<std::string> kFlags = {"essential", "privileged", "readOnly", "enable", "enabled", "rollback", "readonlyRootFilesystem", "enableExecuteCommand", "enableECSManagedTags", "initProcessEnabled",
                                      "interactive", "pseudoTerminal", "encrypted", "disableNetworking", "autoprovision", "configuredAtLaunch", "enableFaultInjection"};

/// "ContainerDefinitions" -> "containerDefinitions", and the few that differ in more.
std::string api_member(const std::string& member) {
  static const std::map<std::string, std::string> others = {{"EFSVolumeConfiguration", "efsVolumeConfiguration"}, {"FSxWindowsFileServerVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration"},
                                                            {"FilesystemId", "fileSystemId"}, {"FileSystemId", "fileSystemId"}, {"IAM", "iam"}, {"ProxyConfigurationProperties", "properties"},
                                                            {"S3FilesVolumeConfiguration", "s3filesVolumeConfiguration"}, {"ClusterSettings", "settings"}};
  if (const auto known = others.find(member); known != others.end()) return known->second;
  std::string result = member;
  if (!result.empty()) result.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(result.front())));
  return result;
}

class TemplateReader {
 public:
  TemplateReader(Workspace& workspace, std::shared_ptr<const Document> document, std::vector<Item>& items)
      : workspace_(workspace), document_(std::move(document)), items_(items), values_(workspace, *document_) {}

  void read() {
    const Json& resources = document_->root()["Resources"];
    if (!resources.is_object()) {
      workspace_.wrong(*document_, "/Resources", "is no mapping of resources", "here");
      return;
    }
    for (const auto& [logical, resource] : resources.items()) this->resource(logical, resource);
    for (const auto& [logical, resource] : resources.items()) {
      if (kind_of(resource) == "AWS::ECS::ClusterCapacityProviderAssociations") associate(logical, resource);
    }
  }

 private:
  static std::string kind_of(const Json& resource) {
    return resource.is_object() && resource.contains("Type") && resource["Type"].is_string() ? resource["Type"].get<std::string>() : "";
  }

  void resource(const std::string& logical, const Json& resource) {
    const std::string kind = kind_of(resource);
    const std::string pointer = below("/Resources", logical);
    static const std::map<std::string, std::pair<Item::Kind, const char*>> kinds = {{"AWS::ECS::TaskDefinition", {Item::Kind::task, "family"}},
                                                                                    {"AWS::ECS::Service", {Item::Kind::service, "serviceName"}},
                                                                                    {"AWS::ECS::Cluster", {Item::Kind::cluster, "clusterName"}},
                                                                                    {"AWS::ECS::CapacityProvider", {Item::Kind::provider, "name"}}};
    const auto known = kinds.find(kind);
    if (known == kinds.end()) {
      if (kind == "AWS::ECS::ClusterCapacityProviderAssociations") return;
      workspace_.note(*document_, path_text(pointer), fmt::format("is a resource of another kind ({}): left out, and named as an `extern` where something refers to it", kind));
      return;
    }
    for (const char* attribute : {"Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"}) {
      if (resource.contains(attribute)) workspace_.note(*document_, path_text(below(pointer, attribute)), "is CloudFormation's own: left out");
    }
    const Json properties = resource.value("Properties", Json::object());
    if (!properties.is_object()) {
      workspace_.wrong(*document_, below(pointer, "Properties"), "is no object", "here");
      return;
    }
    Json object = convert(properties, below(pointer, "Properties"), false);
    const auto [item_kind, name] = known->second;
    if (!object.contains(name)) object[name] = logical;
    if (item_kind == Item::Kind::task) {
      for (const char* amount : {"cpu", "memory"}) {
        if (object.contains(amount) && object[amount].is_number()) object[amount] = object[amount].dump();
      }
    }
    items_.push_back({item_kind, document_, below(pointer, "Properties"), std::move(object), nullptr, true});
  }

  /// Names of members as the API has them, functions worked out.
  Json convert(const Json& value, const std::string& pointer, bool open) {
    if (value.is_array()) {
      Json list = Json::array();
      for (std::size_t i = 0; i < value.size(); ++i) {
        Json item = convert(value[i], below(pointer, i), open);
        if (!item.is_null()) list.push_back(std::move(item));
      }
      return list;
    }
    const bool function = value.is_object() && value.size() == 1 && (value.begin().key() == "Ref" || value.begin().key().starts_with("Fn::"));
    if (function) {
      Json resolved = values_.resolve(value, pointer, open);
      // What a function gives may be an object of the template in turn.
      return resolved.is_structured() ? convert(resolved, pointer, open) : resolved;
    }
    if (!value.is_object()) return values_.resolve(value, pointer, open);
    Json object = Json::object();
    for (const auto& [key, item] : value.items()) {
      const std::string where = below(pointer, key);
      Json converted = kOpenMaps.contains(key) ? texts(values_.resolve(item, where, kTexts.contains(key))) : member(key, item, where, open);
      if (!converted.is_null()) object[api_member(key)] = std::move(converted);
    }
    return object;
  }

  Json member(const std::string& key, const Json& item, const std::string& pointer, bool open) {
    if (key == "Image") return image(item, pointer);
    const std::string name = api_member(key);
    Json value = convert(item, pointer, open || kTexts.contains(key));
    if (key == "Value" && !value.is_structured() && !value.is_null() && !value.is_string()) return value.dump();
    const bool of_task = name == "cpu" || name == "memory";
    if (value.is_string() && kNumbers.contains(name) && !(of_task && pointer.find("ContainerDefinitions") == std::string::npos)) {
      const std::string& text = value.get_ref<const std::string&>();
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error == std::errc() && end == text.data() + text.size()) return number;
    }
    if (value.is_string() && kFlags.contains(name) && (value == "true" || value == "false")) return value == "true";
    return value;
  }

  /// A parameter in it, where what it stands for by default has a version.
  Json image(const Json& item, const std::string& pointer) {
    const std::size_t notes = workspace_.report.size();
    const Json plain = values_.resolve(item, pointer, false);
    if (!plain.is_string()) return plain;
    const auto parsed = sema::parse_image(plain.get_ref<const std::string&>());
    const bool tagged = parsed.index() == 0 && (!std::get<0>(parsed).tag.empty() || !std::get<0>(parsed).digest.empty());
    if (!tagged || !item.is_object()) return plain;
    workspace_.report.resize(notes);  // the parameters stay
    return values_.resolve(item, pointer, true);
  }

  static Json texts(Json object) {
    if (!object.is_object()) return object;
    for (Json& item : object) {
      if (!item.is_string() && !item.is_structured()) item = item.dump();
    }
    return object;
  }

  /// Capacity providers that are given to a cluster by a resource of their own.
  void associate(const std::string& logical, const Json& resource) {
    const std::string pointer = below(below("/Resources", logical), "Properties");
    const Json object = convert(resource.value("Properties", Json::object()), pointer, false);
    const std::string cluster = object.is_object() && object.contains("cluster") && object["cluster"].is_string() ? object["cluster"].get<std::string>() : "";
    for (Item& item : items_) {
      if (item.kind != Item::Kind::cluster || item.document != document_ || item.object.value("clusterName", Json()) != Json(cluster)) continue;
      for (const char* member : {"capacityProviders", "defaultCapacityProviderStrategy"}) {
        if (object.contains(member)) item.object[member] = object[member];
      }
      return;
    }
    workspace_.note(*document_, path_text(pointer), "is of a cluster that the template does not have: left out");
  }

  Workspace& workspace_;
  std::shared_ptr<const Document> document_;
  std::vector<Item>& items_;
  TemplateValues values_;
};

}  // namespace

void read_template(Workspace& workspace, const std::shared_ptr<const Document>& document, std::vector<Item>& items) { TemplateReader(workspace, document, items).read(); }

}  // namespace berth::importing
