// libs: berth_compiler
// Any bytes as an .ecs file: what holds for formatting (tests/support/format_oracle.h) holds for them.

#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "tests/support/format_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string problem = berth::test::broken_format_property({reinterpret_cast<const char*>(data), size});
  BERTH_CHECK(problem.empty(), problem);
  return 0;
}
