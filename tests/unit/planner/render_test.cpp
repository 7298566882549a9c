#include "planner/render.h"

#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace berth::plan {
namespace {

using test::program_of;
using test::small_stack;
using test::World;

Json with_many_variables() {
  Json bodies = small_stack();
  for (int i = 10; i < 40; ++i) bodies["task.web"]["container"]["app"]["env"]["V" + std::to_string(i)] = "x";
  return bodies;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_CASE("a resource shows at most so many lines, the last of them says how many more there are") {
  World world;
  const Plan plan = world.plan(program_of(with_many_variables()));
  const std::string text = render_text(plan, {.color = false, .max_fields = 12});
  CHECK(count(text, "container.app.env.V") == 11);
  CHECK(count(text, "… 19 more") == 0);
  CHECK(count(text, "… 20 more") == 1);
  CHECK(count(render_text(plan, {.color = false, .max_fields = 0}), "container.app.env.V") == 30);
}

TEST_CASE("colour changes nothing but colour") {
  World world;
  const Plan plan = world.plan(program_of(small_stack()));
  std::string text = render_text(plan, {.color = true, .max_fields = 12});
  CHECK(count(text, "\x1b[32m") == 3);
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b')) text.erase(at, text.find('m', at) + 1 - at);
  CHECK(text == render_text(plan));
}

TEST_CASE("no line ends with blanks") {
  World world;
  const std::string text = render_text(world.plan(program_of(with_many_variables())));
  CHECK(count(text, " \n") == 0);
}

TEST_CASE("the counts are Terraform's: a replacement adds one and destroys one") {
  Plan plan;
  for (const ChangeKind kind : {ChangeKind::create, ChangeKind::update, ChangeKind::revise, ChangeKind::replace, ChangeKind::destroy, ChangeKind::no_op}) {
    Change change;
    change.kind = kind;
    plan.changes.push_back(change);
  }
  CHECK(plan.counts().to_add() == 2);
  CHECK(plan.counts().to_change() == 2);
  CHECK(plan.counts().to_destroy() == 2);
  CHECK_FALSE(plan.empty());
}

}  // namespace
}  // namespace berth::plan
