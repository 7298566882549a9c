// libs: berth_compiler
// canonical(export(compile(import(x)))) == canonical(x): over the corpus, and over whatever bodies the schema allows.
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
#include "compiler/import/write.h"
#include "compiler/loader.h"
#include "compiler/lower/lower.h"
#include "compiler/sema/analyze.h"
#include "tests/support/compile_case.h"
#include "tests/support/random_body.h"

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

namespace {

/// What a random body has that is no text of the language: names that have to exist, texts that have to have a form.
void make_writable(std::span<const ir::schema::Field> fields, std::span<const ir::schema::Block> blocks, ir::Map& body, ir::Program& program);

/// References to things that the program has.
void make_references(ir::Value& value, ir::Program& program) {
  if (ir::List* list = value.as_list()) {
    for (ir::Value& item : *list) make_references(item, program);
  } else if (ir::Map* map = value.as_map()) {
    // A version is named beside a key of the secret.
    if (map->find("secret") != nullptr && map->find("key") == nullptr) {
      map->erase("version_stage");
      map->erase("version_id");
    }
    for (auto& [key, item] : *map) make_references(item, program);
  } else if (const ir::Reference* reference = value.as_reference()) {
    const ir::Address address{reference->target.kind, reference->target.kind + "_" + reference->target.name};
    const ir::schema::Block& kind = *ir::schema::extern_kind(address.kind);
    ir::Map body;
    const std::string field(kind.stands_for.empty() ? "subnets" : kind.kind == "object" ? "uri" : kind.stands_for);
    const std::string text = field == "arn" ? "arn:aws:x:::" + address.name : field == "uri" ? "s3://bucket/" + address.name : address.name;
    body.set(field, field == "subnets" ? ir::Value::list({ir::Value::string(text)}) : ir::Value::string(text));
    if (kind.kind == "network") body.set("public_ip", ir::Value::boolean(false));
    program.externs.emplace(address, ir::Resource{.address = address, .body = ir::Value::map(body), .origin = {}, .doc = ""});
    value = ir::Value::reference(address);
  }
}

void make_writable(std::span<const ir::schema::Field> fields, std::span<const ir::schema::Block> blocks, ir::Map& body, ir::Program& program) {
  for (const ir::schema::Field& field : fields) {
    const bool named = !field.local_ref.empty() || !field.keys_name.empty() || (field.type.element != nullptr && field.type.element->record != nullptr && field.type.element->record->name == "volume_from");
    const ir::Value* list = body.find(field.name);
    const bool too_long = list != nullptr && list->as_list() != nullptr && field.type.maximum && static_cast<std::int64_t>(list->as_list()->size()) > *field.type.maximum;
    if (named || too_long || (!field.type.pattern.empty() && field.name != "name")) body.erase(field.name);
  }
  for (const ir::schema::Block& inner : blocks) {
    if (inner.kind == "proxy" || inner.kind == "ulimit" || inner.kind == "lifecycle") body.erase(inner.kind);
    ir::Value* value = body.find(inner.kind);
    if (value == nullptr || value->as_map() == nullptr) continue;
    if (inner.label != ir::schema::LabelKind::name) {
      make_writable(inner.fields, inner.blocks, *value->as_map(), program);
      continue;
    }
    for (auto& [label, entry] : *value->as_map()) make_writable(inner.fields, inner.blocks, *entry.as_map(), program);
  }
}

}  // namespace

TEST_CASE("compile(write(program)) is the program") {
  test::RandomBody random(4);
  for (int i = 0; i < 150; ++i) {
    importing::Draft draft;
    draft.program.stack = "random";
    for (const char* name : {"cluster", "task"}) {
      const ir::schema::Block& kind = *ir::schema::resource_kind(name);
      ir::Value body = random.block(kind, 30);
      if (kind.kind == "cluster") body.as_map()->erase("capacity");
      make_writable(kind.fields, kind.blocks, *body.as_map(), draft.program);
      make_references(body, draft.program);
      ir::canonicalize(kind, body);
      const ir::Address address{name, std::string(name) + "_it"};
      draft.program.resources.emplace(address, ir::Resource{.address = address, .body = body, .origin = {}, .doc = ""});
    }
    MemoryFileSystem files;
    std::string source;
    for (const importing::WrittenFile& file : importing::write(draft)) {
      files.write(file.name, file.text);
      source += file.text;
    }
    auto sources = std::make_shared<SourceSet>();
    DiagnosticSink sink;
    LoadedStack loaded = load(".", files, *sources, sink);
    sema::Analysis analysis(loaded, files, *sources, sink);
    const ir::Program back = lower::lower(analysis.run({}), sink);
    INFO(source << render_all(sink.sorted(), *sources));
    // Random settings break rules of ECS; the text has to be right all the same.
    for (const Diagnostic& diagnostic : sink.sorted()) CHECK((diagnostic.severity != Severity::error || diagnostic.code.starts_with("E03")));
    for (const auto& [address, resource] : draft.program.resources) {
      INFO(address.text());
      REQUIRE(back.resources.contains(address));
      CHECK(ir::spell(back.resources.at(address).body) == ir::spell(resource.body));
      CHECK(back.resources.at(address).body == resource.body);
    }
  }
}
