#include "compiler/fix_stack.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace berth {
namespace {

/// A stack has few stages; a fix that brings itself back ends here.
constexpr int kMaxRounds = 10;

/// Another file system with some files replaced.
class Overlay final : public FileSystem {
 public:
  explicit Overlay(const FileSystem& below) : below_(below) {}
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    const auto found = files.find(path);
    return found == files.end() ? below_.read(path) : Result<std::string>(found->second);
  }
  [[nodiscard]] bool is_directory(const std::string& path) const override { return below_.is_directory(path); }
  [[nodiscard]] Result<std::vector<std::string>> list_files(const std::string& directory) const override { return below_.list_files(directory); }

  std::map<std::string, std::string> files;

 private:
  const FileSystem& below_;
};

struct Round {
  std::shared_ptr<SourceSet> sources = std::make_shared<SourceSet>();
  std::vector<Diagnostic> diagnostics;

  [[nodiscard]] auto errors() const {
    return std::count_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return d.severity == Severity::error; });
  }
  [[nodiscard]] auto syntax_errors() const {
    return std::count_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return d.code.starts_with("E00"); });
  }
};

Round compile_round(const CompileOptions& options, const FileSystem& files) {
  Round round;
  DiagnosticSink sink;
  compile(options, files, round.sources, sink);
  round.diagnostics = sink.sorted();
  return round;
}

/// Whether `path` is a file of the stack at `root` itself: the file that was named, or one that lies directly in the directory.
bool is_of_stack(const std::string& path, const std::string& root, const FileSystem& files) {
  if (!files.is_directory(root)) return path == root;
  std::string inside = path;
  const std::string prefix = root.ends_with('/') ? root : root + "/";
  if (inside.starts_with(prefix)) {
    inside = inside.substr(prefix.size());
  } else if (root != ".") {
    return false;
  }
  return inside.ends_with(".ecs") && inside.find('/') == std::string::npos && files.read(path);
}

}  // namespace

FixedStack fix_stack(const CompileOptions& asked, const FileSystem& files) {
  CompileOptions options = asked;
  while (options.path.size() > 1 && options.path.ends_with('/')) options.path.pop_back();
  FixedStack fixed;
  Overlay overlay(files);
  Round round = compile_round(options, overlay);
  for (int i = 0; i < kMaxRounds; ++i) {
    const auto before = overlay.files;
    std::vector<AppliedFix> applied;
    for (std::size_t index = 0; index < round.sources->size(); ++index) {
      const auto id = static_cast<SourceId>(index);
      const std::string& path = round.sources->file(id).path();
      if (!is_of_stack(path, options.path, files)) continue;
      FixedSource source = apply_safe_fixes(id, *round.sources, round.diagnostics);
      if (source.applied.empty()) continue;
      overlay.files[path] = std::move(source.text);
      applied.insert(applied.end(), source.applied.begin(), source.applied.end());
    }
    if (applied.empty()) break;
    Round next = compile_round(options, overlay);
    if (next.syntax_errors() > round.syntax_errors() || (round.errors() == 0 && next.errors() > 0)) {
      overlay.files = before;
      break;
    }
    fixed.applied.insert(fixed.applied.end(), applied.begin(), applied.end());
    round = std::move(next);
  }
  for (auto& [path, text] : overlay.files) {
    const auto old = files.read(path);
    if (old && *old != text) fixed.files.emplace(path, std::move(text));
  }
  return fixed;
}

}  // namespace berth
