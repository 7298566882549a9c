#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "base/source.h"

namespace berth {

/// A SARIF 2.1.0 log of one run: a rule for each code that occurs, with its explanation, and a result per diagnostic with its places and fixes.
/// Columns count code points. `version` is the tool's. Relative paths are relative to the directory `berth` ran in.
Json diagnostics_sarif(const std::vector<Diagnostic>& diagnostics, const SourceSet& sources, const std::string& version);

/// Adds the rules and results of the log `more` to `log`: both stay one run.
void merge_sarif(Json& log, const Json& more);

}  // namespace berth
