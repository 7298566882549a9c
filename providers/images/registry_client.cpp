#include "providers/images/registry_client.h"

#include <cctype>

#include <fmt/format.h>

#include "base/json.h"
#include "providers/images/challenge.h"

namespace berth::provider {
namespace {

constexpr Milliseconds kTimeout{20'000};
constexpr int kUnauthorized = 401;

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned>(byte));
  }
  return encoded;
}

std::string header(const HttpResponse& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? std::string() : found->second;
}

Error refusal(const ImageReference& image, const HttpResponse& response, bool has_login) {
  const std::string what = fmt::format("{}/{}:{}", image.registry, image.repository, image.tag);
  switch (response.status) {
    case 404: return {"image-missing", fmt::format("{}: the registry has no such image", what)};
    case 401:
    case 403:
      return {"registry-denied", fmt::format("{}: the registry refuses {} (`docker login {}` writes one into ~/.docker/config.json)", what,
                                             has_login ? "the login" : "to answer without a login", image.registry)};
    case 429: return {"registry", fmt::format("{}: the registry takes no more requests for now", what), true};
    default: return {"registry", fmt::format("{}: the registry answers with {}", what, response.status), response.status >= 500};
  }
}

/// The registry that an entry of `auths` is for: Docker files its own under a URL.
std::string registry_of(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
  }
  key = key.substr(0, key.find('/'));
  return std::string(key == "index.docker.io" || key == "registry-1.docker.io" ? "docker.io" : key);
}

}  // namespace

RegistryCredentials read_docker_config(std::string_view json) {
  RegistryCredentials credentials;
  const auto parsed = parse_json(json);
  if (!parsed || !parsed->is_object() || !parsed->contains("auths") || !(*parsed)["auths"].is_object()) return credentials;
  for (const auto& [key, entry] : (*parsed)["auths"].items()) {
    if (entry.is_object() && entry.contains("auth") && entry["auth"].is_string() && !entry["auth"].get<std::string>().empty()) {
      credentials.emplace(registry_of(key), entry["auth"].get<std::string>());
    }
  }
  return credentials;
}

Result<std::string> RegistryClient::digest(const ImageReference& image) {
  BERTH_TRY(response, ask("HEAD", image));
  return header(response, "docker-content-digest");
}

Result<Manifest> RegistryClient::manifest(const ImageReference& image) {
  BERTH_TRY(response, ask("GET", image));
  auto manifest = read_manifest(response.body, header(response, "content-type"), header(response, "docker-content-digest"));
  if (!manifest) return manifest.error().while_doing(fmt::format("{}/{}:{}", image.registry, image.repository, image.tag));
  return manifest;
}

Result<HttpResponse> RegistryClient::ask(const std::string& method, const ImageReference& image) {
  HttpRequest request{.method = method, .path = fmt::format("/v2/{}/manifests/{}", image.repository, image.tag), .headers = {{"Accept", manifest_types()}}, .body = "", .timeout = kTimeout};
  const std::string key = image.origin() + "/" + image.repository;
  const auto known = authorizations_.find(key);
  if (known != authorizations_.end()) request.headers["Authorization"] = known->second;
  BERTH_TRY(response, send(image.origin(), request));
  if (response.status == kUnauthorized) {
    BERTH_TRY(granted, authorization(image, response));
    if (!granted.empty()) {
      authorizations_[key] = granted;
      request.headers["Authorization"] = granted;
      BERTH_TRY(again, send(image.origin(), request));
      response = std::move(again);
    }
  }
  if (response.status != 200) return refusal(image, response, credentials_.contains(image.registry));
  return response;
}

Result<HttpResponse> RegistryClient::send(const std::string& origin, const HttpRequest& request) {
  std::unique_ptr<HttpClient>& connection = connections_[origin];
  if (!connection) connection = connect_(origin);
  return connection->send(request);
}

/// What the registry wants to see; "" when there is nothing to show.
Result<std::string> RegistryClient::authorization(const ImageReference& image, const HttpResponse& refused) {
  const auto challenge = parse_challenge(header(refused, "www-authenticate"));
  if (!challenge) return std::string();
  if (challenge->kind == Challenge::Kind::bearer) {
    return token(image, challenge->realm, challenge->service, challenge->scope.empty() ? fmt::format("repository:{}:pull", image.repository) : challenge->scope);
  }
  const auto login = credentials_.find(image.registry);
  return login == credentials_.end() ? std::string() : "Basic " + login->second;
}

Result<std::string> RegistryClient::token(const ImageReference& image, const std::string& realm, const std::string& service, const std::string& scope) {
  if (!realm.starts_with("https://") && !(realm.starts_with("http://") && is_loopback_url(realm))) {
    return Error{"registry", fmt::format("{} sends for a token to {}, which is no https address", image.registry, realm)};
  }
  const std::size_t path = realm.find('/', realm.find("://") + 3);
  const std::string origin = realm.substr(0, path);
  HttpRequest request{.method = "GET", .path = path == std::string::npos ? "/" : realm.substr(path), .headers = {}, .body = "", .timeout = kTimeout};
  request.path += request.path.find('?') == std::string::npos ? "?" : "&";
  if (!service.empty()) request.path += "service=" + percent_encoded(service) + "&";
  request.path += "scope=" + percent_encoded(scope);
  if (const auto login = credentials_.find(image.registry); login != credentials_.end()) request.headers["Authorization"] = "Basic " + login->second;
  BERTH_TRY(response, send(origin, request));
  if (response.status != 200) return refusal(image, response, credentials_.contains(image.registry));
  const auto json = parse_json(response.body);
  if (json && json->is_object()) {
    for (const char* member : {"token", "access_token"}) {
      if (json->contains(member) && (*json)[member].is_string()) return "Bearer " + (*json)[member].get<std::string>();
    }
  }
  return Error{"registry", fmt::format("{} gives out something that is no token", origin)};
}

}  // namespace berth::provider
