#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace berth {

void check_failed(const char* file, int line, const char* condition, std::string_view note) {
  std::fprintf(stderr, "berth: internal error at %s:%d: %s (%.*s)\n", file, line, condition, static_cast<int>(note.size()),
               note.data());
  std::abort();
}

}  // namespace berth
