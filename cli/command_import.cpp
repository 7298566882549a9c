#include <algorithm>
#include <filesystem>
#include <istream>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "base/file_system.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/planning.h"
#include "compiler/compile.h"
#include "compiler/import/import.h"
#include "providers/ecs/describe.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Writes .ecs source for what exists already: task definitions, services, clusters and capacity providers as JSON (as registered or described),
compose files, and CloudFormation templates with ECS resources; which of them a file is, is told by what is in it. With `--live`, for what runs.

  --out DIR    writes the files there, with `import.report`; else the source goes to stdout and the report to stderr
  --live       imports from the engine: everything, CLUSTER, or CLUSTER/SERVICE

The report has a line for each thing that the source does not say word for word, with its place in the input; nothing is left out in silence. The source is
compiled at once, and what the compiler says of it is shown.

examples:
  aws ecs describe-task-definition --task-definition web | berth import -
  berth import task.json service.json --out stack
  berth import compose.yaml --stack shop --out shop
  berth import --live prod/web)";

constexpr const char* kReport = "import.report";

struct Flags {
  CommonFlags common;
  std::vector<std::string> files;
  std::string out;
  std::string stack = "imported";
  bool live = false;
};

Result<std::vector<importing::Input>> read_files(Session& session, const Flags& flags) {
  if (flags.files.empty()) return Error{"usage", "import needs files, or --live"};
  std::vector<importing::Input> inputs;
  for (const std::string& path : flags.files) {
    if (path == "-") {
      inputs.push_back({"<stdin>", std::string(std::istreambuf_iterator<char>(*session.in), std::istreambuf_iterator<char>())});
      continue;
    }
    BERTH_TRY(text, RealFileSystem().read(path));
    inputs.push_back({path, std::move(text)});
  }
  return inputs;
}

/// What the engine describes, as one input.
Result<std::vector<importing::Input>> read_live_state(Session& session, View& view, const Flags& flags) {
  if (flags.files.size() > 1) return Error{"usage", "--live takes one CLUSTER or CLUSTER/SERVICE"};
  const std::string scope = flags.files.empty() ? "" : flags.files.front();
  const std::size_t slash = scope.find('/');
  BERTH_TRY(target, open_target(session, view, flags.common, nullptr, {.without = WithoutEngine::fail}));
  auto described = provider::describe_all(*target.client, scope.substr(0, slash), slash == std::string::npos ? "" : scope.substr(slash + 1));
  if (!described) return described.error().while_doing("read what runs");
  if ((*described)["clusters"].empty() && (*described)["services"].empty() && (*described)["taskDefinitions"].empty()) return Error{"not-found", "nothing runs there, and nothing is registered"};
  return std::vector<importing::Input>{{"(live)", pretty_json(*described)}};
}

/// Writes the files into the directory, none of which may be there: what a person has written is not replaced.
Result<void> write_out(const Flags& flags, const importing::Imported& imported, const std::string& report) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(flags.out, error);
  if (error) return Error{"write", fmt::format("cannot make the directory {}: {}", flags.out, error.message())};
  for (const importing::WrittenFile& file : imported.files) {
    const std::string path = flags.out + "/" + file.name;
    if (fs::exists(path, error)) return Error{"write", fmt::format("{} is there already; import replaces nothing: name an empty directory", path)};
  }
  for (const importing::WrittenFile& file : imported.files) BERTH_TRY_VOID(write_file_atomically(flags.out + "/" + file.name, file.text));
  return write_file_atomically(flags.out + "/" + kReport, report.empty() ? "Everything is kept word for word.\n" : report);
}

/// What the compiler says of the source; true when it is a program.
bool compile_written(View& view, const Flags& flags, const importing::Imported& imported) {
  MemoryFileSystem files;
  const std::string directory = flags.out.empty() ? std::string(".") : flags.out;
  for (const importing::WrittenFile& file : imported.files) files.write(flags.out.empty() ? file.name : directory + "/" + file.name, file.text);
  auto sources = std::make_shared<SourceSet>();
  DiagnosticSink sink;
  const bool good = compile({.path = directory}, files, sources, sink).has_value();
  view.diagnostics(sink.sorted(), *sources);
  return good;
}

std::string stdout_text(const importing::Imported& imported) {
  std::string text;
  for (const importing::WrittenFile& file : imported.files) text += (text.empty() ? "" : "\n") + file.text;
  return text;
}

ExitCode show(View& view, const Flags& flags, const importing::Imported& imported) {
  const std::string report = importing::report_text(imported.report);
  Json json = {{"files", Json::object()}, {"report", Json::array()}};
  std::string names;
  for (const importing::WrittenFile& file : imported.files) {
    json["files"][file.name] = file.text;
    names += fmt::format("{}/{}\n", flags.out, file.name);
  }
  for (const importing::ReportLine& line : imported.report) json["report"].push_back({{"file", line.file}, {"path", line.path}, {"text", line.text}});
  if (!flags.out.empty()) {
    if (const auto written = write_out(flags, imported, report); !written) return fail(view, written.error());
    names += fmt::format("{}/{}\n", flags.out, kReport);
  }
  view.result(json, flags.out.empty() ? stdout_text(imported) : names);
  if (flags.out.empty() && !view.is_json() && !report.empty()) view.note(report.substr(0, report.size() - 1));
  if (!imported.report.empty()) view.note(fmt::format("{} thing{} not kept word for word{}", imported.report.size(), imported.report.size() == 1 ? " is" : "s are", flags.out.empty() ? "" : fmt::format(": {}/{}", flags.out, kReport)));
  return compile_written(view, flags, imported) ? ExitCode::ok : ExitCode::source_errors;
}

ExitCode run_import(Session& session, View& view, const Flags& flags) {
  const auto inputs = flags.live ? read_live_state(session, view, flags) : read_files(session, flags);
  if (!inputs) return fail(view, inputs.error());
  const RealFileSystem disk;
  SourceSet sources;
  DiagnosticSink sink;
  const auto imported = importing::import_files(*inputs, {.stack = flags.stack, .files = &disk}, sources, sink);
  view.diagnostics(sink.sorted(), sources);
  return imported ? show(view, flags, *imported) : ExitCode::source_errors;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  arguments.positionals("FILE", flags->files, "what to import, or - for stdin; with --live, CLUSTER or CLUSTER/SERVICE");
  arguments.option("--out", flags->out, "DIR", "write the files and the report there");
  arguments.option("--stack", flags->stack, "NAME", "what the stack is called (default: imported)");
  arguments.flag("--live", flags->live, "import what runs");
  declare_target(arguments, flags->common);
  declare_output(arguments, flags->common);
  return [flags](Session& session) {
    return with_view(session, flags->common, [&](View& view) { return run_import(session, view, *flags); });
  };
}

}  // namespace

Command import_command() { return {"import", "", "write .ecs source for what exists already", kHelp, declare}; }

}  // namespace berth::cli
