#include <catch2/catch.hpp>

#include "compiler/export/export.h"
#include "ir/ecs_form.h"
#include "tests/support/program_fixture.h"
#include "tests/support/random_body.h"

using namespace berth;
using namespace berth::test;

namespace {

/// The export with what it does not keep, as one text.
std::string shown(const exporting::Export& made) {
  std::string text;
  for (const exporting::File& file : made.files) text += file.name + "\n" + file.text;
  return text + exporting::report(made.losses, nullptr);
}

/// Paths of all settings in a body: "container.a.image".
// NOLINTNEXTLINE(misc-no-recursion)
void leaves(const ir::Value& value, const std::vector<std::string>& path, std::vector<std::vector<std::string>>& all) {
  if (value.as_map() == nullptr || value.as_map()->empty()) {
    all.push_back(path);
    return;
  }
  for (const auto& [key, member] : *value.as_map()) {
    std::vector<std::string> below = path;
    below.push_back(key);
    leaves(member, below, all);
  }
}

void remove(ir::Value& body, const std::vector<std::string>& path) {
  ir::Value* value = &body;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) value = value->as_map()->find(path[i]);
  value->as_map()->erase(path.back());
}

std::string joined(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& part : path) text += (text.empty() ? "" : ".") + part;
  return text;
}

ir::Program program_with(const char* kind, ir::Value body) {
  ir::Program program = program_of(small_stack());
  const ir::Address address{kind, "tested"};
  program.resources[address] = {.address = address, .body = std::move(body), .origin = {}, .doc = ""};
  for (const char* name : {"r0", "r1"}) {
    ir::Map network;
    network.set("subnets", ir::Value::list({ir::Value::string(std::string("subnet-") + name)}));
    const ir::Address place{"network", name};
    program.externs[place] = {.address = place, .body = ir::Value::map(network), .origin = {}, .doc = ""};
  }
  return program;
}

}  // namespace

TEST_CASE("every setting stands in the requests, or is listed as not kept") {
  for (const char* kind : {"cluster", "task", "service"}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      RandomBody random(seed);
      ir::Value body = random.block(*ir::schema::resource_kind(kind), 60);
      ir::canonicalize(*ir::schema::resource_kind(kind), body);
      const std::string whole = shown(exporting::to_taskdef(program_with(kind, body), {}));
      std::vector<std::vector<std::string>> settings;
      leaves(body, {}, settings);
      for (const std::vector<std::string>& setting : settings) {
        ir::Value less = body;
        remove(less, setting);
        CAPTURE(kind, seed, joined(setting));
        // Whether a block is in it is what counts for one that is only told as a whole, and a port without a name says so by having none.
        if (setting == std::vector<std::string>{"lifecycle"}) continue;  // it says nothing
        const bool as_a_whole = setting.front() == "scale";
        const bool is_default_name = setting.back() == "name";
        if (as_a_whole) CHECK(whole.find(std::string(kind) + ".tested " + setting.front()) != std::string::npos);
        else if (!is_default_name) CHECK(shown(exporting::to_taskdef(program_with(kind, less), {})) != whole);
      }
    }
  }
}

TEST_CASE("exports are the same each time") {
  RandomBody random(7);
  ir::Value body = random.block(*ir::schema::resource_kind("task"), 80);
  ir::canonicalize(*ir::schema::resource_kind("task"), body);
  const ir::Program program = program_with("task", body);
  for (const auto& target : {exporting::to_taskdef, exporting::to_cloudformation, exporting::to_terraform, exporting::to_compose}) {
    CHECK(shown(target(program, {})) == shown(target(program, {})));
  }
}

TEST_CASE("no target shows a sensitive value unless it is told to") {
  ir::Program program = program_of(small_stack());
  ir::Map env;
  env.set("TOKEN", ir::Value::sensitive("s3cr3t-value"));
  program.resources.at({"task", "web"}).body.as_map()->find("container")->as_map()->find("app")->as_map()->set("env", ir::Value::map(env));
  program.outputs.push_back({"token", ir::Value::sensitive("s3cr3t-value")});
  for (const auto& target : {exporting::to_taskdef, exporting::to_cloudformation, exporting::to_terraform, exporting::to_compose}) {
    const exporting::Export hidden = target(program, {});
    CHECK(shown(hidden).find("s3cr3t-value") == std::string::npos);
    CHECK(hidden.inputs.size() + hidden.losses.size() > 0);
    CHECK(shown(target(program, {.reveal = true})).find("s3cr3t-value") != std::string::npos);
  }
}
