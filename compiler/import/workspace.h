#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/import/document.h"
#include "compiler/import/import.h"

namespace berth::importing {

/// Hands out names: each once, and each an identifier that means nothing else.
class Names {
 public:
  /// A name made of the text: "my-app" -> `my_app`; with `kind` behind it, or a number, where it is taken.
  std::string take(std::string_view text, std::string_view kind);
  /// Whether the name would be given out as it is.
  [[nodiscard]] bool is_free(const std::string& name) const { return !taken_.contains(name); }

 private:
  std::set<std::string> taken_;
  std::map<std::string, int> next_;  ///< by the name that was wanted: the number that is tried next
};

/// The text as an identifier, without a look at what is taken: "my-app" -> "my_app".
std::string identifier(std::string_view text);

/// A capacity provider that an input describes; the cluster that lists it has it.
struct ProviderInput {
  const Document* document = nullptr;
  std::string pointer;
  Json object;
  bool used = false;
};

/// What is being put together from all inputs.
class Workspace {
 public:
  Workspace(const ImportOptions& how, SourceSet& inputs, DiagnosticSink& diagnostics) : options(how), sources(inputs), sink(diagnostics) {
    draft.program.stack = how.stack;
  }

  /// Notes what is not kept word for word.
  void note(const Document& document, std::string path, std::string text);
  /// E0703: the value at a pointer is wrong.
  Diagnostic& wrong(const Document& document, const std::string& pointer, std::string message, std::string label = "");

  /// A reference to something outside of the stack that the API calls `text`; the same text gives the same extern. `hint` is what to call it, else its own
  /// name is used.
  ir::Value external(std::string_view kind, const std::string& text, std::string_view hint = "");
  /// A parameter of the stack: the mark that stands for it in texts.
  std::string parameter(const std::string& name, const std::string& type, std::optional<std::string> value, const std::string& doc);

  const ImportOptions& options;
  SourceSet& sources;
  DiagnosticSink& sink;
  Draft draft;
  Names names;
  std::vector<ReportLine> report;
  std::map<std::string, ir::Address> clusters;  ///< of the stack, by AWS name
  std::map<std::string, ir::Address> families;  ///< tasks of the stack, by family
  std::map<std::string, ProviderInput> providers;  ///< by AWS name

 private:
  std::map<std::pair<std::string, std::string>, ir::Address> externs_;
};

}  // namespace berth::importing
