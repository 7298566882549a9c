#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/diagnostic.h"

namespace {

/// Codes in the expected sections of every case of these suites.
std::set<std::string> shown_codes(const std::vector<std::string>& suites) {
  std::set<std::string> codes;
  for (const std::string& suite : suites) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator("tests/golden/" + suite)) {
      if (entry.path().extension() != ".case") continue;
      std::ifstream file(entry.path());
      std::string line;
      while (std::getline(file, line)) {
        for (const std::string& severity : std::vector<std::string>{"error[", "warning["}) {
          if (line.starts_with(severity)) codes.insert(line.substr(severity.size(), 5));
        }
      }
    }
  }
  return codes;
}

}  // namespace

TEST_CASE("every diagnostic is shown by a golden case") {
  const std::set<std::string> of_compiler = shown_codes({"diagnostics", "syntax"});
  const std::set<std::string> of_commands = shown_codes({"plan", "apply", "cli"});
  const std::set<std::string> of_import = shown_codes({"import"});
  for (const berth::DiagnosticCode& row : berth::diagnostic_codes()) {
    const std::set<std::string>& shown = row.code.starts_with("E06") || row.code == "W0505" ? of_commands : row.code.starts_with("E07") ? of_import : of_compiler;
    INFO(row.code << " " << row.title);
    CHECK(shown.count(std::string(row.code)) == 1);
  }
}
