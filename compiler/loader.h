#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/file_system.h"
#include "base/source.h"

namespace berth {

/// Limits of one stack (a file's own limit is the parser's); more is E0901.
inline constexpr std::size_t kMaxStackBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMaxStackFiles = 1000;

/// Reads the file at `path`, or every *.ecs file of the directory at `path` in name order, into `sources`. Nothing to read, or something
/// unreadable, is E0902; the result is empty then.
std::vector<SourceId> load_sources(const std::string& path, const FileSystem& files, SourceSet& sources, DiagnosticSink& sink);

}  // namespace berth
