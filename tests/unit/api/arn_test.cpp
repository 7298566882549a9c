#include "api/arn.h"

#include <catch2/catch.hpp>

#include "api/error.h"

namespace berth::api {
namespace {

TEST_CASE("ARNs are printed as they were parsed") {
  const ArnMaker make;
  for (const std::string& text :
       {make.cluster("prod"), make.service("prod", "web"), make.task("prod", "0123456789abcdef0123456789abcdef"), make.container_instance("prod", "ab"),
        make.container("prod", "t", "u"), make.task_definition("web", 3), std::string("arn:aws:ecs:r:1:service/old-form")}) {
    const auto arn = parse_arn(text);
    INFO(text);
    REQUIRE(arn);
    CHECK(print(*arn) == text);
  }
}

TEST_CASE("what is no ARN is not taken for one") {
  for (const char* text : {"", "arn", "arn:aws", "arn:aws:ecs:r:1:", "arn:aws:ecs:r:1:cluster", "arn:aws:ecs:r:1:cluster/", "arn:aws:ecs:r:1:cluster/a/b",
                           "arn:aws:ecs:r:1:service/a/b/c", "arn:aws:ecs:r:1:task/a//b", "nra:aws:ecs:r:1:cluster/a"}) {
    INFO(text);
    CHECK_FALSE(parse_arn(text));
  }
}

TEST_CASE("names are taken from ARNs of the right type only") {
  CHECK(name_in("web", "service") == "web");
  CHECK(name_in("arn:aws:ecs:r:1:service/prod/web", "service") == "web");
  CHECK_FALSE(name_in("arn:aws:ecs:r:1:task/prod/web", "service"));
}

TEST_CASE("task definitions are named by family, family and revision, or ARN") {
  CHECK(parse_task_definition_name("web") == TaskDefinitionName{"web", std::nullopt});
  CHECK(parse_task_definition_name("web:7") == TaskDefinitionName{"web", 7});
  CHECK(parse_task_definition_name("arn:aws:ecs:r:1:task-definition/web:7") == TaskDefinitionName{"web", 7});
  for (const char* text : {"", "web:", "web:x", "web:0", ":1", "web:1:2", "arn:aws:ecs:r:1:cluster/web"}) {
    INFO(text);
    CHECK_FALSE(parse_task_definition_name(text));
  }
}

TEST_CASE("error bodies are read with and without a namespace") {
  const ApiError error = decode_error(Json{{"__type", "com.amazonaws.ecs#ClientException"}, {"Message", "no"}}, 400);
  CHECK(error.type == "ClientException");
  CHECK(error.message == "no");
  CHECK(decode_error(encode(ApiError{.type = "ConflictException", .message = "m", .resource_ids = {"a"}}), 400).resource_ids ==
        std::vector<std::string>{"a"});
  CHECK(decode_error(Json("text"), 502).type == "ServerException");
}

}  // namespace
}  // namespace berth::api
