#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/diagnostic_fix.h"
#include "base/file_system.h"
#include "compiler/compile.h"

namespace berth {

/// What mending a stack by its safe fixes would write.
struct FixedStack {
  std::map<std::string, std::string> files;  ///< path -> new text, of the files that change
  std::vector<AppliedFix> applied;           ///< in the order in which they were applied
};

/// Compiles the stack, applies the safe fixes of its own files (never of a module, a given value or anything else outside), and again, until there
/// are none: fixes of a stage come to light when the stage before has no errors. A round that breaks the syntax, or brings errors to a stack that had
/// none, is not taken. Writes nothing.
FixedStack fix_stack(const CompileOptions& options, const FileSystem& files);

}  // namespace berth
