#pragma once

#include <string>
#include <vector>

#include "base/source.h"
#include "compiler/ast/ast.h"

namespace berth {

/// A parameter, of a component, a function or a stack.
struct ParameterDoc {
  std::string name;
  std::string type;           ///< as written, on one line
  std::string default_value;  ///< "" = there is none
  bool required = false;
  std::string doc;
};

/// Something that a module offers by name.
struct DeclarationDoc {
  std::string kind;  ///< "component", "preset container", "fn", "type", "let", "param", "output", or of a stack "service" …
  std::string name;
  std::string signature;  ///< what stands behind the name: `(n: int): int`, `= { cpu: cpu, memory: size }`; "" for blocks
  std::string doc;
  std::vector<ParameterDoc> parameters;  ///< of a component
  std::string makes;                     ///< of a component: the kind of its `this`
  std::string body;                      ///< of a preset: its text
};

/// What the writer of a module said about it.
struct ModuleDoc {
  std::string doc;  ///< the `##` lines at the top of the first file that has some, set off from what follows
  std::vector<DeclarationDoc> declarations;
};

/// Reads the documentation off the syntax trees: signatures, defaults and `##` comments, in the order of the source.
ModuleDoc document(const std::vector<ast::File>& files, const SourceSet& sources);

}  // namespace berth
