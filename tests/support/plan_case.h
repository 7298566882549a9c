#pragma once

#include <memory>
#include <sstream>

#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "compiler/compile.h"
#include "planner/render.h"
#include "tests/support/case_file.h"
#include "tests/support/world.h"

namespace berth::test {

/// What the suites `plan` and `apply` have in common: the inputs main.ecs (or other *.ecs), live.json and options.txt of a case.
///
/// options.txt, one option a line: `destroy`, `json` (also expect plan.json), `target aws`, `failure CONTAINER=HOW`, `var NAME=VALUE`, `all` (no limit of lines).
class PlanCase {
 public:
  explicit PlanCase(const CaseFile& file) : sources_(std::make_shared<SourceSet>()) {
    options_.mark_key = "for tests";
    read_options(file);
    MemoryFileSystem files;
    for (const CaseSection& section : file.sections) {
      if (section.name.ends_with(".ecs")) files.write(section.name, section.text);
    }
    compile_options_.path = ".";
    auto program = compile(compile_options_, files, sources_, world_.sink);
    BERTH_CHECK(program.has_value(), render_all(world_.sink.sorted(), *sources_));
    program_ = *std::move(program);
    const std::string live = file.text("live.json");
    if (live.empty()) return;
    auto json = parse_json(live);
    BERTH_CHECK(json.has_value(), live);
    const auto loaded = world_.provider.load(*json);
    BERTH_CHECK(loaded.has_value(), loaded ? "" : loaded.error().message);
  }

  [[nodiscard]] World& world() { return world_; }
  [[nodiscard]] const ir::Program& program() const { return program_; }
  [[nodiscard]] const plan::Options& options() const { return options_; }
  [[nodiscard]] bool json() const { return json_; }
  [[nodiscard]] plan::Plan plan() { return world_.plan(program_, options_); }
  [[nodiscard]] std::string text(const plan::Plan& plan) const { return plan::render_text(plan, text_options_); }
  [[nodiscard]] std::string diagnostics() const { return render_all(world_.sink.sorted(), *sources_); }

 private:
  void read_options(const CaseFile& file) {
    std::istringstream lines(file.text("options.txt"));
    for (std::string line; std::getline(lines, line);) {
      if (line == "destroy") options_.destroy = true;
      else if (line == "json") json_ = true;
      else if (line == "all") text_options_.max_fields = 0;
      else if (line.starts_with("failure ")) options_.failure = plan::parse_failure(line.substr(8)).value();
      else if (line == "target aws") options_.target = plan::Target::aws;
      else if (const auto equals = line.find('='); line.starts_with("var ") && equals != std::string::npos) {
        compile_options_.variables[line.substr(4, equals - 4)] = line.substr(equals + 1);
      } else BERTH_CHECK(line.empty(), "unknown option: " + line);
    }
  }

  std::shared_ptr<SourceSet> sources_;
  CompileOptions compile_options_;
  plan::Options options_;
  plan::TextOptions text_options_;
  bool json_ = false;
  World world_;
  ir::Program program_;
};

/// "2 create service.web after 0 1", one line an action.
inline std::string action_lines(const std::vector<plan::Action>& actions) {
  std::string text;
  for (const plan::Action& action : actions) {
    text += fmt::format("{} {}", action.id, action.text());
    if (action.verb == plan::Verb::update || action.verb == plan::Verb::attach || action.verb == plan::Verb::detach) {
      for (const std::string& field : action.fields) text += " " + field;
      for (const auto& tag : action.tags) text += " +" + tag.first;
      for (const std::string& tag : action.untag) text += " -" + tag;
    }
    if (action.live != nullptr && action.verb == plan::Verb::deregister) text += fmt::format(" {}:{}", action.name, action.live->revision);
    if (!action.after.empty()) text += fmt::format(" after {}", fmt::join(action.after, " "));
    text += '\n';
  }
  return text;
}

}  // namespace berth::test
