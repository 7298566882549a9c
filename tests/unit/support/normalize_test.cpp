#include "tests/support/normalize.h"

#include <catch2/catch.hpp>

using berth::test::Normalizer;

TEST_CASE("volatile values get names in the order of first appearance") {
  Normalizer normalizer;
  const std::string a(32, 'a');
  const std::string b(32, 'b');
  CHECK(normalizer.normalize(b + " " + a + " " + b) == "<id:1> <id:2> <id:1>");
  CHECK(normalizer.normalize("arn:aws:ecs:us-east-1:000000000000:task/prod/" + a + ",") == "<arn:task/prod/<id:2>>,");
  CHECK(normalizer.normalize("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3\"") == "<arn:task-definition/web:3>\"");
  CHECK(normalizer.normalize("0f8fad5b-d9cb-469f-a165-70867728950e") == "<uuid:1>");
  CHECK(normalizer.normalize(a + b) == "<hash:1>");
  CHECK(normalizer.normalize(a + "0") == a + "0");
}

TEST_CASE("times and dynamic ports are named unless told otherwise") {
  Normalizer normalizer;
  CHECK(normalizer.normalize("at 2026-11-22T16:47:03.120Z.") == "at <time>.");
  CHECK(normalizer.normalize("{\"createdAt\": 1700000000.123}") == "{\"createdAt\": <time>}");
  CHECK(normalizer.normalize("http://127.0.0.1:49153/ 127.0.0.1:49153 127.0.0.1:18080") ==
        "http://127.0.0.1:<port:1>/ 127.0.0.1:<port:1> 127.0.0.1:18080");
  CHECK(normalizer.normalize("{\"hostPort\": 49154, \"memory\": 49154}") == "{\"hostPort\": <port:2>, \"memory\": 49154}");
  Normalizer exact({.times = false, .ports = false});
  CHECK(exact.normalize("1700000000 127.0.0.1:49153") == "1700000000 127.0.0.1:49153");
}

TEST_CASE("names can be put back") {
  Normalizer normalizer;
  const std::string text = "arn:aws:ecs:us-east-1:000000000000:task/prod/" + std::string(32, 'c') + " " + std::string(32, 'c');
  CHECK(normalizer.restore(normalizer.normalize(text)) == text);
  CHECK(normalizer.restore("<id:1> <id:7> < <arn:task/prod/<id:1>>") ==
        std::string(32, 'c') + " <id:7> < arn:aws:ecs:us-east-1:000000000000:task/prod/" + std::string(32, 'c'));
}
