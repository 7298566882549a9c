// libs: berth_compiler berth_memory_provider

// Source and live state -> the plan as text, its actions, what is wrong with it, and (options `json`, `markdown`, `html`) its other forms. Every plan that can be
// applied is, and planning again must then be empty. Of every plan the page of HTML must be well-formed and need nothing else, and its Markdown fit into what
// is asked for.

#include <algorithm>

#include "planner/page.h"
#include "planner/plan_file.h"
#include "planner/sensitive.h"
#include "tests/support/golden.h"
#include "tests/support/page_check.h"
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

std::string page_faults(const plan::Page& page) {
  std::string faults = html_faults(plan::render_html(page), page.link_base);
  for (std::size_t most = 2000; most <= plan::kLongestComment; most *= 2) {
    const std::string text = plan::render_markdown(page, most);
    if (text.size() > most) faults += fmt::format("the page of Markdown has {} bytes, not {} at most\n", text.size(), most);
    faults += markdown_faults(text);
  }
  return faults;
}

/// "" when the plan that is read back from its file is shown in the same words. What sources alone know (`reveal`) is not in the file.
std::string file_faults(const PlanCase& subject, const plan::Plan& plan) {
  if (!plan.applyable || plan::has_sensitive(plan)) return "";
  // An hour of failures takes seconds to rehearse again.
  const bool endless = std::any_of(plan.changes.begin(), plan.changes.end(), [](const plan::Change& change) { return change.rollout && change.rollout->end == plan::RolloutEnd::never; });
  if (endless) return "";
  const auto saved = plan::load_plan(plan::save_plan(plan, subject.options(), {.tool = "1", .locks = {}}));
  if (!saved) return "the plan's file cannot be read: " + saved.error().message + "\n";
  const plan::Plan again = plan::plan_again(*saved);
  if (subject.text(again) != subject.text(plan)) return "the plan of its file is another one:\n" + subject.text(again);
  return plan::render_json(again) == plan::render_json(plan) ? "" : "the plan of its file is another one in JSON:\n" + pretty_json(plan::render_json(again));
}

std::map<std::string, std::string> run(const CaseFile& file) {
  PlanCase subject(file);
  const plan::Plan plan = subject.plan();
  std::map<std::string, std::string> result = {{"plan.txt", subject.text(plan)},
                                               {"actions.txt", action_lines(plan::schedule(plan))},
                                               {"diagnostics.txt", subject.diagnostics()},
                                               {"plan.json", subject.json() ? pretty_json(plan::render_json(plan)) : ""}};
  const plan::Page page{.plan = &plan, .findings = {}, .failure = "", .link_base = "https://example.com/shop/blob/main"};
  if (subject.markdown()) result["plan.md"] = plan::render_markdown(page);
  if (subject.html()) result["plan.html"] = plan::render_html(page);
  result["actions.txt"] += page_faults(page) + file_faults(subject, plan);
  const std::string left = converges(subject, plan);
  result["actions.txt"] += left;
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  const Suite suite{.inputs = {"*.ecs", "before/*.ecs", "live.json", "options.txt"},
                    .expected = {"plan.txt", "actions.txt", "diagnostics.txt", "plan.json", "plan.md", "plan.html"},
                    .run = run};
  return golden_main(argc, argv, suite);
}
