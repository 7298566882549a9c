#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/file_system.h"
#include "base/source.h"
#include "ir/resource.h"

namespace berth {

/// What to compile, and with which parameter values.
struct CompileOptions {
  /// A file, or a directory whose *.ecs files are one stack.
  std::string path = ".";
  /// Values of parameters by name, as text: `--var replicas=3`. For parameters of a text type (string, image, text unions) the text is the
  /// value; for others it is a literal of the language.
  std::map<std::string, std::string> variables;
  /// Codes of warnings that count as errors; "warnings" stands for all.
  std::vector<std::string> denied;
};

/// The front end: reads the stack at `options.path` and says what it asks for. Everything wrong with the text (or with reading it) goes to
/// `sink`; there is a program exactly when none of it is an error. `sources` receives every file that was read and is kept by the program.
std::optional<ir::Program> compile(const CompileOptions& options, const FileSystem& files, const std::shared_ptr<SourceSet>& sources,
                                   DiagnosticSink& sink);

}  // namespace berth
