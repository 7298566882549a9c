// libs: berth_compiler
// canonical(export(compile(import(x)))) == canonical(x) over the corpus; tests/property has it over whatever the schema allows.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/diagnostic_render.h"
#include "compiler/import/canonical.h"
#include "compiler/import/import.h"
#include "ir/ecs_form.h"
#include "ir/externs.h"
#include "tests/support/compile_case.h"

namespace {

using namespace berth;
namespace fs = std::filesystem;

std::optional<fs::path> corpus(const char* folder) {
  const char* given = std::getenv("BERTH_CORPUS");
  const fs::path path = fs::path(given == nullptr ? "../shared/corpus" : given) / folder;
  return fs::is_directory(path) ? std::optional(path) : std::nullopt;
}

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

struct Outcome {
  std::optional<importing::Imported> imported;
  std::string diagnostics;  ///< of the import
  test::Compiled compiled;
  std::string source;
};

Outcome import_text(const std::string& path, const std::string& text) {
  Outcome outcome;
  SourceSet sources;
  DiagnosticSink sink;
  outcome.imported = importing::import_files({{path, text}}, {}, sources, sink);
  outcome.diagnostics = render_all(sink.sorted(), sources);
  if (!outcome.imported) return outcome;
  std::map<std::string, std::string> files;
  for (const importing::WrittenFile& file : outcome.imported->files) {
    files[file.name] = file.text;
    outcome.source += file.text;
  }
  outcome.compiled = test::compile_files(files);
  return outcome;
}

/// The task definition that a program registers.
Json exported(const ir::Program& program, const ir::Resource& task) {
  const auto resolve = [&](const ir::Address& target) { return ir::api_text(program.externs.at(target), program); };
  Json json = ir::to_ecs(*ir::schema::resource_kind("task"), task.body, resolve);
  const ir::Value* tags = ir::at(task.body, {"tags"});
  if (tags == nullptr) return json;
  for (const auto& [key, value] : *tags->as_map()) json["tags"].push_back({{"key", key}, {"value", *value.as_string()}});
  return json;
}

}  // namespace

TEST_CASE("task definitions of the world come back as they were", "[corpus]") {
  const auto folder = corpus("taskdefs");
  if (!folder) {
    WARN("skipped: BERTH_CORPUS names no folder with `taskdefs`");
    return;
  }
  int same = 0;
  int refused = 0;
  for (const fs::path& path : files_in(*folder)) {
    const std::string text = read(path);
    const Outcome outcome = import_text(path.filename().string(), text);
    INFO(path.filename() << "\n" << outcome.diagnostics << outcome.source);
    if (!outcome.imported) {
      // Each says which member is wrong, or where the file ends to be JSON.
      CHECK((outcome.diagnostics.find("error[E0703]: `") != std::string::npos || outcome.diagnostics.find("error[E0701]") != std::string::npos));
      ++refused;
      continue;
    }
    const std::string said = render_all(outcome.compiled.sink.sorted(), *outcome.compiled.sources);
    INFO(said);
    if (!outcome.compiled.program) {
      // A rule of ECS, about a setting of the source.
      CHECK(said.find("error[E03") != std::string::npos);
      for (const Diagnostic& diagnostic : outcome.compiled.sink.sorted()) CHECK((diagnostic.severity != Severity::error || diagnostic.code.starts_with("E03")));
      ++refused;
      continue;
    }
    Json json = Json::parse(text);
    if (json.contains("taskDefinition")) json = json["taskDefinition"];
    REQUIRE(outcome.compiled.program->resources.size() == 1);
    const Json back = importing::canonical_task_definition(exported(*outcome.compiled.program, outcome.compiled.program->resources.begin()->second));
    CHECK(Json::diff(importing::canonical_task_definition(json), back).dump() == "[]");
    ++same;
  }
  WARN("task definitions: " << same << " come back, " << refused << " refused with their field");
  CHECK(same > 0);
}

TEST_CASE("compose files of the world become stacks, or say why not", "[corpus]") {
  const auto folder = corpus("compose");
  if (!folder) {
    WARN("skipped: BERTH_CORPUS names no folder with `compose`");
    return;
  }
  int compiled = 0;
  int not_compiled = 0;
  int refused = 0;
  std::size_t lines = 0;
  for (const fs::path& path : files_in(*folder)) {
    const Outcome outcome = import_text(path.filename().string(), read(path));
    INFO(path.filename() << "\n" << outcome.diagnostics << outcome.source);
    CHECK((outcome.imported.has_value() || outcome.diagnostics.find("error[E07") != std::string::npos));
    refused += outcome.imported ? 0 : 1;
    if (!outcome.imported) continue;
    lines += outcome.imported->report.size();
    const std::string said = render_all(outcome.compiled.sink.sorted(), *outcome.compiled.sources);
    INFO(said);
    // What the compiler refuses is a rule of ECS, never the writing of it.
    for (const Diagnostic& diagnostic : outcome.compiled.sink.sorted()) CHECK((diagnostic.severity != Severity::error || diagnostic.code.starts_with("E03")));
    compiled += outcome.compiled.program ? 1 : 0;
    not_compiled += outcome.compiled.program ? 0 : 1;
  }
  WARN("compose files: " << compiled << " become stacks, " << not_compiled << " stacks that a rule of ECS refuses, " << refused << " refused; " << lines << " lines of report");
  CHECK(compiled > 0);
}
