// libs: berth_cli
#include <map>

#include "cli/why_report.h"
#include "compiler/compile.h"
#include "tests/support/golden.h"

/// Suite `why`: what `berth why` makes of answers of the API. `task.json` is a task of DescribeTasks, `definition.json` its definition with its tags,
/// `output.json` what TaskLogs tells, `service.json` a service of DescribeServices; `main.ecs` the files that it was deployed from. All but the task may
/// be missing. Of `tasks.json`, a list, the failed ones are looked at, as for a service. Expected is `text`, and `json` where the case has it.
namespace {

using berth::Json;
using berth::test::CaseFile;

Json json_of(const CaseFile& file, const std::string& name, Json fallback) {
  const auto* section = file.find(name);
  if (section == nullptr) return fallback;
  return Json::parse(section->text);
}

std::map<std::string, std::string> run(const CaseFile& file) {
  namespace cli = berth::cli;
  constexpr std::size_t kLines = 3;
  constexpr std::size_t kKinds = 3;
  cli::Finding finding{.address = "", .service = json_of(file, "service.json", Json::object()), .failures = {}};
  if (const auto* tasks = file.find("tasks.json")) {
    finding.failures = cli::find_failures(Json::parse(tasks->text).get<std::vector<Json>>(), kKinds);
  } else {
    cli::Failure failure{.record = {.task = json_of(file, "task.json", Json::object())}, .diagnosis = {}, .alike = {}, .configured = {}};
    failure.record.definition = json_of(file, "definition.json", Json::object());
    failure.record.output = json_of(file, "output.json", Json::object());
    failure.diagnosis = berth::provider::diagnose(failure.record);
    finding.failures.push_back(std::move(failure));
  }
  if (const auto* source = file.find("main.ecs")) {
    berth::DiagnosticSink sink;
    const auto sources = std::make_shared<berth::SourceSet>();
    const auto program = berth::compile({.path = "main.ecs"}, berth::MemoryFileSystem({{"main.ecs", source->text}}), sources, sink);
    BERTH_CHECK(program, "the files of a case are right");
    for (cli::Failure& failure : finding.failures) failure.configured = cli::places_of(*program, failure.record, failure.diagnosis);
  }
  std::map<std::string, std::string> actual{{"text", cli::why_text(finding, kLines)}};
  if (file.find("json") != nullptr) actual["json"] = berth::pretty_json(cli::why_json(finding, kLines));
  return actual;
}

}  // namespace

int main(int argc, char** argv) {
  return berth::test::golden_main(argc, argv, {.inputs = {"*.json", "main.ecs"}, .expected = {"text", "json"}, .run = run});
}
