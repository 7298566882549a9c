#include "compiler/loader.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/suggest.h"
#include "compiler/module_path.h"
#include "compiler/standard_library.h"
#include "compiler/syntax/parse.h"

namespace berth {
namespace {

/// How far above the stack berth.lock may lie.
constexpr int kMaxLevelsAbove = 16;

bool is_source(const std::string& name) { return name.ends_with(".ecs") && name.size() > 4 && name.front() != '.'; }

/// Where the files of a module are.
struct Place {
  ModulePathKind kind = ModulePathKind::relative;
  std::string name;  ///< of the module
  std::string path;  ///< file or directory; of the standard library the name
  bool directory = false;
  Span pinned;       ///< of a remote module: its line in berth.lock
  std::string hash;  ///< what that line says
};

/// What two imports of one module have in common.
std::string key_of(const Place& place) { return place.kind == ModulePathKind::standard ? ":" + place.name : resolve_path(place.path, ""); }

class Loader {
 public:
  Loader(const FileSystem& files, SourceSet& sources, DiagnosticSink& sink) : files_(files), sources_(sources), sink_(sink) {}

  LoadedStack run(const std::string& path) {
    const bool directory = files_.is_directory(path);
    result_.root = directory ? resolve_path(path, "") : directory_of(path);
    result_.project = result_.root;
    module({.name = "", .path = path, .directory = directory}, {});
    return std::move(result_);
  }

 private:
  /// An import on the way to where we are.
  struct Step {
    std::size_t module;
    std::string place;
    Span path;
  };

  // ---- files -------------------------------------------------------------------------------------------------------------------------

  /// What reading says, at the import that wants it; the stack itself is wanted by the command line.
  void unreadable(const std::string& message, Span wanted, const Place& place) {
    Diagnostic& diagnostic = sink_.report("E0902", wanted, message, wanted.valid() ? "imported here" : "");
    if (place.pinned.valid()) diagnostic.label(place.pinned, "berth.lock says that it is there");
  }

  std::optional<std::vector<std::string>> paths_of(const Place& place, Span wanted) {
    if (!place.directory) return std::vector<std::string>{place.path};
    const auto names = files_.list_files(place.path);
    if (!names) {
      unreadable(names.error().message, wanted, place);
      return std::nullopt;
    }
    std::vector<std::string> paths;
    for (const std::string& name : *names) {
      if (is_source(name)) paths.push_back(place.path.ends_with('/') ? place.path + name : place.path == "." ? name : place.path + "/" + name);
    }
    if (!paths.empty()) return paths;
    sink_.report("E0902", wanted, fmt::format("there is no .ecs file in {}", place.path), wanted.valid() ? "imported here" : "").help("name a file, or a directory that has some");
    return std::nullopt;
  }

  /// The files of a module as sources, or nothing after a report.
  std::optional<std::vector<SourceId>> read(const Place& place, Span wanted) {
    if (place.kind == ModulePathKind::standard) {
      const StandardModule* standard = find_standard_module(place.name);
      return std::vector<SourceId>{sources_.add(std::string(standard->path), std::string(standard->text))};
    }
    const auto paths = paths_of(place, wanted);
    if (!paths) return std::nullopt;
    file_count_ += paths->size();
    if (file_count_ > kMaxStackFiles) {
      sink_.report("E0901", wanted, fmt::format("{} has {} .ecs files{}; a stack may have {}", place.path, paths->size(),
                                                wanted.valid() ? " and the stack then more than it may" : "", kMaxStackFiles));
      return std::nullopt;
    }
    std::map<std::string, std::string> texts;
    for (const std::string& path : *paths) {
      auto text = files_.read(path);
      if (!text) {
        unreadable(text.error().message, wanted, place);
        return std::nullopt;
      }
      bytes_ += text->size();
      if (bytes_ > kMaxStackBytes) {
        sink_.report("E0901", wanted, fmt::format("the stack and its modules have more than {} MiB together", kMaxStackBytes >> 20U));
        return std::nullopt;
      }
      texts.emplace(path, *std::move(text));
    }
    if (place.kind == ModulePathKind::remote && !is_as_locked(place, texts, wanted)) return std::nullopt;
    std::vector<SourceId> loaded;
    for (const std::string& path : *paths) loaded.push_back(sources_.add(path, std::move(texts[path])));
    return loaded;
  }

  bool is_as_locked(const Place& place, const std::map<std::string, std::string>& texts, Span wanted) {
    std::map<std::string, std::string> by_name;
    for (const auto& [path, text] : texts) by_name.emplace(std::filesystem::path(path).filename().generic_string(), text);
    const std::string found = "sha256:" + module_hash(by_name);
    if (found == place.hash) return true;
    sink_.report("E0233", wanted, fmt::format("the files of {} are not the locked ones", place.name), fmt::format("{} has {}", place.path, found))
        .label(place.pinned, "berth.lock has another hash")
        .note("the hash is that of `sha256sum *.ecs | sha256sum`; a vendored module is never edited in place")
        .help("restore its files; when the change is meant, give it a version of its own");
    return false;
  }

  // ---- modules -----------------------------------------------------------------------------------------------------------------------

  /// Loads what is at `place`, and what that imports. Nothing after a report.
  std::optional<std::size_t> module(const Place& place, Span wanted) {
    const std::size_t index = result_.modules.size();
    result_.modules.push_back({.name = place.name, .files = {}});
    const auto sources = read(place, wanted);
    if (index == 0) find_lock();
    if (!sources) {
      if (index != 0) result_.modules.pop_back();
      return std::nullopt;
    }
    known_.emplace(key_of(place), index);
    std::vector<ast::File> trees;
    for (const SourceId source : *sources) trees.push_back(syntax::parse(source, sources_, sink_));
    if (index != 0) no_stack(trees, place.name);
    on_the_way_.push_back({.module = index, .place = key_of(place), .path = wanted});
    for (const ast::File& tree : trees) {
      for (const ast::Item& item : tree.items) {
        if (const auto* import = ast::as<ast::Import>(item)) this->import(import->path, place);
        if (const auto* from = ast::as<ast::FromImport>(item)) this->import(from->path, place);
      }
    }
    on_the_way_.pop_back();
    result_.modules[index].files = std::move(trees);
    return index;
  }

  /// A module has no name of its own among what runs.
  void no_stack(const std::vector<ast::File>& trees, const std::string& name) {
    for (const ast::File& tree : trees) {
      for (const ast::Item& item : tree.items) {
        const auto* entry = ast::as<ast::Entry>(item);
        if (entry == nullptr || !entry->key.is_literal() || entry->key.text() != "stack") continue;
        sink_.report("E0234", entry->key.span(), fmt::format("the module {} declares a stack", name), "only a stack has this block")
            .note("a module is imported by stacks and runs as part of them")
            .help("remove the block, or move what other stacks share to a directory of its own");
      }
    }
  }

  void import(const ast::String& path, const Place& importer) {
    if (!path.is_literal()) {
      sink_.report("E0230", path.span, "the module of an import is computed", "this has to be plain text").note("what a stack is made of is known before anything is evaluated");
      return;
    }
    const std::string text(path.text());
    std::optional<Place> place;
    switch (module_path_kind(text)) {
      case ModulePathKind::relative: place = relative(text, path.span, importer); break;
      case ModulePathKind::standard: place = standard(text, path.span); break;
      case ModulePathKind::remote: place = remote(text, path.span); break;
      case ModulePathKind::unknown: unknown(text, path.span, importer); break;
    }
    if (!place) return;
    if (const auto index = load_once(*place, path.span)) result_.imports.emplace(path.span, *index);
  }

  std::optional<std::size_t> load_once(const Place& place, Span wanted) {
    const std::string key = key_of(place);
    const auto same = [&](const Step& step) { return step.place == key; };
    const auto open = std::find_if(on_the_way_.begin(), on_the_way_.end(), same);
    if (open != on_the_way_.end()) {
      cycle(open, wanted);
      return std::nullopt;
    }
    if (const auto known = known_.find(key); known != known_.end()) return known->second;
    if (failed_.contains(key)) return std::nullopt;
    const auto loaded = module(place, wanted);
    if (!loaded) failed_.insert(key);
    return loaded;
  }

  void cycle(std::vector<Step>::const_iterator first, Span closing) {
    std::string path;
    for (auto step = first; step != on_the_way_.end(); ++step) path += shown(step->module) + " → ";
    Diagnostic& diagnostic = sink_.report("E0210", closing, on_the_way_.end() - first == 1 ? fmt::format("{} imports itself", shown(first->module))
                                                                                            : fmt::format("modules import each other: {}{}", path, shown(first->module)),
                                          fmt::format("imports {}", shown(first->module)));
    int labels = 0;
    for (auto step = std::next(first); step != on_the_way_.end() && ++labels <= 3; ++step) diagnostic.label(step->path, fmt::format("imports {}", shown(step->module)));
    diagnostic.help("move what both need to a module that imports neither");
  }
  std::string shown(std::size_t module) const { return module == 0 ? "the stack" : result_.modules[module].name; }

  // ---- where modules are -------------------------------------------------------------------------------------------------------------

  std::optional<Place> relative(const std::string& text, Span span, const Place& importer) {
    if (importer.kind != ModulePathKind::relative) {
      sink_.report("E0230", span, fmt::format("{} imports `{}`, a path of its own", importer.name, text), "only stacks and their own modules have paths")
          .note("a module from elsewhere is one directory, and its hash covers all of it")
          .help("import the other module by its full name and version");
      return std::nullopt;
    }
    const std::string base = importer.directory ? importer.path : directory_of(importer.path);
    const std::string path = resolve_path(base, text);
    if (!is_inside(result_.project, path)) {
      sink_.report("E0230", span, fmt::format("`{}` lies outside {}", text, result_.lock ? "the directory of berth.lock" : "the stack"), "")
          .note(result_.lock ? "berth.lock lies at the top of what its stacks share" : "relative imports stay inside the directory of the stack, or of a berth.lock above it")
          .help("put berth.lock (it may be empty) into the directory that holds the stack and the module");
      return std::nullopt;
    }
    const bool directory = files_.is_directory(path);
    if (!directory && importer.directory && directory_of(path) == key_of(importer) && is_source(path)) {
      sink_.report("E0230", span, fmt::format("`{}` is a part of {} already", text, importer.name.empty() ? "the stack" : importer.name), "")
          .note("all .ecs files of one directory are one stack or module and share their names")
          .help("remove the import; its names are known here");
      return std::nullopt;
    }
    if (!directory && !files_.read(path)) {
      missing(text, span, directory_of(path));
      return std::nullopt;
    }
    return Place{.kind = ModulePathKind::relative, .name = relative_import(result_.root, path), .path = path, .directory = directory};
  }

  /// A relative path at which nothing can be read.
  void missing(const std::string& text, Span span, const std::string& directory) {
    Diagnostic& diagnostic = sink_.report("E0230", span, fmt::format("there is no module `{}`", text), "no such file or directory");
    std::vector<std::string> near;
    const std::size_t slash = text.rfind('/');
    const std::string written = slash == std::string::npos ? "./" : text.substr(0, slash + 1);
    if (const auto names = files_.list_files(directory)) {
      for (const std::string& name : *names) {
        if (is_source(name)) near.push_back(written + name);
      }
    }
    std::optional<std::string> better = suggest(text, near);
    if (!better && std::find(near.begin(), near.end(), text + ".ecs") != near.end()) better = text + ".ecs";
    if (better) diagnostic.help(fmt::format("did you mean `{}`?", *better)).fix(span, fmt::format("\"{}\"", *better));
  }

  std::optional<Place> standard(const std::string& text, Span span) {
    if (find_standard_module(text) != nullptr) return Place{.kind = ModulePathKind::standard, .name = text, .path = text};
    std::vector<std::string> names;
    for (const StandardModule& module : standard_library()) names.emplace_back(module.name);
    Diagnostic& diagnostic = sink_.report("E0230", span, fmt::format("the standard library has no module `{}`", text), "not there");
    if (const auto near = suggest(text, names)) {
      diagnostic.help(fmt::format("did you mean `{}`?", *near)).fix(span, fmt::format("\"{}\"", *near));
    } else {
      diagnostic.note(fmt::format("it has: {}", fmt::join(names, ", ")));
    }
    return std::nullopt;
  }

  std::optional<Place> remote(const std::string& text, Span span) {
    const RemoteModulePath parts = split_remote(text);
    if (!parts.version || !is_exact_version(*parts.version)) {
      inexact(text, span, parts);
      return std::nullopt;
    }
    const Lock::Module* pinned = find_pinned(text);
    if (pinned != nullptr) {
      return Place{.kind = ModulePathKind::remote, .name = text, .path = resolve_path(result_.lock->directory, pinned->path), .directory = true, .pinned = pinned->span, .hash = pinned->hash};
    }
    Diagnostic& diagnostic = sink_.report("E0232", span, fmt::format("{} is not in berth.lock", text), result_.lock ? "not locked" : "there is no berth.lock");
    if (const auto other = locked_version(parts.name)) diagnostic.label(result_.lock->modules.at(*other).span, "another version of it is locked");
    diagnostic.note("a module from elsewhere is read from files that were checked in, never fetched")
        .help(fmt::format("put its files below vendor/, and a line `module  {0}  sha256:…  vendor/{0}` into berth.lock", text));
    return std::nullopt;
  }

  void inexact(const std::string& text, Span span, const RemoteModulePath& parts) {
    Diagnostic& diagnostic = parts.version ? sink_.report("E0231", span, fmt::format("`{}` is not one version", *parts.version), "a version is three numbers")
                                           : sink_.report("E0231", span, fmt::format("the import of {} names no version", text), "which one?");
    diagnostic.note("the same text is the same module, today and next year");
    std::string better = fmt::format("{}@1.2.3", parts.name);
    if (const auto locked = locked_version(parts.name)) {
      better = *locked;
    } else if (parts.version && parts.version->starts_with('v') && is_exact_version(parts.version->substr(1))) {
      better = fmt::format("{}@{}", parts.name, parts.version->substr(1));
    } else {
      diagnostic.help(fmt::format("write it like `{}`", better));
      return;
    }
    diagnostic.help(fmt::format("write `{}`", better)).fix(span, fmt::format("\"{}\"", better));
  }

  const Lock::Module* find_pinned(const std::string& name) const {
    if (!result_.lock) return nullptr;
    const auto found = result_.lock->modules.find(name);
    return found == result_.lock->modules.end() ? nullptr : &found->second;
  }
  /// A locked module of this name in any version.
  std::optional<std::string> locked_version(std::string_view name) const {
    if (!result_.lock) return std::nullopt;
    for (const auto& [locked, entry] : result_.lock->modules) {
      if (split_remote(locked).name == name) return locked;
    }
    return std::nullopt;
  }

  void unknown(const std::string& text, Span span, const Place& importer) {
    Diagnostic& diagnostic = sink_.report("E0230", span, fmt::format("`{}` does not say where the module is", text), "");
    diagnostic.note("a module is `std/…`, a path that begins with `./` or `../`, or `host/path@1.2.3`");
    if (find_standard_module("std/" + text) != nullptr) {
      diagnostic.help(fmt::format("write `std/{}`", text)).fix(span, fmt::format("\"std/{}\"", text));
      return;
    }
    const std::string path = resolve_path(importer.directory ? importer.path : directory_of(importer.path), text);
    if (importer.kind == ModulePathKind::relative && (files_.is_directory(path) || files_.read(path))) {
      diagnostic.help(fmt::format("write `./{}`", text)).fix(span, fmt::format("\"./{}\"", text));
    }
  }

  /// Looks for berth.lock in the stack's directory and then above it, not beyond the top of a repository.
  void find_lock() {
    std::string directory = result_.root;
    for (int level = 0; level <= kMaxLevelsAbove; ++level) {
      const std::string path = resolve_path(directory, std::string(kLockFile));
      if (auto text = files_.read(path)) {
        result_.lock = parse_lock(sources_.add(path, *std::move(text)), sources_, sink_);
        result_.lock->directory = directory;
        result_.project = directory;
        return;
      }
      if (directory == "/" || files_.is_directory(resolve_path(directory, ".git"))) return;
      directory = parent_directory(directory);
    }
  }

  const FileSystem& files_;
  SourceSet& sources_;
  DiagnosticSink& sink_;
  LoadedStack result_;
  std::vector<Step> on_the_way_;
  std::map<std::string, std::size_t> known_;  ///< by place
  std::set<std::string> failed_;
  std::size_t file_count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

LoadedStack load(const std::string& path, const FileSystem& files, SourceSet& sources, DiagnosticSink& sink) { return Loader(files, sources, sink).run(path); }

std::string module_hash(const std::map<std::string, std::string>& files) {
  std::string listing;
  for (const auto& [name, text] : files) listing += fmt::format("{}  {}\n", sha256_hex(text), name);
  return sha256_hex(listing);
}

}  // namespace berth
