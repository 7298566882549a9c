#include <memory>

#include <fmt/format.h>

#include "base/diagnostic_render.h"
#include "base/file_system.h"
#include "cli/command.h"
#include "cli/common.h"
#include "cli/junit.h"
#include "compiler/compile.h"

namespace berth::cli {
namespace {

constexpr std::string_view kHelp = R"(Runs the tests of the stack. A test compiles the stack with an environment and parameters of its own; its `assert`s must hold, and
nothing may be wrong with the rest, or, with `expect_error`, that very mistake must be reported. Nothing is deployed.

    test "prod has room for a zone to fail" {
      environment = "prod"
      set { web_tasks = 4 }
      assert storefront.replicas >= 2, "one task is not enough"
    }
    test "a domain has no blanks" { set { domain = "my shop" }, expect_error = "E0124" }

--junit FILE writes the results for a build server as well. The exit code is 0 when all tests pass, 1 when one fails, and 65 when the
files or tests cannot be read.

examples:
  berth test
  berth test examples/shop --junit results.xml)";

struct Flags {
  CommonFlags common;
  std::string junit;
};

Json result_json(const TestResult& result, const SourceSet& sources) {
  Json json{{"name", result.name}, {"passed", result.passed}, {"place", sources.place(result.span)}};
  if (!result.environment.empty()) json["environment"] = result.environment;
  if (result.passed) return json;
  if (!result.expected.empty()) json["expected"] = result.expected;
  json["diagnostics"] = Json::array();
  for (const Diagnostic& diagnostic : result.diagnostics) {
    const std::string place = diagnostic.labels.empty() ? "" : sources.place(diagnostic.labels.front().span);
    json["diagnostics"].push_back({{"code", diagnostic.code}, {"message", diagnostic.message}, {"place", place}});
  }
  return json;
}

/// Why a test failed.
std::string reason(const TestResult& result, const SourceSet& sources) {
  std::string text;
  if (!result.expected.empty()) {
    text = fmt::format("{} is expected, and {}\n", result.expected, result.diagnostics.empty() ? "nothing is wrong" : "something else is wrong");
  }
  return result.diagnostics.empty() ? text : text + render_all(result.diagnostics, sources);
}

std::string result_text(const TestResult& result, const SourceSet& sources) {
  const std::string where = result.environment.empty() ? "" : fmt::format(" ({})", result.environment);
  std::string text = fmt::format("{} {}{}\n", result.passed ? "ok  " : "FAIL", result.name, where);
  if (!result.passed) text += fmt::format("     {}\n{}\n", sources.place(result.span), reason(result, sources));
  return text;
}

ExitCode test(Session& session, View& view, const Flags& flags) {
  const auto options = compile_options(session, flags.common);
  if (!options) return fail(view, options.error());
  const auto sources = std::make_shared<SourceSet>();
  DiagnosticSink sink;
  const std::vector<TestResult> results = run_tests(*options, RealFileSystem(), sources, sink);
  view.diagnostics(sink.sorted(), *sources);
  Json rows = Json::array();
  std::string text;
  std::size_t failed = 0;
  for (const TestResult& result : results) {
    if (!result.passed) ++failed;
    rows.push_back(result_json(result, *sources));
    text += result_text(result, *sources);
  }
  text += fmt::format("{} passed, {} failed\n", results.size() - failed, failed);
  view.result({{"tests", std::move(rows)}, {"passed", results.size() - failed}, {"failed", failed}}, text);
  if (!flags.junit.empty()) {
    std::vector<JunitCase> cases;
    for (const TestResult& result : results) {
      cases.push_back({.name = result.name, .group = result.environment.empty() ? "stack" : result.environment, .place = sources->place(result.span), .failed = !result.passed, .message = result.passed ? "" : reason(result, *sources)});
    }
    const auto written = write_file_atomically(flags.junit, junit_xml("berth", cases));
    if (!written) return fail(view, written.error());
  }
  if (sink.has_errors()) return ExitCode::source_errors;
  return failed == 0 ? ExitCode::ok : ExitCode::failed;
}

Runner declare(Arguments& arguments) {
  auto flags = std::make_shared<Flags>();
  declare_path(arguments, flags->common);
  declare_variables(arguments, flags->common);
  arguments.option("--junit", flags->junit, "FILE", "write the results as JUnit XML too");
  declare_output(arguments, flags->common);
  return [flags](Session& session) { return with_view(session, flags->common, [&](View& view) { return test(session, view, *flags); }); };
}

}  // namespace

Command test_command() { return {"test", "", "run the tests of a stack", kHelp, declare}; }

}  // namespace berth::cli
