#include <algorithm>
#include <filesystem>
#include <istream>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "base/file_system.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/text_diff.h"
#include "compiler/format/format.h"
#include "compiler/loader.h"
#include "compiler/syntax/parse.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Writes .ecs files in the one style that there is; it has no options. A PATH is a file or a directory, whose .ecs files are
meant and those of all directories below it, but for hidden ones, `vendor`, whose modules are as their lock says, `node_modules` and links;
`-` reads from stdin and writes to stdout. Prints the names of the files that it changed.

  --check   changes nothing; the exit code is 2 when a file is not in the style, and its name is printed
  --diff    changes nothing; prints what would change, for people and for `patch`

Comments, the order of settings and what the text means stay. In a file with syntax errors the items that can be read are written
in the style and the others stay as they are; the errors are shown and the exit code is 65.

examples:
  berth fmt
  berth fmt --check . environments
  berth fmt - < shop.ecs)";

struct Flags {
  CommonFlags common;
  std::vector<std::string> paths;
  bool check = false;
  bool diff = false;

  [[nodiscard]] bool writes() const { return !check && !diff; }
};

/// What came of all files.
struct Outcome {
  Json changed = Json::array();
  std::string text;
  bool has_errors = false;
};

/// Shows the syntax errors of `text`.
void show_errors(View& view, const std::string& path, const std::string& text) {
  SourceSet sources;
  DiagnosticSink sink;
  syntax::parse(sources.add(path, text), sources, sink);
  view.diagnostics(sink.sorted(), sources);
}

/// Replaces the file and keeps its permissions; through a link it is the linked file that is replaced.
Result<void> rewrite(const std::string& path, const std::string& text) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return Error{"write", fmt::format("cannot write {}: {}", path, error.message())};
  const fs::perms permissions = fs::status(real, error).permissions();
  BERTH_TRY_VOID(write_file_atomically(real.string(), text, static_cast<unsigned>(permissions)));
  fs::permissions(real, permissions, error);
  if (error) return Error{"write", fmt::format("cannot set the permissions of {}: {}", path, error.message())};
  return {};
}

/// Directories below a named one whose files are others' to write.
bool is_left_alone(const std::string& name) { return name.starts_with('.') || name == "vendor" || name == "node_modules"; }

/// Adds the .ecs files of a directory, then those of the directories below it, each in the order of their names.
Result<void> add_files_below(const std::string& directory, const std::string& prefix, std::vector<std::string>& files) {
  namespace fs = std::filesystem;
  BERTH_TRY(names, RealFileSystem().list_files(directory));
  for (const std::string& name : names) {
    if (name.ends_with(".ecs") && name.front() != '.') files.push_back(prefix + name);
  }
  std::error_code error;
  std::vector<std::string> below;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    std::error_code unknown;
    const std::string name = entry.path().filename().string();
    if (!is_left_alone(name) && !entry.is_symlink(unknown) && entry.is_directory(unknown)) below.push_back(name);
  }
  if (error) return Error{"read", fmt::format("cannot read the directory {}: {}", directory, error.message())};
  std::sort(below.begin(), below.end());
  for (const std::string& name : below) BERTH_TRY_VOID(add_files_below(prefix + name, prefix + name + "/", files));
  return {};
}

/// The files that the arguments mean, in order, each once.
Result<std::vector<std::string>> files_of(View& view, const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (!RealFileSystem().is_directory(path)) {
      files.push_back(path);
      continue;
    }
    const std::size_t before = files.size();
    BERTH_TRY_VOID(add_files_below(path, path == "." ? "" : path.ends_with('/') ? path : path + "/", files));
    if (files.size() == before) view.note(fmt::format("no .ecs file in {} or below", path == "." ? "this directory" : path));
  }
  std::vector<std::string> unique;
  for (const std::string& file : files) {
    if (std::find(unique.begin(), unique.end(), file) == unique.end()) unique.push_back(file);
  }
  return unique;
}

Result<void> format_file(View& view, const Flags& flags, const std::string& path, Outcome& outcome) {
  BERTH_TRY(text, RealFileSystem().read(path));
  const format::Formatted formatted = format::format(text);
  if (!formatted.complete) {
    show_errors(view, path, text);
    outcome.has_errors = true;
  }
  if (formatted.text == text) return {};
  if (flags.writes()) BERTH_TRY_VOID(rewrite(path, formatted.text));
  outcome.changed.push_back(path);
  outcome.text += flags.diff ? unified_diff(text, formatted.text, path) : path + "\n";
  return {};
}

ExitCode exit_code(const Flags& flags, const Outcome& outcome) {
  if (outcome.has_errors) return ExitCode::source_errors;
  return flags.check && !outcome.changed.empty() ? ExitCode::changes : ExitCode::ok;
}

/// stdin to stdout.
ExitCode format_stream(Session& session, View& view, const Flags& flags) {
  const std::string text{std::istreambuf_iterator<char>(*session.in), {}};
  const format::Formatted formatted = format::format(text);
  if (!formatted.complete) show_errors(view, "<stdin>", text);
  Outcome outcome{.has_errors = !formatted.complete};
  if (formatted.text != text) outcome.changed.push_back("<stdin>");
  if (flags.diff) {
    outcome.text = unified_diff(text, formatted.text, "<stdin>");
  } else if (flags.check) {
    outcome.text = outcome.changed.empty() ? "" : "<stdin>\n";
  } else {
    outcome.text = formatted.text;
  }
  view.result({{"changed", outcome.changed}, {"text", formatted.text}}, outcome.text);
  return exit_code(flags, outcome);
}

ExitCode format_all(Session& session, View& view, const Flags& flags) {
  const std::vector<std::string> paths = flags.paths.empty() ? std::vector<std::string>{"."} : flags.paths;
  if (paths == std::vector<std::string>{"-"}) return format_stream(session, view, flags);
  const auto files = files_of(view, paths);
  if (!files) return fail(view, files.error());
  Outcome outcome;
  std::optional<Error> failed;
  for (const std::string& file : *files) {
    if (const auto done = format_file(view, flags, file, outcome); !done) {
      view.failure(done.error());
      failed = done.error();
    }
  }
  view.result({{"changed", outcome.changed}}, outcome.text);
  return failed ? exit_code_of(*failed) : exit_code(flags, outcome);
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  arguments.positionals("PATH", flags->paths, "files or directories of .ecs files, or - for stdin (default: .)");
  arguments.flag("--check", flags->check, "change nothing; exit with 2 when a file is not in the style");
  arguments.flag("--diff", flags->diff, "change nothing; print what would change");
  declare_output(arguments, flags->common);
  return [flags](Session& session) {
    return with_view(session, flags->common, [&](View& view) { return format_all(session, view, *flags); });
  };
}

}  // namespace

Command fmt_command() { return {"fmt", "", "write the files in the one style", kHelp, declare}; }

}  // namespace berth::cli
