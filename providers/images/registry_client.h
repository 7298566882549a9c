#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "providers/http/http_client.h"
#include "providers/images/manifest.h"
#include "providers/images/reference.h"

namespace berth::provider {

/// User and password by registry ("docker.io", "registry.example:5000"), as `Authorization: Basic` has them.
using RegistryCredentials = std::map<std::string, std::string>;

/// The logins in Docker's `config.json`: those in `auths` that have an `auth`. What a credential store keeps is not read.
RegistryCredentials read_docker_config(std::string_view json);

/// Asks registries which digest a tag has. Errors: "image-missing" when the registry has no such image, "registry-denied" when it wants another login,
/// "registry" for other answers, and those of HttpClient.
class RegistryClient {
 public:
  /// Makes the connection to "https://host[:port]".
  using Connect = std::function<std::unique_ptr<HttpClient>(const std::string& origin)>;

  RegistryClient(Connect connect, RegistryCredentials credentials) : connect_(std::move(connect)), credentials_(std::move(credentials)) {}

  /// The digest alone, by a request that has no body; "" where the registry does not say it without one.
  Result<std::string> digest(const ImageReference& image);
  /// The manifest, its digest computed from its bytes.
  Result<Manifest> manifest(const ImageReference& image);

 private:
  Result<HttpResponse> ask(const std::string& method, const ImageReference& image);
  Result<HttpResponse> send(const std::string& origin, const HttpRequest& request);
  Result<std::string> authorization(const ImageReference& image, const HttpResponse& refused);
  Result<std::string> token(const ImageReference& image, const std::string& realm, const std::string& service, const std::string& scope);

  Connect connect_;
  RegistryCredentials credentials_;
  std::map<std::string, std::unique_ptr<HttpClient>> connections_;  ///< by origin
  std::map<std::string, std::string> authorizations_;               ///< by origin and repository
};

}  // namespace berth::provider
