#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/file_system.h"
#include "base/source.h"
#include "compiler/lock_images.h"
#include "ir/resource.h"

namespace berth {

/// What to compile, and with which parameter values.
struct CompileOptions {
  /// A file, or a directory whose *.ecs files are one stack.
  std::string path = ".";
  /// The environment; "" for a stack that has none (E0221 for one that has).
  std::string environment;
  /// Values of parameters by name, as text: `--var replicas=3`. For parameters of a text type (string, image, text unions) the text is the
  /// value; for others it is a literal of the language.
  std::map<std::string, std::string> variables;
  /// Codes of warnings that count as errors; "warnings" stands for all.
  std::vector<std::string> denied;
  /// Whether the program says how each field got its value (ir::Program::chains).
  bool chains = false;
};

/// The front end: reads the stack at `options.path` and says what it asks for. Everything wrong with the text (or with reading it) goes to
/// `sink`; there is a program exactly when none of it is an error. `sources` receives every file that was read and is kept by the program.
std::optional<ir::Program> compile(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources,
                                   DiagnosticSink& sink);

/// A stack in one of its environments.
struct CompiledEnvironment {
  std::string environment;             ///< "" for a stack without environments
  std::optional<ir::Program> program;  ///< nothing when something in it is wrong
};

/// The same for every environment of the stack; `options.environment` is not looked at. What is wrong in several of them is reported once, and says
/// in which when it is not wrong in all.
std::vector<CompiledEnvironment> compile_all(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources,
                                             DiagnosticSink& sink);

/// What `berth lock` works on: the images of a stack, in all of its environments or in the one that the options name, before anything is pinned.
struct LockSubject {
  std::vector<ImageUse> images;       ///< each once, sorted
  std::vector<ir::Program> programs;  ///< of the environments
  Lock lock;                          ///< what is locked now
  std::string path;                   ///< of berth.lock, which may not be there yet
  std::string text;                   ///< of berth.lock
};
std::optional<LockSubject> find_images(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources, DiagnosticSink& sink);

/// What a `test "…" { }` block found.
struct TestResult {
  std::string name;
  std::string environment;
  Span span;                            ///< the header of the block
  bool passed = false;
  std::string expected;                 ///< the code that `expect_error` names; "" without
  std::vector<Diagnostic> diagnostics;  ///< why it failed
};

/// Runs the tests of the stack, in the order of the source: each compiles the stack with its own environment and values, and looks at its conditions.
/// Mistakes that keep tests from being found or read go to `sink`.
std::vector<TestResult> run_tests(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources, DiagnosticSink& sink);

/// What a `check` that reads `plan` found.
struct PlanCheck {
  std::string title;
  bool advisory = false;
  Span span;                         ///< its title
  std::vector<Diagnostic> failures;  ///< empty when it holds
};

/// Whether there may be a check that reads `plan` in sources that `compile` has read: a quick look at the words.
bool has_plan_checks(const SourceSet& sources);
/// Runs the checks of the stack that read `plan`, which is the value given; `compile` leaves them out. What keeps them from being run goes to `sink`.
std::vector<PlanCheck> judge_plan(const CompileOptions& options, const ir::Value& plan, const FileSystem& files, const std::shared_ptr<SourceSet>& sources,
                                  DiagnosticSink& sink);

}  // namespace berth
