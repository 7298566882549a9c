#include "engine/control/definition.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "api/codec.h"
#include "base/file_system.h"
#include "engine/control/work_queue.h"
#include "engine/handlers/output.h"
#include "engine/handlers/validate_task_definition.h"

namespace berth::engine {
namespace {

api::RegisterTaskDefinitionRequest request_of(const std::string& text) {
  const auto json = parse_json(text);
  REQUIRE(json);
  auto request = api::decode<api::RegisterTaskDefinitionRequest>(*json);
  REQUIRE(request);
  return *request;
}

/// The refusal's text, or "" when the definition is accepted. `members` are those of the one container, `task` those of the task.
std::string refusal(const std::string& members, const std::string& task = "") {
  const std::string text = R"({"family":"f")" + (task.empty() ? "" : "," + task) + R"(,"containerDefinitions":[{"name":"a","image":"i","memory":64)" +
                           (members.empty() ? "" : "," + members) + "}]}";
  const auto definition = normalized_definition(request_of(text));
  if (definition) return "";
  CHECK(definition.error().code == "ClientException");
  return definition.error().message;
}

bool mentions(const std::string& text, const std::string& word) { return text.find(word) != std::string::npos; }

TEST_CASE("task sizes are read in both forms") {
  CHECK(parse_cpu("1024") == 1024);
  CHECK(parse_cpu("1 vCPU") == 1024);
  CHECK(parse_cpu(".25 vcpu") == 256);
  CHECK(parse_memory("512") == 512);
  CHECK(parse_memory("0.5 GB") == 512);
  CHECK(parse_memory("2gb") == 2048);
  for (const char* text : {"", "much", "-1", "0", "1 GHz", "1..5 GB", "GB", "1e3"}) {
    INFO(text);
    CHECK_FALSE(parse_memory(text));
    CHECK_FALSE(parse_cpu(text));
  }
}

TEST_CASE("a registered definition has the server's defaults and sizes in units") {
  const auto definition = normalized_definition(request_of(
      R"({"family":"f","cpu":"1 vcpu","memory":"1GB","status":"INACTIVE","containerDefinitions":[{"name":"a","image":"i","portMappings":[{"containerPort":80}]}]})"));
  REQUIRE(definition);
  CHECK(definition->cpu == "1024");
  CHECK(definition->memory == "1024");
  CHECK_FALSE(definition->status);
  const api::ContainerDefinition& container = definition->container_definitions->at(0);
  CHECK(container.essential == true);
  CHECK(container.cpu == 0);
  CHECK(container.environment->empty());
  CHECK(container.port_mappings->at(0).host_port == 0);
  CHECK(container.port_mappings->at(0).protocol == "tcp");
  CHECK(definition->compatibilities == std::vector<std::string>{"EXTERNAL", "EC2"});
}

TEST_CASE("registration refuses what ECS refuses") {
  CHECK(refusal("").empty());
  CHECK(mentions(refusal(R"("memory":null)"), "memory"));
  CHECK(mentions(refusal(R"("memory":2)"), "memory"));
  CHECK(mentions(refusal(R"("memoryReservation":128)"), "memoryReservation"));
  CHECK(mentions(refusal(R"("name":"a b")"), "name"));
  CHECK(mentions(refusal(R"("image":"")"), "image"));
  CHECK(mentions(refusal(R"("image":"r@sha256:12")"), "digest"));
  CHECK(mentions(refusal(R"("essential":false)"), "essential"));
  CHECK(mentions(refusal(R"("portMappings":[{"containerPort":70000}])"), "containerPort"));
  CHECK(mentions(refusal(R"("portMappings":[{"hostPort":80}])"), "containerPort"));
  CHECK(mentions(refusal(R"("portMappings":[{"containerPort":80},{"containerPort":80}])"), "more than once"));
  CHECK(mentions(refusal(R"("portMappings":[{"containerPort":80,"hostPort":81}])", R"("networkMode":"awsvpc")"), "must match"));
  CHECK(mentions(refusal(R"("portMappings":[{"containerPort":80}])", R"("networkMode":"none")"), "none"));
  CHECK(refusal(R"("portMappings":[{"containerPort":80,"hostPort":81},{"containerPort":80,"hostPort":82}])").empty());
  CHECK(mentions(refusal(R"("portMappings":[{"containerPort":80,"hostPort":81},{"containerPort":90,"hostPort":81}])"), "Host port 81"));
  CHECK(mentions(refusal(R"("healthCheck":{"command":["curl"]})"), "CMD"));
  CHECK(mentions(refusal(R"("secrets":[{"name":"A","valueFrom":"x"}],"environment":[{"name":"A","value":"1"}])"), "secret"));
  CHECK(mentions(refusal(R"("mountPoints":[{"sourceVolume":"v","containerPath":"/v"}])"), "volume"));
  CHECK(mentions(refusal(R"("dependsOn":[{"containerName":"a","condition":"START"}])"), "a"));
  CHECK(mentions(refusal(R"("dependsOn":[{"containerName":"b","condition":"START"}])"), "b"));
  CHECK(mentions(refusal(R"("links":["b"])"), "Link"));
  CHECK(mentions(refusal(R"("logConfiguration":{"logDriver":"awslogs"})"), "awslogs-group"));
  CHECK(mentions(refusal(R"("ulimits":[{"name":"nofile","softLimit":2,"hardLimit":1}])"), "nofile"));
  CHECK(mentions(refusal(R"("memory":600)", R"("memory":"512")"), "greater than for the task"));
  CHECK(mentions(refusal("", R"("cpu":"lots")"), "cpu"));
  CHECK(mentions(refusal("", R"("ephemeralStorage":{"sizeInGiB":30})"), "FARGATE"));
  CHECK(mentions(refusal("", R"("placementConstraints":[{"type":"distinctInstance"}])"), "memberOf"));
}

TEST_CASE("a definition for Fargate must fit Fargate") {
  const std::string fargate = R"("requiresCompatibilities":["FARGATE"],"networkMode":"awsvpc")";
  CHECK(mentions(refusal("", R"("requiresCompatibilities":["FARGATE"])"), "awsvpc"));
  CHECK(mentions(refusal("", fargate), "'cpu'"));
  CHECK(mentions(refusal("", fargate + R"(,"cpu":"256","memory":"4096")"), "No Fargate configuration"));
  CHECK(refusal("", fargate + R"(,"cpu":"256","memory":"2048")").empty());
  CHECK(refusal("", fargate + R"(,"cpu":"16 vcpu","memory":"40 GB")").empty());
  CHECK(mentions(refusal(R"("privileged":true)", fargate + R"(,"cpu":"256","memory":"512")"), "privileged"));
}

TEST_CASE("task definitions of the corpus are registered, but for mistakes of their own") {
  const char* corpus = std::getenv("BERTH_CORPUS");
  if (!corpus || !*corpus) {
    WARN("skipped: BERTH_CORPUS is not set");
    return;
  }
  int accepted = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(corpus) + "/taskdefs")) {
    const auto text = RealFileSystem().read(entry.path().string());
    const auto json = text ? parse_json(*text) : Result<Json>(text.error());
    if (!json) continue;
    const auto request = api::decode<api::RegisterTaskDefinitionRequest>(*json);
    if (!request || api::violation(*request)) continue;
    const auto definition = normalized_definition(*request);
    INFO(entry.path().filename().string() << ": " << (definition ? "" : definition.error().message));
    if (definition) ++accepted;
    CHECK((definition || definition.error().code == "ClientException"));
  }
  CHECK(accepted > 20);
}

TEST_CASE("what a task takes is the task's size, else the sum of its containers, with overrides") {
  const auto requirements = [](const std::string& text, const api::TaskOverride& overrides = {}) {
    const auto definition = normalized_definition(request_of(text));
    REQUIRE(definition);
    return requirements_of(*definition, overrides).resources;
  };
  const std::string containers =
      R"("containerDefinitions":[{"name":"a","image":"i","cpu":10,"memory":100,"memoryReservation":50,"portMappings":[{"containerPort":80,"hostPort":8080}]},{"name":"b","image":"i","cpu":20,"memory":30}])";
  CHECK(requirements(R"({"family":"f",)" + containers + "}") == scheduler::Resources{.cpu = 30, .memory = 80, .ports = {{8080, "tcp"}}});
  CHECK(requirements(R"({"family":"f","cpu":"256","memory":"512",)" + containers + "}").memory == 512);
  api::TaskOverride overrides;
  overrides.container_overrides = std::vector<api::ContainerOverride>{{.name = "b", .cpu = 100}};
  CHECK(requirements(R"({"family":"f",)" + containers + "}", overrides).cpu == 110);
  CHECK(requirements(R"({"family":"f","networkMode":"awsvpc","containerDefinitions":[{"name":"a","image":"i","memory":6,"portMappings":[{"containerPort":80}]}]})").ports.empty());
}

TEST_CASE("output goes to the awslogs group, or to one of the engine's") {
  const auto definition = normalized_definition(request_of(
      R"({"family":"f","containerDefinitions":[{"name":"a","image":"i","memory":64},{"name":"b","image":"i","memory":64,"logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"g","awslogs-region":"r","awslogs-stream-prefix":"p"}}}]})"));
  REQUIRE(definition);
  const LogPlace own = log_place(*definition, definition->container_definitions->at(0), "prod", "web", "id");
  CHECK(own.group == "/berth/prod/f");
  CHECK(own.stream == "web/a/id");
  const LogPlace given = log_place(*definition, definition->container_definitions->at(1), "prod", "", "id");
  CHECK(given.group == "g");
  CHECK(given.stream == "p/b/id");
}

TEST_CASE("a key is queued once, at its earliest time") {
  WorkQueue<std::string> queue;
  const Timestamp now(std::chrono::seconds(100));
  queue.add("a", now + std::chrono::seconds(5));
  queue.add("a", now + std::chrono::seconds(1));
  queue.add("a", now + std::chrono::seconds(9));
  queue.add("b", now);
  CHECK(queue.size() == 2);
  CHECK(queue.pop(now) == "b");
  CHECK_FALSE(queue.pop(now));
  CHECK(queue.next_due() == now + std::chrono::seconds(1));
  CHECK(queue.pop(now + std::chrono::seconds(1)) == "a");
  CHECK(queue.empty());
}

TEST_CASE("a cursor finds its place among lines of the same millisecond") {
  std::vector<LogLine> lines;
  for (const int time : {1, 2, 2, 2, 3}) lines.push_back({Timestamp(Milliseconds(time)), "stdout", "x"});
  const std::vector<OutputEvent> events = events_of("s", lines);
  for (std::size_t i = 1; i <= events.size(); ++i) {
    const auto cursor = parse_output_cursor(print(cursor_at(events, i)));
    REQUIRE(cursor);
    CHECK(index_of(events, *cursor) == i);
  }
  CHECK(index_of(events, cursor_at(events, 0)) == 0);
  CHECK_FALSE(parse_output_cursor("1/"));
  CHECK_FALSE(parse_output_cursor("1/2x"));
}

TEST_CASE("filter patterns of plain terms are honoured, others are not taken") {
  CHECK(matches("an error occurred", *parse_filter_pattern("error \"an error\"")));
  CHECK_FALSE(matches("an error", *parse_filter_pattern("error fatal")));
  CHECK(matches("anything", *parse_filter_pattern("")));
  for (const char* pattern : {"{ $.a = 1 }", "[a, b]", "?a ?b", "-a", "%x%", "\"open"}) {
    INFO(pattern);
    CHECK_FALSE(parse_filter_pattern(pattern));
  }
}

}  // namespace
}  // namespace berth::engine
