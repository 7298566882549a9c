// libs: berth_compiler

// A stack that uses the standard library -> its IR without origins, and what is reported. environment.txt names the environment.

#include "base/diagnostic_render.h"
#include "base/json.h"
#include "tests/support/compile_case.h"
#include "tests/support/golden.h"

using namespace berth;
using namespace berth::test;

namespace {

std::map<std::string, std::string> run(const CaseFile& file) {
  std::string environment = file.text("environment.txt");
  if (!environment.empty() && environment.back() == '\n') environment.pop_back();
  Compiled result;
  result.program = compile({.path = ".", .environment = environment, .variables = variables(file)}, MemoryFileSystem(ecs_files(file)), result.sources, result.sink);
  return {{"ir.json", result.program ? pretty_json(ir::to_json(*result.program, false)) : ""},
          {"diagnostics.txt", render_all(result.sink.sorted(), *result.sources)}};
}

}  // namespace

int main(int argc, char** argv) {
  return golden_main(argc, argv, {.inputs = {"*.ecs", "vars.txt", "environment.txt"}, .expected = {"ir.json", "diagnostics.txt"}, .run = run});
}
