#include "cli/junit.h"

#include <catch2/catch.hpp>

using namespace berth::cli;

TEST_CASE("a report of tests is well-formed XML, whatever the tests are called") {
  const std::string xml = junit_xml("berth", {{.name = "passes", .group = "dev", .place = "main.ecs:3:1"},
                                              {.name = "a <b> & \"c\"", .group = "stack", .place = "main.ecs:4:1", .failed = true, .message = "line 1\x01\nline <2>\n"}});
  CHECK(xml ==
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite name=\"berth\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\">\n"
        "    <testcase classname=\"dev\" name=\"passes\" file=\"main.ecs:3:1\"/>\n"
        "    <testcase classname=\"stack\" name=\"a &lt;b&gt; &amp; &quot;c&quot;\" file=\"main.ecs:4:1\">\n"
        "      <failure message=\"line 1?\">line 1?\nline &lt;2&gt;\n</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
}
