#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::provider {

/// What a tag stands for at the moment.
struct Manifest {
  std::string digest;  ///< "sha256:…", of the bytes themselves
  int platforms = 1;   ///< that it is there for; attestations are none
};

/// The types of manifest that are understood, for `Accept`: Docker's and OCI's, of one platform or a list of them.
std::string manifest_types();

/// Reads the manifest that a registry gave. `promised` is the digest in its answer's head, or "". Error "registry": another type, broken text, or bytes
/// that are not the promised ones.
Result<Manifest> read_manifest(std::string_view bytes, std::string_view content_type, std::string_view promised);

}  // namespace berth::provider
