#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/file_system.h"
#include "base/source.h"
#include "compiler/import/write.h"

namespace berth::importing {

/// Something that the source does not say word for word as the input does.
struct ReportLine {
  std::string file;
  std::string path;  ///< in the input: "containerDefinitions[app].mountPoints[data]"
  std::string text;  ///< what became of it, and why
};

/// A file to import, as the user named it.
struct Input {
  std::string path;
  std::string text;
};

/// How to import.
struct ImportOptions {
  std::string stack = "imported";       ///< what the stack is called
  const FileSystem* files = nullptr;    ///< where a compose file finds what it names: `env_file`, `extends`, `include`
};

/// What came of the inputs.
struct Imported {
  Draft draft;
  std::vector<WrittenFile> files;
  std::vector<ReportLine> report;
};

/// Makes a stack of task definitions and services (as registered or described), compose files and CloudFormation templates, told apart by what is in
/// them. What is wrong with an input goes to `sink`; there is a stack exactly when none of it is an error. Never fails on hostile bytes.
std::optional<Imported> import_files(const std::vector<Input>& inputs, const ImportOptions& options, SourceSet& sources, DiagnosticSink& sink);

/// The report as text: a line for each, grouped by file; "" when there is nothing to say.
std::string report_text(const std::vector<ReportLine>& report);

}  // namespace berth::importing
