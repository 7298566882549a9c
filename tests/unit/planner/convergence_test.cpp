// Properties over every field of the schema: an apply reaches what was asked, wherever it starts, and a plan straight after it is empty.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "ir/capacity.h"
#include "planner/render.h"
#include "tests/support/random_body.h"
#include "tests/support/world.h"

namespace berth::plan {
namespace {

using test::RandomBody;
using test::World;

ir::Resource finish(const ir::Address& address, ir::Value body) {
  ir::Resource resource{.address = address, .body = std::move(body), .origin = {}, .doc = ""};
  ir::Map& map = *resource.body.as_map();
  // A written name is made unique; names that two resources share are the compiler's to refuse.
  if (map.find("name") != nullptr) map.set("name", ir::Value::string(address.kind + "-named-" + address.name + std::to_string(map.size() % 3)));
  if (map.find("name") == nullptr) map.set("name", ir::Value::string(address.name, {.is_default = true}));
  // Bounds that a rollout cannot move within have an error of their own.
  if (ir::Value* deploy = map.find("deploy")) deploy->as_map()->set("min_healthy", ir::Value::quantity(0, ir::Unit::basis_points));
  ir::canonicalize(*ir::schema::resource_kind(address.kind), resource.body);
  return resource;
}

/// Lets a service run on parts of its cluster's capacity, of which no two have one label.
void set_capacity(RandomBody& random, const ir::Program& program, ir::Value& service) {
  ir::Map& body = *service.as_map();
  body.erase("capacity");
  const ir::Resource& cluster = program.resources.at(body.find("cluster")->as_reference()->target);
  ir::List shares;
  for (const ir::CapacityPart& part : ir::capacity_parts(cluster.body)) {
    if (!random.chance(60)) continue;
    ir::Map share;
    share.set("provider", ir::Value::reference(part.address(cluster.address)));
    share.set("weight", ir::Value::integer(static_cast<std::int64_t>(random.below(3))));
    shares.push_back(ir::Value::map(std::move(share)));
  }
  if (!shares.empty()) body.set("capacity", ir::Value::list(std::move(shares)));
}

/// Labels that differ from program to program, so that parts come and go; a part that stays keeps what makes it the one that it is.
void settle_groups(RandomBody& random, const std::string& cluster, ir::Value& body) {
  ir::Value* capacity = body.as_map()->find("capacity");
  ir::Value* groups = capacity == nullptr ? nullptr : capacity->as_map()->find("asg");
  if (groups == nullptr) return;
  ir::Map settled;
  for (const auto& [label, entry] : *groups->as_map()) {
    ir::Value group = entry;
    group.as_map()->erase("name");
    group.as_map()->set("group", ir::Value::reference({"asg", cluster}));
    settled.set(label + std::to_string(random.below(2)), std::move(group));
  }
  *groups = ir::Value::map(std::move(settled));
}

/// Clusters and task definitions r0 and r1, which references point at, and up to three services.
ir::Program random_program(RandomBody& random) {
  random.carried_out_only = true;
  ir::Program program{.stack = "shop"};
  const auto add = [&](const std::string& kind, const std::string& name) {
    const ir::Address address{kind, name};
    ir::Value body = random.block(*ir::schema::resource_kind(kind), 40);
    if (kind == "cluster") settle_groups(random, name, body);
    if (kind == "service") set_capacity(random, program, body);
    program.resources.emplace(address, finish(address, std::move(body)));
  };
  for (const char* name : {"r0", "r1"}) {
    add("cluster", name);
    add("task", name);
  }
  for (const char* name : {"s0", "s1", "s2"}) {
    if (random.chance(70)) add("service", name);
  }
  return program;
}

/// What runs as far as the program has a say in it: bodies and owners, for services with the content of what they run.
std::map<std::string, std::string> essence(const ir::Program& program, const ir::Snapshot& snapshot) {
  std::map<std::string, std::string> result;
  std::map<std::string, std::string> revisions;
  for (const ir::LiveResource& live : snapshot.resources) {
    ir::Value body = live.resource.body;
    const auto wanted = program.resources.find(live.resource.address);
    const ir::Value* name = wanted == program.resources.end() ? nullptr : ir::at(wanted->second.body, {"name"});
    // A derived name counts at creation only.
    if (name == nullptr || name->origin().is_default) body.as_map()->erase("name");
    const std::string text = ir::spell(body) + " " + live.stack + " " + live.hash;
    if (live.resource.address.kind == "task") revisions[live.arn] = text;
    else result[live.resource.address.text()] = text;
  }
  for (const ir::LiveResource& live : snapshot.resources) {
    if (live.resource.address.kind == "service") result[live.resource.address.text()] += revisions[live.runtime["taskDefinition"].get<std::string>()];
  }
  return result;
}

void require_applied(World& world, const ir::Program& program) {
  const Plan plan = world.plan(program);
  INFO(render_text(plan));
  REQUIRE(plan.applyable);
  const ApplyReport report = world.apply(plan);
  REQUIRE(test::failures_of(report) == "");
  REQUIRE(report.ok());
  const Plan again = world.plan(program);
  INFO("planned again:\n" << render_text(again));
  REQUIRE(again.empty());
  REQUIRE(again.drift.empty());
}

TEST_CASE("from any program to any other and back: the result is what applying it alone gives, and the next plan is empty") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    INFO("seed " << seed);
    RandomBody random(seed);
    const ir::Program first = random_program(random);
    const ir::Program second = random_program(random);
    World stepwise;
    require_applied(stepwise, first);
    require_applied(stepwise, second);
    World direct;
    require_applied(direct, second);
    REQUIRE(essence(second, stepwise.read(second)) == essence(second, direct.read(second)));
    World fresh;
    require_applied(stepwise, first);
    require_applied(fresh, first);
    REQUIRE(essence(first, stepwise.read(first)) == essence(first, fresh.read(first)));
  }
}

TEST_CASE("an apply that fails at any call, with or without effect, is finished by the next one") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    RandomBody random(seed);
    const ir::Program first = random_program(random);
    const ir::Program second = random_program(random);
    for (std::size_t call = 1;; ++call) {
      bool reached = false;
      for (const bool after_effect : {false, true}) {
        INFO("seed " << seed << ", call " << call << (after_effect ? " after" : " before") << " its effect");
        World world;
        require_applied(world, first);
        world.provider.add_fault({"#" + std::to_string(world.provider.calls() + call), {"connect", "connection lost"}, after_effect});
        if (world.apply(second).ok()) continue;
        reached = true;
        require_applied(world, second);
      }
      if (!reached) break;
    }
  }
}

/// Changes one field and says what the plan makes of it.
void check_field(const ir::schema::Block& kind, const std::vector<std::string>& blocks, const ir::schema::Field& field) {
  if (field.type.kind == ir::schema::TypeKind::reference || (kind.kind == "service" && field.name == "capacity")) return;  // covered by the programs above
  RandomBody random(7);
  random.carried_out_only = true;
  random.chosen = blocks;
  World world;
  ir::Program program{.stack = "shop"};
  for (const char* base : {"cluster", "task", "service"}) {
    ir::Value body = random.block(*ir::schema::resource_kind(base), 100);
    if (std::string(base) == "service") {
      body.as_map()->set("cluster", ir::Value::reference({"cluster", "r0"}));
      body.as_map()->set("task", ir::Value::reference({"task", "r0"}));
    }
    const ir::Address address{base, std::string(base) == "service" ? "s0" : "r0"};
    program.resources.emplace(address, finish(address, std::move(body)));
  }
  require_applied(world, program);

  ir::Resource& resource = program.resources.at({std::string(kind.kind), kind.kind == "service" ? "s0" : "r0"});
  // Looked up each time: canonicalizing moves what is in a map.
  const auto inner = [&]() -> ir::Map& {
    ir::Value* block = &resource.body;
    for (const std::string& step : blocks) {
      block = block->as_map()->find(step);
      REQUIRE(block != nullptr);
    }
    return *block->as_map();
  };
  // A daemon has no number of tasks.
  if (field.name == "replicas") {
    inner().erase("daemon");
    ir::canonicalize(kind, resource.body);
    require_applied(world, program);
  }
  const ir::Value* existing = inner().find(field.name);
  const ir::Value old = existing == nullptr ? ir::Value() : *existing;
  for (int tries = 0; tries < 100; ++tries) {
    inner().set(std::string(field.name), random.value(field.type));
    ir::canonicalize(kind, resource.body);
    // A value that says no more than its absence is absent in the canonical form: that is another value as well.
    const ir::Value* now = inner().find(field.name);
    if ((now == nullptr ? ir::Value() : *now) == old) continue;
    const Plan plan = world.plan(program);
    const Change* change = plan.find(resource.address);
    REQUIRE(change != nullptr);
    INFO(render_text(plan));
    using ir::schema::UpdateClass;
    if (!blocks.empty() && blocks.front() == "capacity" && field.update == UpdateClass::replacement) {
      // Services run on it: it is not replaced under its label.
      CHECK_FALSE(plan.applyable);
      CHECK(schedule(plan).empty());
      return;
    }
    const ChangeKind expected = field.update == UpdateClass::replacement    ? ChangeKind::replace
                                : field.update == UpdateClass::new_revision ? ChangeKind::revise
                                                                            : ChangeKind::update;
    CHECK(change->kind == expected);
    require_applied(world, program);
    return;
  }
  FAIL("the field never takes another value");
}

void check_block(const ir::schema::Block& kind, const ir::schema::Block& block, const std::vector<std::string>& path) {
  for (const ir::schema::Field& field : block.fields) {
    const bool of_first_variant = field.variants.empty() || field.variants.front() == block.variants.front();
    if (!RandomBody::is_carried_out(field) || !of_first_variant) continue;  // the golden cases show what becomes of these
    INFO(kind.kind << " " << fmt::format("{}", fmt::join(path, ".")) << " " << field.name);
    check_field(kind, path, field);
  }
  for (const ir::schema::Block& inner : block.blocks) {
    if (!RandomBody::is_carried_out(inner) || inner.kind == "lifecycle" || block.field(inner.kind) != nullptr) continue;
    std::vector<std::string> deeper = path;
    deeper.emplace_back(inner.kind);
    if (inner.label == ir::schema::LabelKind::name) deeper.emplace_back("a");
    check_block(kind, inner, deeper);
  }
}

TEST_CASE("a change of any field is seen, has the effect the schema says, and converges") {
  for (const ir::schema::Block& kind : ir::schema::resource_kinds()) {
    if (RandomBody::is_carried_out(kind)) check_block(kind, kind, {});
  }
}

}  // namespace
}  // namespace berth::plan
