#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/diagnostic.h"

namespace {

/// Codes in the expected sections of every case of the compiler's suites.
std::set<std::string> shown_codes() {
  std::set<std::string> codes;
  for (const std::string& suite : std::vector<std::string>{"diagnostics", "ir", "syntax"}) {
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

TEST_CASE("every diagnostic that the compiler has is shown by a golden case") {
  const std::set<std::string> shown = shown_codes();
  for (const berth::DiagnosticCode& row : berth::diagnostic_codes()) {
    const bool of_compiler = !row.code.starts_with("E06");
    INFO(row.code << " " << row.title);
    if (of_compiler) CHECK(shown.count(std::string(row.code)) == 1);
  }
}
