#pragma once

#include <string>
#include <vector>

#include "base/source.h"
#include "planner/plan_file.h"

namespace berth::cli {

/// This tool, and the lock files among the sources.
plan::MadeWith made_with(const SourceSet* sources);

/// Reads a file that `plan --out` wrote.
Result<plan::SavedPlan> read_saved_plan(const std::string& path);

/// What is not as it was when the plan was made, apart from what runs: the tool, and lock files; sentences for people.
std::vector<std::string> made_otherwise(const plan::MadeWith& made_with);

}  // namespace berth::cli
