#include "planner/three_way.h"

#include <catch2/catch.hpp>

#include "planner/revisions.h"
#include "tests/support/world.h"

namespace berth::plan {
namespace {

using test::program_of;
using test::small_stack;
using test::World;

const std::string kToday = "2026-11-23";

/// What was found, "service.web replicas by-hand", a line each.
std::string lines_of(const DriftReport& report) {
  std::string text;
  for (const Difference& difference : report.differences) {
    text += fmt::format("{} {} {}{}\n", difference.address.text(), difference.path, word(difference.cause), difference.known.empty() ? "" : " known");
  }
  return text;
}

/// The small stack applied, then changed in what runs and in the files.
struct ThreeWays {
  World world;
  ir::Snapshot live;

  ThreeWays() {
    const ir::Program program = program_of(small_stack());
    REQUIRE(world.apply(program).ok());
    live = world.read(program);
  }
  ir::Value& service() {
    for (ir::LiveResource& row : live.resources) {
      if (row.resource.address.kind == "service") return row.resource.body;
    }
    FAIL("there is a service");
    return live.resources.front().resource.body;
  }
  DriftReport report(const Json& files, const std::vector<KnownDrift>& known = {}) {
    return compare_three_ways(make_plan(program_of(files), live, {}, world.sink), known, kToday);
  }
};

TEST_CASE("each difference has the cause that the hash of the last apply proves") {
  ThreeWays ways;
  Json files = small_stack();
  CHECK(lines_of(ways.report(files)) == "");
  ways.service().as_map()->set("replicas", ir::Value::integer(7));
  CHECK(lines_of(ways.report(files)) == "service.web replicas by-hand\n");
  files["service.web"]["deploy"]["max"] = "150%";
  files["service.web"]["grace"] = "30s";
  const DriftReport report = ways.report(files);
  CHECK(lines_of(report) == "service.web deploy.max not-applied\nservice.web grace not-applied\nservice.web replicas by-hand\n");
  CHECK(report.drifted() == 1);
}

TEST_CASE("what file and hand both changed is not guessed") {
  ThreeWays ways;
  ways.service().as_map()->set("replicas", ir::Value::integer(7));
  Json files = small_stack();
  files["service.web"]["replicas"] = 3;
  CHECK(lines_of(ways.report(files)) == "service.web replicas unknown\n");
  CHECK(ways.report(files).drifted() == 1);
}

TEST_CASE("revisions are as they were applied, and what is not in the files any more is the files'") {
  ThreeWays ways;
  Json files = small_stack();
  files["task.web"]["container"]["app"]["image"] = "web:2";
  CHECK(lines_of(ways.report(files)) == "task.web container.app.image not-applied\n");
  files.erase("service.web");
  CHECK(lines_of(ways.report(files)) == "service.web  not-applied\ntask.web container.app.image not-applied\n");
  CHECK(ways.report(files).drifted() == 0);
}

TEST_CASE("known drift is none until its day, and lines for nothing are named") {
  ThreeWays ways;
  ways.service().as_map()->set("replicas", ir::Value::integer(7));
  const auto known = parse_known_drift("# a comment\n\nservice.web replicas until 2026-11-23: the sale\nservice.web deploy until 2026-12-01: nothing\r\n");
  REQUIRE(known);
  const DriftReport report = ways.report(small_stack(), *known);
  CHECK(lines_of(report) == "service.web replicas by-hand known\n");
  CHECK(report.drifted() == 0);
  REQUIRE(report.unused.size() == 1);
  CHECK(report.unused[0].line == 4);
  const auto late = parse_known_drift("service.web * until 2026-11-22: the sale");
  REQUIRE(late);
  const DriftReport expired = ways.report(small_stack(), *late);
  CHECK(expired.drifted() == 1);
  CHECK(expired.expired.size() == 1);
}

TEST_CASE("a line of known drift that is wrong is named") {
  for (const char* line : {"web replicas until 2026-11-23: x", "service.web replicas 2026-11-23: x", "service.web replicas until soon: x", "service.web replicas until 2026-13-01: x",
                           "service.web replicas until 2026-11-23 x", "service.web replicas until 2026-11-23:", "service.web"}) {
    CAPTURE(line);
    const auto known = parse_known_drift(std::string("\n") + line);
    REQUIRE_FALSE(known);
    CHECK(known.error().code == "usage");
    CHECK(known.error().message.find("line 2") != std::string::npos);
  }
}

TEST_CASE("a service goes back to the revision before, and its plan brings it forward again") {
  World world;
  Json files = small_stack();
  REQUIRE(world.apply(program_of(files)).ok());
  files["task.web"]["container"]["app"]["image"] = "web:2";
  const ir::Program program = program_of(files);
  REQUIRE(world.apply(program).ok());
  const ir::Snapshot live = world.read(program);
  const auto service = find_service(live, program.id(), "web");
  REQUIRE(service);
  const auto rows = revisions_of(live, program.id(), **service);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].runs);
  REQUIRE(rows[0].changes.size() == 1);
  CHECK(rows[0].changes[0].path == "container.app.image");
  const auto back = choose_revision(rows, **service, 0);
  REQUIRE(back);
  CHECK((*back)->revision->revision == 1);
  CHECK_FALSE(choose_revision(rows, **service, 2));
  CHECK_FALSE(choose_revision(rows, **service, 3));
  Bindings bindings;
  bindings.set((*service)->resource.address, {.arn = (*service)->arn, .name = "web", .deployment = ""});
  Progress nobody;
  REQUIRE(apply(redeploy(**service, (*back)->revision->arn), bindings, world.provider, nobody, {.parallelism = 1}).ok());
  const Plan plan = world.plan(program);
  CHECK(plan.find({"service", "web"})->reason.kind == ReasonKind::other_revision);
  CHECK(lines_of(compare_three_ways(plan, {}, kToday)) == "service.web task by-hand\n");
  REQUIRE(world.apply(plan).ok());
  CHECK(world.plan(program).empty());
}

}  // namespace
}  // namespace berth::plan
