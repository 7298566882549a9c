#include "compiler/export/cloudformation_names.h"

#include <array>
#include <cctype>

#include "compiler/export/rename.h"

namespace berth::exporting {
namespace {

constexpr std::array<Renaming::Exception, 11> kPropertyNames = {{
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
constexpr std::array<std::string_view, 5> kVerbatimProperties = {"dockerLabels", "options", "driverOpts", "labels", "hookDetails"};

std::string capitalised(std::string_view member) {
  std::string name(member);
  if (!name.empty()) name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name;
}

}  // namespace

Json cloudformation_properties(std::string_view operation, const Json& input, std::vector<std::string>& missing) {
  return renamed(input, operation, {.exceptions = kPropertyNames, .verbatim = kVerbatimProperties, .rule = capitalised}, missing);
}

}  // namespace berth::exporting
