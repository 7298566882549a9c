#include "scheduler/query.h"

#include <catch2/catch.hpp>

using namespace berth;
using namespace berth::scheduler;

namespace {

const std::map<std::string, std::int64_t> kGroups{{"service:web", 2}, {"family:job", 0}};

Instance instance() {
  Instance made;
  made.id = "0123";
  made.host_id = "i-0abc";
  made.attributes = {{"ecs.availability-zone", "us-east-1a"}, {"stack", "prod"}, {"rank", "10"}, {"flag", ""}};
  made.registered_at = Timestamp(std::chrono::seconds(1'700'000'000));  // 2023-11-14T22:13:20Z
  return made;
}

bool holds(const std::string& text) {
  auto query = ClusterQuery::parse(text);
  INFO(text << ": " << (query ? "" : query.error().message));
  REQUIRE(query);
  const Instance about = instance();
  return matches(*query, {.instance = about, .groups = kGroups, .running_tasks = 3});
}

std::string problem(const std::string& text) {
  auto query = ClusterQuery::parse(text);
  return query ? "" : query.error().message;
}

}  // namespace

TEST_CASE("comparisons of the cluster query language") {
  const std::vector<std::pair<std::string, bool>> cases{
      {"attribute:stack == prod", true},
      {"attribute:stack equals 'prod'", true},
      {"attribute:stack==prod", true},
      {"attribute:stack != prod", false},
      {"attribute:stack not_equals test", true},
      {"attribute:missing != test", false},
      {"attribute:missing == test", false},
      {"attribute:stack exists", true},
      {"attribute:flag exists", true},
      {"attribute:missing !exists", true},
      {"attribute:stack not_exists", false},
      {"attribute:ecs.availability-zone in [us-east-1a, us-east-1b]", true},
      {"attribute:ecs.availability-zone not_in ['us-east-1a']", false},
      {"attribute:missing !in [a]", true},
      {"attribute:ecs.availability-zone =~ us-.*", true},
      {"attribute:ecs.availability-zone =~ us", false},
      {"attribute:stack !~ te.*", true},
      {"attribute:ecs.availability-zone =~ us-(east|west)-1[ab]", true},
      {"(attribute:stack =~ pr(o|i)d)||attribute:rank == 1", true},
      {"attribute:stack =~ te.*||attribute:rank == 10", true},
      {"attribute:missing !~ te.*", false},
      {"attribute:rank > 9", true},
      {"attribute:rank less_than 9", false},
      {"attribute:stack > 9", false},
      {"runningTasksCount >= 3", true},
      {"runningTasksCount < 3", false},
      {"registeredAt > 2023-11-14", true},
      {"registeredAt > 2023-11-14T22:13:20Z", false},
      {"registeredAt < 2023-11-14T23:13:21+01:00", true},
      {"agentConnected == true", true},
      {"ec2InstanceId in ['i-0abc', 'i-1']", true},
      {"task:group == service:web", true},
      {"task:group == family:job", false},
      {"not(task:group == service:web)", false},
      {"task:group != service:db", true},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(holds(text) == expected);
  }
}

TEST_CASE("and binds closer than or, not closest, parentheses first") {
  CHECK(holds("attribute:stack == x and attribute:rank == 1 or runningTasksCount == 3"));
  CHECK_FALSE(holds("attribute:stack == x && (attribute:rank == 1 || runningTasksCount == 3)"));
  CHECK(holds("!attribute:stack == x and attribute:rank == 10"));
  CHECK(holds("not (attribute:stack == x or attribute:rank == 1)"));
}

TEST_CASE("an expression that can't be read says where") {
  CHECK(problem("") == "Invalid expression: nothing to compare at character 1.");
  CHECK(problem("colour == red") == "Invalid expression: unknown subject 'colour' at character 1.");
  CHECK(problem("attribute:a = b") == "Invalid expression: an operator is expected at character 13.");
  CHECK(problem("attribute:a ==") == "Invalid expression: a value is missing at character 15.");
  CHECK(problem("attribute:a in b") == "Invalid expression: '[' is expected after in at character 16.");
  CHECK(problem("attribute:a in [b") == "Invalid expression: ']' is missing at character 18.");
  CHECK(problem("(attribute:a exists") == "Invalid expression: ')' is missing at character 20.");
  CHECK(problem("attribute:a exists b") == "Invalid expression: unexpected 'b' at character 20.");
  CHECK(problem("attribute:a == 'b") == "Invalid expression: a quote without its end at character 16.");
  CHECK(problem("runningTasksCount > many") == "Invalid expression: 'many' can't be ordered at character 21.");
  CHECK(problem("attribute:a =~ '('").find("the pattern '('") != std::string::npos);
  CHECK(problem(std::string(500, '(') + "agentConnected == true").find("nested too deeply") != std::string::npos);
}

TEST_CASE("a mistake says which part of the expression it is") {
  const std::string text = "attribute:a == b and colour == red";
  QueryMistake mistake;
  REQUIRE_FALSE(ClusterQuery::parse(text, &mistake));
  CHECK(mistake.kind == QueryMistake::Kind::Subject);
  CHECK(text.substr(mistake.at, mistake.length) == "colour");
  REQUIRE_FALSE(ClusterQuery::parse("attribute:a =~ '('", &mistake));
  CHECK(mistake.kind == QueryMistake::Kind::Pattern);
  REQUIRE_FALSE(ClusterQuery::parse("attribute:a =~ (?=b).*", &mistake));
  CHECK(mistake.kind == QueryMistake::Kind::Dialect);
  REQUIRE_FALSE(ClusterQuery::parse("attribute:a ==", &mistake));
  CHECK(mistake.at == 14);
  CHECK(mistake.length == 0);
}
