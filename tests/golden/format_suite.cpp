// libs: berth_compiler

// main.ecs -> the same in canonical style; problem.txt when a property that all formatting has does not hold.

#include "compiler/format/format.h"
#include "tests/support/format_oracle.h"
#include "tests/support/golden.h"

namespace {

std::map<std::string, std::string> run(const berth::test::CaseFile& file) {
  const std::string text = file.text("main.ecs");
  return {{"formatted.ecs", berth::format::format(text).text}, {"problem.txt", berth::test::broken_format_property(text)}};
}

}  // namespace

int main(int argc, char** argv) {
  return berth::test::golden_main(argc, argv, {.inputs = {"main.ecs"}, .expected = {"formatted.ecs", "problem.txt"}, .run = run});
}
