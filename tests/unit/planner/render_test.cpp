#include "planner/render.h"

#include <catch2/catch.hpp>

#include "planner/page.h"
#include "tests/support/page_check.h"
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

/// The small stack with a thousand services beside each other; `level`: of the environment of one of them.
Json thousand_services(const std::string& level) {
  const Json small = small_stack();
  Json bodies = {{"cluster.main", Json::object()}};
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "web" + std::to_string(i);
    bodies["task." + name] = small["task.web"];
    bodies["task." + name]["container"]["app"]["env"]["LEVEL"] = i == 617 ? level : "info";
    bodies["service." + name] = small["service.web"];
    bodies["service." + name]["task"] = {{"$ref", "task." + name}};
  }
  return bodies;
}

TEST_CASE("the plan of a thousand services of which one changes is short in every form") {
  World world;
  REQUIRE(world.apply(program_of(thousand_services("info"))).ok());
  const Plan plan = world.plan(program_of(thousand_services("debug")));
  CHECK(plan.counts().to_change() == 2);
  const std::string text = render_text(plan);
  CHECK(count(text, "\n") < 20);
  CHECK(count(text, "\"info\" → \"debug\"") == 1);
  const std::string markdown = render_markdown({.plan = &plan, .findings = {}, .failure = "", .link_base = ""});
  CHECK(count(markdown, "\n") < 30);
  CHECK(count(markdown, "`\"info\"` → `\"debug\"`") == 1);
  const std::string html = render_html({.plan = &plan, .findings = {}, .failure = "", .link_base = ""});
  CHECK(count(html, "<rect") == 3);  // the service, its task and its cluster
}

TEST_CASE("the plan of a thousand services that all change alike is short in text and as a comment, and has all of them with --full") {
  World world;
  REQUIRE(world.apply(program_of(thousand_services("info"))).ok());
  Json bodies = thousand_services("debug");
  for (int i = 0; i < 1000; ++i) bodies["task.web" + std::to_string(i)]["container"]["app"]["env"]["LEVEL"] = "debug";
  const Plan plan = world.plan(program_of(bodies));
  CHECK(plan.counts().to_change() == 2000);
  const std::string text = render_text(plan);
  CHECK(count(text, "\n") < 20);
  CHECK(count(text, "and 995 more") == 2);
  CHECK(count(render_text(plan, {.color = false, .max_fields = 0}), "\"info\" → \"debug\"") == 1000);
  const std::string markdown = render_markdown({.plan = &plan, .findings = {}, .failure = "", .link_base = ""});
  CHECK(count(markdown, "\n") < 40);
  for (const char* name : {"`task.web0`", "`task.web999`", "`service.web500`"}) CHECK(count(markdown, name) == 1);
}

TEST_CASE("a comment is never too long, and counts what it leaves out") {
  World world;
  Json bodies = thousand_services("info");
  for (int i = 0; i < 1000; ++i) {  // no two alike
    bodies["task.web" + std::to_string(i)]["container"]["app"]["env"]["LEVEL"] = std::to_string(i);
    bodies["service.web" + std::to_string(i)]["replicas"] = i + 1;
  }
  const Plan plan = world.plan(program_of(bodies));
  const Page page{.plan = &plan, .findings = {}, .failure = "", .link_base = "https://example.com/blob/main"};
  const std::string whole = render_markdown(page, 10'000'000);
  CHECK(count(whole, "more parts are left out") == 0);
  CHECK(count(whole, "<details>") == 2000);
  const std::string cut = render_markdown(page);
  CHECK(cut.size() <= kLongestComment);
  CHECK(cut.size() > kLongestComment / 2);
  const std::size_t rows = count(cut, "\n| `+` |");
  CHECK(count(cut, "… " + std::to_string(2001 - rows) + " more rows") == 1);
  const std::size_t folds = count(cut, "<details>");
  CHECK(count(cut, std::to_string(2000 - folds) + " more parts are left out") == 1);
  CHECK(count(cut, "</details>") == folds);
}

TEST_CASE("what others wrote stays text in a page") {
  Json bodies = small_stack();
  const std::string evil = "</td><script>alert('1')</script> | `x` [a](http://b) @team & \x1b[31m\n**b**";
  bodies["task.web"]["container"]["app"]["env"]["EVIL"] = evil;
  World world;
  const Plan plan = world.plan(program_of(bodies));
  const Page page{.plan = &plan,
                  .findings = {{.severity = Severity::error, .code = "E0101", .message = "`" + evil + "` and " + evil, .place = "a b<.ecs:3:1"}},
                  .failure = evil,
                  .link_base = "https://example.com"};
  const std::string html = render_html(page);
  CHECK(test::html_faults(html, page.link_base) == "");
  CHECK(count(html, "<script") == 0);
  CHECK(count(html, "https://example.com/a%20b%3C.ecs#L3") == 1);
  const std::string markdown = render_markdown(page);
  CHECK(test::markdown_faults(markdown) == "");
  CHECK(count(markdown, "\x1b") == 0);
}

TEST_CASE("the page of HTML that is said to be wrong") {
  const std::string head = "<!DOCTYPE html>\n";
  CHECK(test::html_faults(head + "<p>a</p>", "x") == "");
  for (const char* wrong : {"<p>a", "<p>a</b>", "a & b", "<script>1</script>", "<p onclick=\"a\">b</p>", "<a href=\"http://b\">c</a>", "<style>a{b:url(c)}</style>", "a > b", "<p a=b>c</p>"}) {
    CAPTURE(wrong);
    CHECK(test::html_faults(head + wrong, "https://example.com") != "");
  }
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
