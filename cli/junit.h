#pragma once

#include <string>
#include <vector>

namespace berth::cli {

/// One test of a report.
struct JunitCase {
  std::string name;
  std::string group;  ///< JUnit's class name
  std::string place;  ///< "file:line:column"
  bool failed = false;
  std::string message;  ///< why it failed
};

/// The report that build servers read. There are no times in it: equal results are equal texts.
std::string junit_xml(const std::string& suite, const std::vector<JunitCase>& cases);

}  // namespace berth::cli
