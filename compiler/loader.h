#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/file_system.h"
#include "base/source.h"
#include "compiler/ast/ast.h"
#include "compiler/lock.h"

namespace berth {

/// Limits of a stack with the modules that it imports (a file's own limit is the parser's); more is E0901.
inline constexpr std::size_t kMaxStackBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMaxStackFiles = 1000;

/// The files that share their names: the stack, or a module that it imports.
struct LoadedModule {
  std::string name;  ///< "" the stack, "std/services", "./lib/naming.ecs" (from the stack), "github.com/acme/ecs-modules/naming@1.4.2"
  std::vector<ast::File> files;
};

/// A stack and everything that it imports, directly or through others.
struct LoadedStack {
  std::vector<LoadedModule> modules;  ///< [0] is the stack itself; each module once, as they are found
  /// Which module the path string of an import stands for. Paths that could not be loaded are missing, and reported.
  std::map<Span, std::size_t> imports;
  std::string root;           ///< directory of the stack
  std::string project;        ///< directory of berth.lock, at or above `root`; without a lock it is `root`. Relative imports stay inside it
  std::optional<Lock> lock;   ///< what berth.lock says, if there is one
};

/// Reads and parses the stack at `path` (a file, or every *.ecs file of a directory in name order), and the modules that it imports: from its
/// tree, from the standard library, or from the vendored store that berth.lock names. Nothing is fetched. What is wrong goes to `sink`; the rest
/// is loaded all the same. docs/language.md says where modules come from.
LoadedStack load(const std::string& path, const FileSystem& files, SourceSet& sources, DiagnosticSink& sink);

/// What berth.lock pins of a module: what `sha256sum *.ecs | sha256sum` prints, that is the hash of a line "HASH  NAME" for each of its files, in the order of names.
/// `files` is text by name. 64 hexadecimal digits.
std::string module_hash(const std::map<std::string, std::string>& files);

}  // namespace berth
