// libs: berth_compiler
// Any UTF-8 text: the lexer by hand finds the tokens of the grammar.

#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "tests/support/lexer_oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!berth::test::is_text(text)) return 0;  // reported before anybody looks for tokens
  const std::string problem = berth::test::broken_lexer_property(text);
  BERTH_CHECK(problem.empty(), problem);
  return 0;
}
