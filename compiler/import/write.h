#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/resource.h"

namespace berth::importing {

/// `param NAME: TYPE = VALUE`, for what an input leaves open.
struct Parameter {
  std::string name;
  std::string type;                  ///< "string", "image"
  std::optional<std::string> value;  ///< its default, as text
  std::string doc;
};

/// What is written: a program, whose texts may have marks of parameters in them (spelling.h).
struct Draft {
  ir::Program program;
  std::vector<Parameter> parameters;
};

/// A file of the stack.
struct WrittenFile {
  std::string name;  ///< "main.ecs"
  std::string text;  ///< in the one style
};

/// The program as source: `main.ecs` has the stack, parameters, what exists elsewhere and clusters, and each service, or task without one, has a file
/// of its own. What is at its default is left out. Compiled, the source gives the program again.
std::vector<WrittenFile> write(const Draft& draft);

}  // namespace berth::importing
