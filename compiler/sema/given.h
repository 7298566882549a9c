#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/source.h"
#include "compiler/ast/ast.h"
#include "compiler/sema/evaluate.h"

namespace berth::sema {

/// The values of parameters that come from outside (`--var NAME=TEXT`), as sources of their own: `--var NAME` with the text `NAME=TEXT`, so
/// that a mistake in one has a place like any other.
class GivenValues {
 public:
  /// Reads each of `variables` as its parameter's type wants it: the text itself, or a literal. Unknown parameters are E0217, text that is no
  /// literal is E0116 or the parser's to report. The results enter `evaluator.given`; they point into this object.
  void read(const std::map<std::string, std::string>& variables, Scope& scope, SourceSet& sources, DiagnosticSink& sink, Evaluator& evaluator);

 private:
  void read_one(const std::string& name, const std::string& text, Scope& scope, SourceSet& sources, DiagnosticSink& sink, Evaluator& evaluator);
  void literal(const std::string& name, SourceId source, Span value, SourceSet& sources, DiagnosticSink& sink, Evaluator& evaluator);

  std::vector<std::unique_ptr<ast::File>> files_;
};

}  // namespace berth::sema
