// libs: berth_compiler

// A stack -> the documents of a target (`to.txt` names it; a second word `reveal` asks for sensitive values), and what the target cannot say.

#include "base/check.h"
#include "base/diagnostic_render.h"
#include "compiler/export/export.h"
#include "tests/support/compile_case.h"
#include "tests/support/golden.h"

using namespace berth;
using namespace berth::test;

namespace {

exporting::Export export_to(const std::string& target, const ir::Program& program, const exporting::Options& options) {
  if (target == "taskdef") return exporting::to_taskdef(program, options);
  if (target == "cloudformation") return exporting::to_cloudformation(program, options);
  if (target == "compose") return exporting::to_compose(program, options);
  if (target == "terraform") return exporting::to_terraform(program, options);
  BERTH_CHECK(false, "no target " + target);
  return {};
}

std::map<std::string, std::string> run(const CaseFile& file) {
  const Compiled result = compile_files(ecs_files(file), variables(file), environment(file));
  if (!result.program) return {{"diagnostics.txt", render_all(result.sink.sorted(), *result.sources)}};
  const std::string to = file.text("to.txt");
  const std::string target = to.substr(0, to.find_first_of(" \n"));
  const exporting::Export made = export_to(target, *result.program, {.reveal = to.find("reveal") != std::string::npos});
  std::map<std::string, std::string> sections{{"losses.txt", exporting::report(made.losses, result.sources.get())}, {"diagnostics.txt", ""}};
  std::string inputs;
  for (const auto& [name, meaning] : made.inputs) inputs += name + ": " + meaning + "\n";
  sections["inputs.txt"] = inputs;
  for (const exporting::File& written : made.files) sections["out/" + written.name] = written.text;
  return sections;
}

}  // namespace

int main(int argc, char** argv) {
  return golden_main(argc, argv, {.inputs = {"*.ecs", "berth.lock", "vars.txt", "env.txt", "to.txt"}, .expected = {"out/*", "losses.txt", "inputs.txt", "diagnostics.txt"}, .run = run});
}
