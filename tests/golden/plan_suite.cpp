// libs: berth_compiler berth_memory_provider

// Source and live state -> the plan as text, its actions, what is wrong with it, and (option `json`) its JSON. Every plan that can be
// applied is, and planning again must then be empty.

#include "tests/support/golden.h"
#include "tests/support/plan_case.h"

using namespace berth;
using namespace berth::test;

namespace {

/// "" when the plan can be applied and nothing is left to do then.
std::string converges(PlanCase& subject, const plan::Plan& plan) {
  if (!plan.applyable) return "";
  if (const std::string failed = failures_of(subject.world().apply(plan)); !failed.empty()) return failed;
  const plan::Plan again = subject.plan();
  return again.empty() ? "" : "after the apply there is still something to do:\n" + subject.text(again);
}

std::map<std::string, std::string> run(const CaseFile& file) {
  PlanCase subject(file);
  const plan::Plan plan = subject.plan();
  std::map<std::string, std::string> result = {{"plan.txt", subject.text(plan)},
                                               {"actions.txt", action_lines(plan::schedule(plan))},
                                               {"diagnostics.txt", subject.diagnostics()},
                                               {"plan.json", subject.json() ? pretty_json(plan::render_json(plan)) : ""}};
  const std::string left = converges(subject, plan);
  result["actions.txt"] += left;
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  const Suite suite{.inputs = {"*.ecs", "live.json", "options.txt"},
                    .expected = {"plan.txt", "actions.txt", "diagnostics.txt", "plan.json"},
                    .run = run};
  return golden_main(argc, argv, suite);
}
