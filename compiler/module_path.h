#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace berth {

/// What the text of an import names.
enum class ModulePathKind {
  relative,  ///< `./naming.ecs`, `../lib`
  standard,  ///< `std/services`
  remote,    ///< `github.com/org/repo/path@1.4.2`
  unknown
};
ModulePathKind module_path_kind(std::string_view path);

/// `github.com/org/repo/path@1.4.2` taken apart.
struct RemoteModulePath {
  std::string_view name;                    ///< without the version
  std::optional<std::string_view> version;  ///< as written after the last `@`
};
RemoteModulePath split_remote(std::string_view path);

/// Whether a version is one version: `1.4.2`, `2.0.0-rc.1`.
bool is_exact_version(std::string_view version);

/// `path` as seen from `directory`, in its shortest form; `.` is the current directory.
std::string resolve_path(const std::string& directory, const std::string& path);
/// The directory of a file; `.` for a bare name.
std::string directory_of(const std::string& path);
/// The directory above; `..` above `.`.
std::string parent_directory(const std::string& directory);
/// Whether the shortest form `path` is `directory` or lies below it. By the text alone: links are not followed.
bool is_inside(const std::string& directory, const std::string& path);
/// `path` the way an import in a file of `directory` would write it: `./lib/naming.ecs`, `../lib`.
std::string relative_import(const std::string& directory, const std::string& path);

}  // namespace berth
