#include "providers/images/manifest.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"

namespace berth::provider {
namespace {

constexpr std::array<std::string_view, 2> kSingle = {"application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json"};
constexpr std::array<std::string_view, 2> kLists = {"application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json"};

bool is_one_of(std::string_view type, const std::array<std::string_view, 2>& types) { return std::find(types.begin(), types.end(), type) != types.end(); }

/// Platforms of a list; BuildKit's attestations have "unknown" for one.
int count_platforms(const Json& list) {
  int count = 0;
  for (const Json& entry : list["manifests"]) {
    const Json platform = entry.is_object() ? entry.value("platform", Json::object()) : Json::object();
    const bool is_attestation = platform.is_object() && platform.contains("os") && platform["os"] == "unknown";
    count += is_attestation ? 0 : 1;
  }
  return count;
}

}  // namespace

std::string manifest_types() { return fmt::format("{}, {}", fmt::join(kLists, ", "), fmt::join(kSingle, ", ")); }

Result<Manifest> read_manifest(std::string_view bytes, std::string_view content_type, std::string_view promised) {
  Manifest manifest{.digest = "sha256:" + sha256_hex(bytes)};
  if (!promised.empty() && promised != manifest.digest) {
    return Error{"registry", fmt::format("the registry gave other bytes than it said: {} in place of {}", manifest.digest, promised)};
  }
  auto json = parse_json(bytes);
  if (!json) return json.error().while_doing("read the manifest");
  if (!json->is_object()) return Error{"registry", "the manifest is no object"};
  std::string type(content_type.substr(0, content_type.find(';')));
  // OCI's say it by their shape where the head does not.
  const auto stated = json->find("mediaType");
  if (!is_one_of(type, kSingle) && !is_one_of(type, kLists) && stated != json->end() && stated->is_string()) type = stated->get<std::string>();
  if (is_one_of(type, kLists)) {
    if (!json->contains("manifests") || !(*json)["manifests"].is_array()) return Error{"registry", "the manifest list has no manifests"};
    manifest.platforms = count_platforms(*json);
    return manifest;
  }
  if (is_one_of(type, kSingle)) {
    if (!json->contains("config") || !json->contains("layers")) return Error{"registry", "the manifest has no layers"};
    return manifest;
  }
  return Error{"registry", fmt::format("the registry has the image in the form `{}`, which is none of Docker's second schema and OCI's", type)};
}

}  // namespace berth::provider
