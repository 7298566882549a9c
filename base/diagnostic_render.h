#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "base/source.h"

namespace berth {

/// How diagnostics are shown to people.
struct RenderOptions {
  /// ANSI colours; the caller knows whether the output is a terminal that wants them.
  bool color = false;
  /// Columns of the terminal. Source lines are cut around the marked text, notes and helps are wrapped.
  int width = 100;
  /// `render_all` prints this many diagnostics; the counts are always of all.
  std::size_t limit = 50;
};

/// One diagnostic with its source lines, without a blank line after it:
///
///     error[E0104]: `memory` needs a unit
///        ┌─ shop.ecs:102:14
///        │
///     102│     memory = 3072
///        │              ^^^^ this is a bare number; `memory` is a size
///        │
///        = help: write `3 GiB`                                [fix: replace with `3 GiB`]
///
/// Labels in other files follow with their own place line. Tabs become spaces, wide characters keep the marks in line, what could
/// control a terminal is shown as U+FFFD, and the strings of settings that look like credentials are masked.
std::string render_text(const Diagnostic& diagnostic, const SourceSet& sources, const RenderOptions& options = {});

/// All diagnostics in the given order with a blank line after each, then the counts. "" when there are none.
std::string render_all(const std::vector<Diagnostic>& diagnostics, const SourceSet& sources, const RenderOptions& options = {});

/// "3 errors, 1 warning"; severities that do not occur are left out.
std::string count_text(const std::vector<Diagnostic>& diagnostics);

/// An array of {severity, code, summary, detail, range{filename, start{line, column, byte}, end}, snippet, related[], fixes[]}; a fix is
/// {range, replacement, description, safe}: `berth check --fix` applies the safe ones.
/// Lines and columns count from 1 in characters, bytes from 0; `range` and `snippet` are null for a diagnostic without a place.
Json diagnostics_json(const std::vector<Diagnostic>& diagnostics, const SourceSet& sources);

}  // namespace berth
