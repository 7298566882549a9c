#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/support/case_file.h"

namespace berth::test {

/// Does what the suite tests with the case's inputs and returns the actual text of every expected section by section key (see
/// CaseSection). A section that is returned empty may be absent in the case.
using Runner = std::function<std::map<std::string, std::string>(const CaseFile&)>;

/// What one suite's cases look like. Patterns are section names; `*` stands for any characters.
struct Suite {
  std::vector<std::string> inputs;
  std::vector<std::string> expected;
  Runner run;
};

/// What is wrong with a case, or "" when it passes: unknown and missing sections, and a diff for each section that differs.
std::string check_case(const CaseFile& file, const Suite& suite);

/// The case with its expected sections replaced by what the suite produces now; inputs and comment stay as they are.
CaseFile accept_case(const CaseFile& file, const Suite& suite);

/// Main function of a suite's executable: `golden_<suite> CASE...` checks the files, or rewrites their expected sections when
/// BERTH_ACCEPT=1. Returns the process's exit code.
int golden_main(int argc, char** argv, const Suite& suite);

/// Whether `name` matches `pattern`, in which `*` stands for any characters.
bool matches_pattern(std::string_view name, std::string_view pattern);

}  // namespace berth::test
