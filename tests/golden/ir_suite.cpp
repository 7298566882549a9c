// libs: berth_compiler

// A stack without errors -> its IR with origins, and its warnings.

#include "base/diagnostic_render.h"
#include "base/json.h"
#include "ir/json_text.h"
#include "tests/support/compile_case.h"
#include "tests/support/golden.h"

using namespace berth;
using namespace berth::test;

namespace {

std::map<std::string, std::string> run(const CaseFile& file) {
  const Compiled result = compile_files(ecs_files(file), variables(file), environment(file));
  // Both ways to the text are the same.
  const std::string text = result.program ? ir::pretty_text(*result.program, true) : "";
  const std::string tree = result.program ? pretty_json(ir::to_json(*result.program, true)) : "";
  // A resource is the same whether it is put together in full, as for chains, or from what the turns of a loop have in common.
  Compiled full;
  full.program = compile({.path = ".", .environment = environment(file), .variables = variables(file), .chains = true}, MemoryFileSystem(ecs_files(file)), full.sources, full.sink);
  const std::string in_full = full.program ? ir::pretty_text(*full.program, true) : "";
  return {{"ir.json", text != tree ? tree + "\nand as pretty_text():\n" + text : text != in_full ? text + "\nand with chains:\n" + in_full : text},
          {"diagnostics.txt", render_all(result.sink.sorted(), *result.sources)}};
}

}  // namespace

int main(int argc, char** argv) {
  return golden_main(argc, argv, {.inputs = {"*.ecs", "berth.lock", "vars.txt", "env.txt"}, .expected = {"ir.json", "diagnostics.txt"}, .run = run});
}
