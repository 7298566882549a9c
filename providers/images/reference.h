#pragma once

#include <string>
#include <string_view>

namespace berth::provider {

/// Where an image is found: `nginx:1.27` is `library/nginx` on Docker Hub.
struct ImageReference {
  std::string registry;    ///< "docker.io", "registry.example:5000": as credentials are filed under
  std::string repository;  ///< "library/nginx"
  std::string tag;         ///< "latest" when none is written

  /// The base of the registry's URLs. Plain http only for a registry on this machine (localhost, 127.…).
  [[nodiscard]] std::string origin() const;
};

/// Takes an image's name apart; a digest in it is not looked at. The name is one that the compiler has checked.
ImageReference parse_image_reference(std::string_view image);

/// Whether a URL names this machine.
bool is_loopback_url(std::string_view url);

}  // namespace berth::provider
