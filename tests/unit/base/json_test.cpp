#include "base/json.h"

#include <catch2/catch.hpp>

#include "base/json_text.h"

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

TEST_CASE("JSON written as it is told has the bytes of the tree's") {
  const Json tree = *parse_json(R"({"": [], "a": {}, "b": [1, -2, [true, null], {"x": "\u00e9\n\"\\", "y": 2.5}], "c": "plain", "d\u0001": ""})");
  std::string canonical;
  JsonText(canonical, JsonText::Form::canonical).value(tree);
  CHECK(canonical == canonical_json(tree));
  std::string pretty;
  JsonText(pretty, JsonText::Form::pretty).value(tree);
  CHECK(pretty + "\n" == pretty_json(tree));

  std::string text;
  JsonText out(text, JsonText::Form::canonical);
  out.begin_array();
  out.integer(-9'000'000'000);
  out.boolean(false);
  out.null();
  out.string("\xFF");
  out.end_array();
  CHECK(text == "[-9000000000,false,null,\"\xEF\xBF\xBD\"]");
}
