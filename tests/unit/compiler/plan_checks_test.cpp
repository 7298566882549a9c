#include <catch2/catch.hpp>

#include "base/diagnostic_render.h"
#include "compiler/compile.h"
#include "compiler/loader.h"
#include "tests/support/compile_case.h"

using namespace berth;
using namespace berth::test;

namespace {

constexpr std::string_view kStack = R"(
stack shop { }
cluster main { }
service web {
  cluster = main
  replicas = 2
  task {
    memory = 512 MiB
    container app { image = "shop/app:1" }
  }
}
)";

/// {"change": change, "changes": [{"name": "web"}]}
ir::Value plan_of(std::int64_t change) {
  ir::Map one;
  one.set("name", ir::Value::string("web"));
  ir::Map plan;
  plan.set("change", ir::Value::integer(change));
  plan.set("changes", ir::Value::list({ir::Value::map(std::move(one))}));
  return ir::Value::map(std::move(plan));
}

struct Judged {
  std::string alone;  ///< what is said without a plan
  std::string text;   ///< a line for each check, and what does not hold below it
};

Judged judge(const std::string& check, std::int64_t change) {
  const MemoryFileSystem files({{"main.ecs", std::string(kStack) + check}});
  const auto sources = std::make_shared<SourceSet>();
  DiagnosticSink sink;
  const CompileOptions options{.path = "main.ecs", .variables = {}};
  (void)compile(options, files, sources, sink);
  Judged result{.alone = render_all(sink.sorted(), *sources), .text = ""};
  if (!has_plan_checks(*sources)) return result;
  DiagnosticSink further;
  for (const PlanCheck& one : judge_plan(options, plan_of(change), files, std::make_shared<SourceSet>(), further)) {
    result.text += one.title + (one.advisory ? " (advisory)" : "") + "\n";
    for (const Diagnostic& failure : one.failures) result.text += "  " + failure.code + " " + failure.message + "\n";
  }
  for (const Diagnostic& diagnostic : further.sorted()) result.text += diagnostic.code + " " + diagnostic.message + "\n";
  return result;
}

}  // namespace

TEST_CASE("a check that reads `plan` anywhere is run when there is a plan, and only then") {
  const std::vector<std::string> checks = {
      R"(check "few" for p in [plan] { assert p.change <= 3, "${string(p.change)} change" })",
      R"(check "few" for p in plan.changes { assert plan.change <= 3, "${string(plan.change)} change" })",
      R"(check "few" for s in stack.services { assert plan.change <= 3, "${string(plan.change)} change" })",
      R"(check "few" for s in stack.services if plan.change > 3 { assert s.replicas > 2, "${string(plan.change)} change" })",
      R"(check "few" for s in stack.services { assert s.replicas > [for x in [plan.change]: x][0] - 2, "${string(plan.change)} change" })",
  };
  for (const std::string& check : checks) {
    INFO(check);
    CHECK(judge(check, 3).alone.empty());
    CHECK(judge(check, 3).text == "few\n");
    CHECK(judge(check, 4).text == "few\n  E0131 4 change\n");
  }
}

TEST_CASE("an advisory check of a plan warns") {
  CHECK(judge(R"(check "few" for p in [plan] { level = "advisory", assert p.change <= 3, "many" })", 4).text == "few (advisory)\n  W0507 many\n");
}

TEST_CASE("a check whose `plan` is a name of its own is run with the program") {
  const Judged judged = judge("let plan = 5\ncheck \"few\" for s in stack.services { assert plan <= 3, \"many\" }", 4);
  CHECK(judged.alone.find("E0131") != std::string::npos);
  CHECK(judged.text.find("few") == std::string::npos);
}

TEST_CASE("`plan` is no name outside of checks") {
  CHECK(judge("let many = plan.change\nassert many > 1, \"few\"", 4).alone.find("E0204") != std::string::npos);
}

TEST_CASE("a mistake in a check of a plan is said with the plan") {
  CHECK(judge(R"(check "few" for p in [plan] { assert p.chang <= 3, "many" })", 4).text.find("chang") != std::string::npos);
}
