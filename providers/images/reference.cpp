#include "providers/images/reference.h"

namespace berth::provider {
namespace {

constexpr std::string_view kDockerHub = "docker.io";
constexpr std::string_view kDockerHubHost = "registry-1.docker.io";

bool is_loopback(std::string_view host) {
  const std::string_view name = host.substr(0, host.find(':'));
  if (name == "localhost") return true;
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

std::string ImageReference::origin() const {
  if (registry == kDockerHub) return "https://" + std::string(kDockerHubHost);
  return (is_loopback(registry) ? "http://" : "https://") + registry;
}

ImageReference parse_image_reference(std::string_view image) {
  ImageReference reference{.registry = std::string(kDockerHub), .repository = "", .tag = "latest"};
  std::string_view rest = image.substr(0, image.find('@'));
  const std::size_t slash = rest.find('/');
  const std::string_view first = rest.substr(0, slash);
  if (slash != std::string_view::npos && (first.find_first_of(".:") != std::string_view::npos || first == "localhost")) {
    reference.registry = first == "index.docker.io" || first == kDockerHubHost ? kDockerHub : first;
    rest.remove_prefix(slash + 1);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
    reference.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  reference.repository = rest;
  // Docker Hub's own images stand in a folder that nobody writes.
  if (reference.registry == kDockerHub && rest.find('/') == std::string_view::npos) reference.repository = "library/" + reference.repository;
  return reference;
}

bool is_loopback_url(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view rest = url.substr(scheme.size());
    return is_loopback(rest.substr(0, rest.find_first_of("/?#")));
  }
  return false;
}

}  // namespace berth::provider
