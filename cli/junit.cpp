#include "cli/junit.h"

#include <algorithm>

#include <fmt/format.h>

namespace berth::cli {
namespace {

/// Text of XML 1.0. Characters that XML cannot hold become `?`.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (byte < 0x20 && c != '\n' && c != '\t') {
      result += '?';
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::string junit_xml(const std::string& suite, const std::vector<JunitCase>& cases) {
  const auto failures = std::count_if(cases.begin(), cases.end(), [](const JunitCase& test) { return test.failed; });
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuites>\n  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n", escaped(suite), cases.size(), failures);
  for (const JunitCase& test : cases) {
    xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"", escaped(test.group), escaped(test.name), escaped(test.place));
    if (!test.failed) {
      xml += "/>\n";
      continue;
    }
    const std::string first = test.message.substr(0, test.message.find('\n'));
    xml += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n", escaped(first), escaped(test.message));
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace berth::cli
