#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"

namespace berth {

/// What a fix does, as it stands in `[fix: …]`: "replace with `x`", "insert `x`", "insert a line break", "remove `x`".
std::string describe_fix(const Fix& fix, const SourceSet& sources);

/// Whether a program may apply the diagnostic's fix without asking: there is exactly one (several are alternatives), and the code's text
/// (base/diagnostic_explain) says that it only mends how something is written.
bool is_safe(const Diagnostic& diagnostic);

/// A fix that was applied, for the report of it.
struct AppliedFix {
  std::string code;
  std::string path;
  std::string place;  ///< path:line:column
  std::string description;
};

/// A source with its safe fixes applied.
struct FixedSource {
  std::string text;
  std::vector<AppliedFix> applied;  ///< none: `text` is the source's
};

/// Applies the safe fixes of `diagnostics` to the source `id`, from the first to the last; one that touches another is left for the next round.
/// A removal that leaves a blank line removes the line; an inserted line break is the file's.
FixedSource apply_safe_fixes(SourceId id, const SourceSet& sources, const std::vector<Diagnostic>& diagnostics);

}  // namespace berth
