#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "base/source.h"

namespace berth {

/// The name of the file beside a stack (or above it) that pins what comes from elsewhere.
inline constexpr std::string_view kLockFile = "berth.lock";

/// What `berth.lock` pins: a line per entry, words separated by blanks, `#` begins a comment, the order of lines means nothing.
///
///     image   registry.acme.example/shop/orders:1.9.3      sha256:4be1…  2 platforms  locked 2025-06-02
///     module  github.com/acme/ecs-modules/naming@1.4.2     sha256:99aa…  vendor/github.com/acme/ecs-modules/naming@1.4.2
///     schema  ecs-api 2014-11-13/2025-05                   sha256:1c0d…
struct Lock {
  /// `hash` is `sha256:` and 64 lower-case hexadecimal digits; `span` is the line.
  struct Image {
    std::string hash;
    Span span;
  };
  struct Module {
    std::string hash;
    std::string path;  ///< of its directory, from the directory of the lock file; inside it
    Span span;
  };
  struct Schema {
    std::string version;
    std::string hash;
    Span span;
  };

  std::map<std::string, Image> images;    ///< by reference, as written in a stack: `shop/orders:1.9.3`
  std::map<std::string, Module> modules;  ///< by name and version: `github.com/acme/ecs-modules/naming@1.4.2`
  std::map<std::string, Schema> schemas;  ///< by name
  std::string directory;                  ///< of the lock file
};

/// Reads the lock file `source`. Lines that cannot be read, and second lines for one thing, are E0235, and missing in the result.
Lock parse_lock(SourceId source, const SourceSet& sources, DiagnosticSink& sink);

}  // namespace berth
