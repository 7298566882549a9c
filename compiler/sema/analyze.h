#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/source.h"
#include "compiler/ast/ast.h"
#include "compiler/sema/module.h"

namespace berth::sema {

/// What the files of one stack say, with the parameters' values given from outside. The result is whole when `sink` has no errors; else it has
/// what could be understood. The files are released as they are evaluated.
Module analyze(std::vector<ast::File> files, const std::map<std::string, std::string>& variables, SourceSet& sources, DiagnosticSink& sink);

}  // namespace berth::sema
