#pragma once

// What suites of the compiler share: the *.ecs sections of a case are one stack and its modules, vars.txt has a `name=value` a line.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/diagnostic.h"
#include "base/file_system.h"
#include "compiler/compile.h"
#include "tests/support/case_file.h"

namespace berth::test {

struct Compiled {
  std::shared_ptr<SourceSet> sources = std::make_shared<SourceSet>();
  DiagnosticSink sink;
  std::optional<ir::Program> program;
};

/// The *.ecs sections and berth.lock by name.
inline std::map<std::string, std::string> ecs_files(const CaseFile& file) {
  std::map<std::string, std::string> files;
  for (const CaseSection& section : file.sections) {
    if (section.name.ends_with(".ecs") || section.name.ends_with("berth.lock")) files[section.name] = section.text;
  }
  return files;
}

inline std::map<std::string, std::string> variables(const CaseFile& file) {
  std::map<std::string, std::string> result;
  const std::string text = file.text("vars.txt");
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) result[line.substr(0, equals)] = line.substr(equals + 1);
    begin = end + 1;
  }
  return result;
}

/// The environment that `env.txt` names; "" without.
inline std::string environment(const CaseFile& file) {
  const std::string text = file.text("env.txt");
  return text.substr(0, text.find('\n'));
}

inline Compiled compile_files(const std::map<std::string, std::string>& files, const std::map<std::string, std::string>& variables = {},
                              const std::string& environment = "") {
  Compiled result;
  result.program = compile({.path = ".", .environment = environment, .variables = variables}, MemoryFileSystem(files), result.sources, result.sink);
  return result;
}

}  // namespace berth::test
