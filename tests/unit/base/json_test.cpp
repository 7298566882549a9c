#include "base/json.h"

#include <catch2/catch.hpp>

using namespace berth;

TEST_CASE("JSON that cannot be read names the line and the column") {
  const auto bad = parse_json("{\"a\": 1,\n  oops}");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == "json");
  CHECK(bad.error().message.find("line 2, column 3") != std::string::npos);
  CHECK_FALSE(parse_json(""));
  CHECK_FALSE(parse_json("{} x"));
  CHECK_FALSE(parse_json("\"\xFF\""));
  CHECK_FALSE(parse_json("[1,]"));
  CHECK(parse_json(" [1, null] "));
}

TEST_CASE("deep nesting is an error, not a crash") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(parse_json(nested(256)));
  CHECK_FALSE(parse_json(nested(258)));
  CHECK_FALSE(parse_json(nested(1'000'000)));
  CHECK_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST_CASE("equal values have equal canonical text") {
  const Json a = *parse_json("{\"b\": [1, 2.5, \"é\"], \"a\": {\"y\": null, \"x\": true}}");
  const Json b = *parse_json("{\"a\": {\"x\": true, \"y\": null},\n\"b\": [1,2.5,\"\\u00e9\"]}");
  CHECK(canonical_json(a) == canonical_json(b));
  CHECK(canonical_json(a) == "{\"a\":{\"x\":true,\"y\":null},\"b\":[1,2.5,\"é\"]}");
  CHECK(pretty_json(Json{{"a", 1}}) == "{\n  \"a\": 1\n}\n");
  CHECK(canonical_json(Json("\xFF")) == "\"\xEF\xBF\xBD\"");
}
