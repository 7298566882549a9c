#include "compiler/export/cloudformation_names.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace berth::exporting {
namespace {

/// A member that CloudFormation calls otherwise; "" = it has none. `parent` is the member around it, at the top the operation.
struct Exception {
  std::string_view parent;
  std::string_view member;
  std::string_view property;
};

constexpr std::array<Exception, 11> kExceptions = {{
    {"CreateCluster", "settings", "ClusterSettings"},
    {"CreateCapacityProvider", "cluster", "ClusterName"},
    {"CreateService", "placementStrategy", "PlacementStrategies"},
    {"volumes", "efsVolumeConfiguration", "EFSVolumeConfiguration"},
    {"volumes", "fsxWindowsFileServerVolumeConfiguration", "FSxWindowsFileServerVolumeConfiguration"},
    {"volumes", "s3filesVolumeConfiguration", "S3FilesVolumeConfiguration"},
    {"efsVolumeConfiguration", "fileSystemId", "FilesystemId"},
    {"authorizationConfig", "iam", "IAM"},
    {"proxyConfiguration", "properties", "ProxyConfigurationProperties"},
    {"lifecycleHooks", "targetType", ""},
    {"lifecycleHooks", "timeoutConfiguration", ""},
}};

/// Members whose keys are the user's own words.
constexpr std::array<std::string_view, 5> kVerbatim = {"dockerLabels", "options", "driverOpts", "labels", "hookDetails"};

class Renamer {
 public:
  explicit Renamer(std::vector<std::string>& missing) : missing_(missing) {}

  // NOLINTNEXTLINE(misc-no-recursion)
  Json run(const Json& value, std::string_view parent, const std::string& path) {
    if (value.is_array()) {
      Json array = Json::array();
      for (const Json& item : value) array.push_back(run(item, parent, path));
      return array;
    }
    if (!value.is_object()) return value;
    Json object = Json::object();
    for (const auto& [key, member] : value.items()) {
      const std::string place = path.empty() ? key : path + "." + key;
      const std::string name = property(parent, key);
      if (name.empty()) {
        missing_.push_back(place);
        continue;
      }
      const bool is_verbatim = std::find(kVerbatim.begin(), kVerbatim.end(), key) != kVerbatim.end();
      object[name] = is_verbatim ? member : run(member, key, place);
    }
    return object;
  }

 private:
  static std::string property(std::string_view parent, const std::string& member) {
    for (const Exception& exception : kExceptions) {
      if (exception.parent == parent && exception.member == member) return std::string(exception.property);
    }
    std::string name = member;
    if (!name.empty()) name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
    return name;
  }

  std::vector<std::string>& missing_;
};

}  // namespace

Json cloudformation_properties(std::string_view operation, const Json& input, std::vector<std::string>& missing) {
  return Renamer(missing).run(input, operation, "");
}

}  // namespace berth::exporting
