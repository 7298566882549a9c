// libs: berth_compiler berth_memory_provider
// A planted value is looked for in everything that compile, plan and apply say.
#include "planner/sensitive.h"

#include <catch2/catch.hpp>

#include "base/diagnostic_render.h"
#include "planner/plan_file.h"
#include "planner/render.h"
#include "tests/support/compile_case.h"
#include "tests/support/world.h"

using namespace berth;
using namespace berth::test;

namespace {

constexpr std::string_view kPlanted = "XyZZyPlanted";

const std::string kStack = R"(
stack shop { }
param token: sensitive(string)
cluster main { }
service web {
  cluster = main
  task {
    memory = 64 MiB
    container app {
      image = "web:1"
      command = ["run", "--token", token]
      env {
        TOKEN = token
        MADE = join("/", split("-", upper("a-${token}-b")))
        ENCODED = json({ token = token })
      }
    }
  }
}
output token: sensitive(string) = token
)";

Compiled compiled(const std::string& stack, const std::string& token) { return compile_files({{"main.ecs", stack}}, {{"token", token}}); }

struct Run {
  plan::Plan plan;
  std::string said;
};

/// Plan and apply, and all that they print.
Run plan_and_apply(World& world, const ir::Program& program, const std::string& key) {
  plan::Plan plan = world.plan(program, {.mark_key = key});
  std::string said = plan::render_text(plan, {.max_fields = 0}) + plan::render_json(plan).dump() + ir::to_json(*plan.program, true).dump();
  const plan::ApplyReport report = world.apply(plan);
  CHECK(report.ok());
  for (const plan::Action& action : report.actions) {
    said += action.text();
    for (const auto& [name, value] : action.tags) said += name + value;
  }
  return {std::move(plan), said + world.provider.to_json().dump()};
}

bool shows(std::string text, std::string_view needle) {
  const auto lower = [](std::string all) {
    for (char& c : all) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return all;
  };
  return lower(std::move(text)).find(lower(std::string(needle))) != std::string::npos;
}

}  // namespace

TEST_CASE("a planted value is in nothing that is printed, and a plan after the apply is empty", "[sensitive]") {
  World world;
  const Compiled first = compiled(kStack, std::string(kPlanted));
  INFO(render_all(first.sink.sorted(), *first.sources));
  REQUIRE(first.program.has_value());
  CHECK_FALSE(shows(ir::to_json(*first.program, true).dump(), kPlanted));
  const Run created = plan_and_apply(world, *first.program, "key");
  CHECK_FALSE(shows(created.said, kPlanted));
  CHECK(shows(created.said, "(sensitive) ~"));
  CHECK(plan::has_sensitive(created.plan));
  CHECK(world.plan(*first.program, {.mark_key = "another key"}).empty());

  const Compiled second = compiled(kStack, "Another");
  REQUIRE(second.program.has_value());
  const Run changed = plan_and_apply(world, *second.program, "key");
  CHECK_FALSE(changed.plan.empty());
  CHECK_FALSE(shows(changed.said, kPlanted));
  CHECK_FALSE(shows(changed.said, "Another"));
}

TEST_CASE("what the API gets has the value", "[sensitive]") {
  const Compiled made = compiled(kStack, std::string(kPlanted));
  REQUIRE(made.program.has_value());
  const ir::Resource& task = made.program->resources.at(ir::Address{"task", "web"});
  const Json request = ir::to_ecs(*ir::schema::resource_kind("task"), task.body, [](const ir::Address& address) { return address.name; });
  CHECK(shows(request.dump(), kPlanted));
}

TEST_CASE("a live value is masked where the program is sensitive, and where an earlier program was", "[sensitive]") {
  const Compiled made = compiled(kStack, "x");
  REQUIRE(made.program.has_value());
  ir::Program program = *made.program;
  ir::LiveResource live{.resource = program.resources.at(ir::Address{"task", "web"})};
  ir::Map& env = *live.resource.body.as_map()->find("container")->as_map()->find("app")->as_map()->find("env")->as_map();
  env.set("TOKEN", ir::Value::string(std::string(kPlanted)));
  env.set("GONE", ir::Value::string(std::string(kPlanted)));
  const auto text = [&](bool tagged) {
    live.sensitive = tagged;
    ir::Snapshot snapshot{.resources = {live}};
    plan::hide_sensitive(program, snapshot, "key");
    return ir::spell(snapshot.resources.front().resource.body);
  };
  CHECK(text(false).find("GONE = \"XyZZyPlanted\"") != std::string::npos);
  CHECK(text(false).find("TOKEN = \"XyZZyPlanted\"") == std::string::npos);
  CHECK_FALSE(shows(text(true), kPlanted));
}

TEST_CASE("diagnostics about a sensitive value do not show it", "[sensitive]") {
  for (const std::string type : {"sensitive(string(100..))", "sensitive(\"a\" | \"b\")", "sensitive(image)", "sensitive(string) where it == \"x\""}) {
    INFO(type);
    const Compiled wrong = compiled("stack shop { }\ncluster main { }\nparam token: " + type + "\noutput o: sensitive(string) = token\n", std::string(kPlanted));
    const std::string said = render_all(wrong.sink.sorted(), *wrong.sources);
    CHECK_FALSE(wrong.program.has_value());
    CHECK_FALSE(shows(said, kPlanted));
  }
}
