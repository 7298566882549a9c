#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"

namespace berth {

/// Commands of GitHub Actions that annotate the source, one line a diagnostic, in the given order:
///
///     ::error file=shop.ecs,line=5,col=3,endLine=5,endColumn=9,title=E0201::unknown setting `replica` in `service`%0Ahelp: …
///
/// Columns are left out for a range over several lines, the file for a diagnostic without a place; the end column is the last one marked. At
/// most `limit` are written, then a notice that counts the rest.
std::string diagnostics_github(const std::vector<Diagnostic>& diagnostics, const SourceSet& sources, std::size_t limit = 50);

/// A text as it stands behind the `::` of such a command.
std::string github_message(const std::string& text);

}  // namespace berth
