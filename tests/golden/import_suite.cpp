// libs: berth_compiler

// Inputs of import -> the source, the report, what is wrong with the inputs, and what the compiler says of the source. Task definitions have to come
// back as they were (round-trip.txt is empty).

#include "base/diagnostic_render.h"
#include "compiler/format/format.h"
#include "compiler/import/canonical.h"
#include "compiler/import/import.h"
#include "ir/ecs_form.h"
#include "ir/externs.h"
#include "tests/support/compile_case.h"
#include "tests/support/golden.h"

using namespace berth;
using namespace berth::test;

namespace {

bool is_input(const std::string& name) { return name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml"); }

/// The task definitions of the inputs by family, where an input is one.
std::map<std::string, Json> definitions(const CaseFile& file) {
  std::map<std::string, Json> found;
  for (const CaseSection& section : file.sections) {
    const Json json = section.name.ends_with(".json") ? Json::parse(section.text, nullptr, false) : Json();
    const Json& definition = json.is_object() && json.contains("taskDefinition") && json["taskDefinition"].is_object() ? json["taskDefinition"] : json;
    if (definition.is_object() && definition.contains("family") && definition["family"].is_string()) found[definition["family"].get<std::string>()] = definition;
  }
  return found;
}

std::string round_trip(const CaseFile& file, const ir::Program& program) {
  std::string text;
  const auto all = definitions(file);
  const auto resolve = [&](const ir::Address& target) { return ir::api_text(program.externs.at(target), program); };
  for (const auto& [address, resource] : program.resources) {
    const ir::Value* name = ir::at(resource.body, {"name"});
    const auto input = address.kind == "task" && name != nullptr ? all.find(*name->as_string()) : all.end();
    if (input == all.end()) continue;
    Json before = importing::canonical_task_definition(input->second);
    before.erase("tags");
    for (const Json& step : Json::diff(before, importing::canonical_task_definition(ir::to_ecs(*ir::schema::resource_kind("task"), resource.body, resolve)))) text += canonical_json(step) + "\n";
  }
  return text;
}

std::map<std::string, std::string> run(const CaseFile& file) {
  std::vector<importing::Input> inputs;
  MemoryFileSystem disk;
  for (const CaseSection& section : file.sections) {
    if (is_input(section.name) && section.name.find('/') == std::string::npos) inputs.push_back({section.name, section.text});
    disk.write(section.name, section.text);
  }
  SourceSet sources;
  DiagnosticSink sink;
  const auto imported = importing::import_files(inputs, {.stack = "imported", .files = &disk}, sources, sink);
  std::map<std::string, std::string> result{{"diagnostics.txt", render_all(sink.sorted(), sources)}};
  if (!imported) return result;
  std::map<std::string, std::string> files;
  std::string source;
  std::string problems;
  for (const importing::WrittenFile& written : imported->files) {
    files[written.name] = written.text;
    source += (source.empty() ? "" : "\n") + ("# " + written.name + "\n") + written.text;
    if (format::format(written.text).text != written.text) problems += written.name + " is not in the style\n";
  }
  const Compiled compiled = compile_files(files);
  result["source.txt"] = source;
  result["report.txt"] = importing::report_text(imported->report);
  result["compiled.txt"] = render_all(compiled.sink.sorted(), *compiled.sources);
  result["round-trip.txt"] = problems + (compiled.program ? round_trip(file, *compiled.program) : "");
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  return golden_main(argc, argv, {.inputs = {"*.json", "*.yaml", "*.yml", "*.env"}, .expected = {"source.txt", "report.txt", "diagnostics.txt", "compiled.txt", "round-trip.txt"}, .run = run});
}
