#include "compiler/standard_library.h"

namespace berth {

const StandardModule* find_standard_module(std::string_view name) {
  for (const StandardModule& module : standard_library()) {
    if (module.name == name) return &module;
  }
  return nullptr;
}

}  // namespace berth
