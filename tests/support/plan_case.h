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

/// What the suites `plan` and `apply` have in common: the inputs main.ecs (or other *.ecs), what runs, and options.txt of a case. What runs is live.json, or
/// else what an apply of before/*.ecs leaves.
///
/// options.txt, one option a line: `destroy`, `json`, `markdown`, `html` (also expect plan.json, plan.md, plan.html), `target aws`, `env NAME`, `failure CONTAINER=HOW`, `var NAME=VALUE`, `all` (no limit of lines).
class PlanCase {
 public:
  explicit PlanCase(const CaseFile& file) : sources_(std::make_shared<SourceSet>()) {
    options_.mark_key = "for tests";
    read_options(file);
    bool has_before = false;
    MemoryFileSystem files;
    MemoryFileSystem before;
    for (const CaseSection& section : file.sections) {
      const bool was = section.name.starts_with(kBefore);
      has_before = has_before || was;
      if (was && section.name.ends_with(".ecs")) before.write(section.name.substr(kBefore.size()), section.text);
      else if (section.name.ends_with(".ecs")) files.write(section.name, section.text);
    }
    compile_options_.path = ".";
    if (has_before) apply_before(before);
    program_ = compiled(files, sources_);
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
  [[nodiscard]] bool markdown() const { return markdown_; }
  [[nodiscard]] bool html() const { return html_; }
  [[nodiscard]] plan::Plan plan() { return world_.plan(program_, options_); }
  [[nodiscard]] std::string text(const plan::Plan& plan) const { return plan::render_text(plan, text_options_); }
  [[nodiscard]] std::string diagnostics() const { return render_all(world_.sink.sorted(), *sources_); }

 private:
  static constexpr std::string_view kBefore = "before/";

  ir::Program compiled(const FileSystem& files, const std::shared_ptr<SourceSet>& sources) {
    DiagnosticSink sink;
    auto program = compile(compile_options_, files, sources, sink);
    BERTH_CHECK(program.has_value(), render_all(sink.sorted(), *sources));
    for (const Diagnostic& diagnostic : sink.sorted()) world_.sink.add(diagnostic);
    return *std::move(program);
  }

  void apply_before(const FileSystem& files) {
    const auto sources = std::make_shared<SourceSet>();
    const plan::ApplyReport report = world_.apply(compiled(files, sources), options_);
    BERTH_CHECK(report.ok(), failures_of(report));
    world_.sink = DiagnosticSink();
  }

  void read_options(const CaseFile& file) {
    std::istringstream lines(file.text("options.txt"));
    for (std::string line; std::getline(lines, line);) {
      if (line == "destroy") options_.destroy = true;
      else if (line == "json") json_ = true;
      else if (line == "markdown") markdown_ = true;
      else if (line == "html") html_ = true;
      else if (line == "all") text_options_.max_fields = 0;
      else if (line.starts_with("failure ")) options_.failure = plan::parse_failure(line.substr(8)).value();
      else if (line.starts_with("env ")) compile_options_.environment = line.substr(4);
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
  bool markdown_ = false;
  bool html_ = false;
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
