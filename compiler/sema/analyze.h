#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"
#include "compiler/ast/ast.h"
#include "compiler/loader.h"
#include "compiler/sema/module.h"
#include "ir/resource.h"

namespace berth::sema {

/// For which case a stack is analysed.
struct AnalysisOptions {
  /// The environment; "" for a stack without environments.
  std::string environment;
  /// Values of parameters from outside, as text.
  std::map<std::string, std::string> variables;
  /// More values of parameters, and conditions that must hold: of a `test`.
  const ast::Entry* test = nullptr;
  /// Whether to note how each field got its value (Module::chains).
  bool chains = false;
  /// Whether the files may be released while they are evaluated: nobody analyses them again.
  bool release = false;
};

/// What a stack says in one environment: names first, then layers, then values. Whole when `sink` has no errors; else it has what could be understood.
class Analysis {
 public:
  /// `loaded`, `sources` and `sink` outlive it. With `release`, the files are taken apart.
  Analysis(LoadedStack& loaded, const FileSystem& files, SourceSet& sources, DiagnosticSink& sink);
  ~Analysis();
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;

  /// Everything up to the values of resources.
  Module run(const AnalysisOptions& options);
  /// What is said about all of it, over the canonical program: `check` blocks (E0131, W0507), and the conditions of the test.
  void judge(const ir::Program& program);
  /// A check that reads `plan`, and what does not hold.
  struct Judged {
    const ast::Check* check = nullptr;
    bool advisory = false;
    std::vector<Diagnostic> failures;  ///< E0131 and W0507; what else is wrong is in the sink
  };
  /// Runs the checks that read `plan`.
  std::vector<Judged> judge_plan(const ir::Program& program, const ir::Value& plan);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// The names of the environments, in the order of the source; none for a stack without.
std::vector<std::string> environments_of(const LoadedStack& loaded);
/// The `test` blocks, in the order of the source.
std::vector<const ast::Entry*> tests_of(const LoadedStack& loaded);

}  // namespace berth::sema
