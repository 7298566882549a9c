#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "api/codec.h"
#include "api/operations.h"
#include "base/file_system.h"

namespace berth::api {
namespace {

Json json_of(const std::string& text) {
  auto json = parse_json(text);
  REQUIRE(json);
  return *json;
}

template <class T>
std::string error_of(const std::string& text) {
  const auto decoded = decode<T>(json_of(text));
  return decoded ? "" : decoded.error().code + " " + decoded.error().message;
}

TEST_CASE("absent members stay absent and empty lists stay empty") {
  const auto request = decode<CreateServiceRequest>(json_of(R"({"serviceName":"web","placementStrategy":[],"role":null})"));
  REQUIRE(request);
  CHECK(request->service_name == "web");
  CHECK(request->placement_strategy->empty());
  CHECK_FALSE(request->load_balancers);
  CHECK_FALSE(request->role);
  CHECK(canonical_json(encode(*request)) == R"({"placementStrategy":[],"serviceName":"web"})");
}

TEST_CASE("a value of the wrong type is named by its path") {
  CHECK(error_of<RegisterTaskDefinitionRequest>(R"({"containerDefinitions":[{"name":"a"},{"cpu":"much"}]})") ==
        "SerializationException containerDefinitions[1].cpu: expected an integer, found string");
  CHECK(error_of<CreateServiceRequest>(R"({"desiredCount":1.5})").find("desiredCount: expected an integer") != std::string::npos);
  CHECK(error_of<CreateServiceRequest>(R"({"desiredCount":3000000000})").find("32 bits") != std::string::npos);
  CHECK(error_of<CreateServiceRequest>(R"({"enableECSManagedTags":"true"})").find("enableECSManagedTags") != std::string::npos);
  CHECK(error_of<CreateServiceRequest>(R"([])") == "SerializationException expected an object, found array");
  CHECK(error_of<TagResourceRequest>(R"({"tags":{"key":"a"}})").find("tags: expected a list") != std::string::npos);
  CHECK(error_of<RegisterTaskDefinitionRequest>(R"({"containerDefinitions":[{"dockerLabels":{"a":1}}]})").find("dockerLabels.a") !=
        std::string::npos);
}

TEST_CASE("integers may be written as whole floating point numbers") {
  const auto request = decode<CreateServiceRequest>(json_of(R"({"desiredCount":2.0})"));
  REQUIRE(request);
  CHECK(request->desired_count == 2);
}

TEST_CASE("times are epoch seconds with milliseconds") {
  const auto task = decode<Task>(json_of(R"({"createdAt":1.619952106055E9})"));
  REQUIRE(task);
  CHECK(task->created_at == Timestamp(Milliseconds(1'619'952'106'055)));
  CHECK(encode(*task)["createdAt"].dump() == "1619952106.055");
}

TEST_CASE("unknown members are ignored, but a task definition keeps them at every depth") {
  const auto cluster = decode<CreateClusterRequest>(json_of(R"({"clusterName":"a","novelty":1})"));
  REQUIRE(cluster);
  CHECK(canonical_json(encode(*cluster)) == R"({"clusterName":"a"})");
  const std::string text = R"({"containerDefinitions":[{"name":"a","novelty":{"x":[1]}}],"family":"f","later":true})";
  const auto definition = decode<RegisterTaskDefinitionRequest>(json_of(text));
  REQUIRE(definition);
  CHECK(canonical_json(encode(*definition)) == text);
}

TEST_CASE("the model's rules are broken with a path") {
  const auto text = [](const std::string& json) {
    const auto request = decode<CreateServiceRequest>(json_of(json));
    REQUIRE(request);
    return violation(*request).value_or("");
  };
  CHECK(text(R"({"serviceName":"web"})").empty());
  CHECK(text(R"({})") == "serviceName can not be null");
  CHECK(text(R"({"serviceName":""})") == "serviceName can not be empty");
  CHECK(text(R"({"serviceName":"a b"})").find("may contain only") != std::string::npos);
  CHECK(text(R"({"serviceName":"web","desiredCount":-1})") == "desiredCount must be at least 0");
  CHECK(text(R"({"serviceName":"web","launchType":"MOON"})").find("launchType must be one of EC2") != std::string::npos);
  CHECK(text(R"({"serviceName":"web","tags":[{"key":""}]})") == "tags[0].key must have 1 to 128 characters");
  CHECK(text(R"({"serviceName":"web","deploymentConfiguration":{"deploymentCircuitBreaker":{"enable":true}}})") ==
        "deploymentConfiguration.deploymentCircuitBreaker.rollback can not be null");
}

TEST_CASE("operations are found by their whole target only") {
  REQUIRE(find_operation("AmazonEC2ContainerServiceV20141113.CreateCluster"));
  CHECK(find_operation("AmazonEC2ContainerServiceV20141113.CreateCluster")->implemented);
  CHECK_FALSE(find_operation("AmazonEC2ContainerServiceV20141113.ExecuteCommand")->implemented);
  CHECK(find_operation("Logs_20140328.GetLogEvents"));
  CHECK_FALSE(find_operation("CreateCluster"));
  CHECK_FALSE(find_operation("Logs_20140328.CreateCluster"));
}

TEST_CASE("task definitions of the corpus survive a round trip without loss") {
  const char* corpus = std::getenv("BERTH_CORPUS");
  if (!corpus || !*corpus) {
    WARN("skipped: BERTH_CORPUS is not set");
    return;
  }
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(corpus) + "/taskdefs")) {
    const auto text = RealFileSystem().read(entry.path().string());
    REQUIRE(text);
    const auto json = parse_json(*text);
    // Templates with placeholders are not JSON; they are not for a codec.
    if (!json || !json->is_object()) continue;
    Json original = *json;
    const auto decoded = decode<RegisterTaskDefinitionRequest>(original);
    INFO(entry.path().string());
    // A placeholder in the place of a number is the file's fault, and is refused.
    if (!decoded) {
      CHECK(decoded.error().code == "SerializationException");
      continue;
    }
    ++files;
    // null means absent.
    const std::function<void(Json&)> drop_nulls = [&](Json& value) {
      if (value.is_object()) {
        for (auto member = value.begin(); member != value.end();) member = member->is_null() ? value.erase(member) : std::next(member);
      }
      for (Json& child : value) {
        if (child.is_structured()) drop_nulls(child);
      }
    };
    drop_nulls(original);
    CHECK(encode(*decoded) == original);
  }
  CHECK(files > 20);
}

}  // namespace
}  // namespace berth::api
