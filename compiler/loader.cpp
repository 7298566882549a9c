#include "compiler/loader.h"

#include <fmt/format.h>

#include "compiler/syntax/parse.h"

namespace berth {
namespace {

std::string join(const std::string& directory, const std::string& name) {
  if (directory == ".") return name;
  return directory.ends_with('/') ? directory + name : directory + "/" + name;
}

/// The .ecs files of a directory, or nothing after a report.
std::vector<std::string> files_of(const std::string& directory, const FileSystem& files, DiagnosticSink& sink) {
  const auto names = files.list_files(directory);
  if (!names) {
    sink.report("E0902", {}, names.error().message);
    return {};
  }
  std::vector<std::string> paths;
  for (const std::string& name : *names) {
    if (name.ends_with(".ecs") && name.size() > 4 && name.front() != '.') paths.push_back(join(directory, name));
  }
  if (paths.empty()) {
    sink.report("E0902", {}, fmt::format("there is no .ecs file in {}", directory)).help("name a file, or a directory that has some");
  }
  return paths;
}

}  // namespace

std::vector<SourceId> load_sources(const std::string& path, const FileSystem& files, SourceSet& sources, DiagnosticSink& sink) {
  const std::vector<std::string> paths = files.is_directory(path) ? files_of(path, files, sink) : std::vector<std::string>{path};
  if (paths.size() > kMaxStackFiles) {
    sink.report("E0901", {}, fmt::format("{} has {} .ecs files; a stack may have {}", path, paths.size(), kMaxStackFiles));
    return {};
  }
  std::vector<SourceId> loaded;
  std::size_t bytes = 0;
  for (const std::string& file : paths) {
    auto text = files.read(file);
    if (!text) {
      sink.report("E0902", {}, text.error().message);
      return {};
    }
    bytes += text->size();
    if (bytes > kMaxStackBytes) {
      sink.report("E0901", {}, fmt::format("the files of {} have more than {} MiB together", path, kMaxStackBytes >> 20U));
      return {};
    }
    loaded.push_back(sources.add(file, *std::move(text)));
  }
  return loaded;
}

}  // namespace berth
