// libs: berth_compiler berth_memory_provider

// Source, live state and faults -> what the apply did, what runs after it, and the plan for what is left. Applying that plan without faults
// must leave nothing to do.
//
// faults.txt, one fault a line: `ACTION | before | CODE | MESSAGE`; with `after` the call had its effect and only the answer was lost.

#include "tests/support/golden.h"
#include "tests/support/plan_case.h"

using namespace berth;
using namespace berth::test;

namespace {

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t bar = line.find(" | "); bar != std::string::npos; bar = line.find(" | ", begin)) {
    parts.push_back(line.substr(begin, bar - begin));
    begin = bar + 3;
  }
  parts.push_back(line.substr(begin));
  return parts;
}

void add_faults(const std::string& text, provider::MemoryProvider& provider) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto parts = split(line);
    BERTH_CHECK(parts.size() == 4 && (parts[1] == "before" || parts[1] == "after"), "not a fault: " + line);
    provider.add_fault({parts[0], {parts[2], parts[3]}, parts[1] == "after"});
  }
}

class Log final : public plan::Progress {
 public:
  void done(const plan::Action& action, const plan::ActionResult& result) override {
    text += fmt::format("done           {}{}\n", action.text(), result.revision == 0 ? "" : fmt::format(" ({}:{})", result.name, result.revision));
  }
  void failed(const plan::Action& action, const Error& error) override {
    text += fmt::format("failed         {}: {} [{}]\n", action.text(), error.message, error.code);
  }
  void skipped(const plan::Action& action) override { text += fmt::format("not attempted  {}\n", action.text()); }
  std::string text;
};

std::map<std::string, std::string> run(const CaseFile& file) {
  PlanCase subject(file);
  World& world = subject.world();
  const plan::Plan plan = subject.plan();
  add_faults(file.text("faults.txt"), world.provider);
  Log log;
  plan::Bindings bindings(plan);
  const plan::ApplyReport report = plan::apply(plan::schedule(plan), bindings, world.provider, log, {.parallelism = 1});
  log.text += fmt::format("exit code {}\n", report.exit_code());

  std::map<std::string, std::string> result = {{"after.json", pretty_json(world.provider.to_json())}};
  const plan::Plan rest = subject.plan();
  result["replan.txt"] = subject.text(rest);
  if (!world.apply(rest).ok()) log.text += "the second apply fails\n";
  if (const plan::Plan third = subject.plan(); !third.empty()) log.text += "the second apply leaves something to do:\n" + subject.text(third);
  result["log.txt"] = log.text;
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  const Suite suite{.inputs = {"*.ecs", "live.json", "options.txt", "faults.txt"}, .expected = {"log.txt", "after.json", "replan.txt"}, .run = run};
  return golden_main(argc, argv, suite);
}
