#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/sema/budget.h"
#include "compiler/sema/reporter.h"
#include "compiler/sema/value.h"

namespace berth::sema {

/// Arguments of a call as they were written.
struct CallArguments {
  struct Argument {
    std::string_view name;  ///< "" for one by position
    Value value;
    Span span;
  };
  std::vector<Argument> items;
  Span span;  ///< the whole call
  std::string_view function;
};

/// What a builtin works with; it reports mistakes itself and returns poison then.
struct BuiltinContext {
  Reporter& reporter;
  Budget& budget;
};

/// A function of the language.
struct Builtin {
  std::string_view name;
  std::string_view signature;  ///< "join(separator, list)": for messages
  std::size_t minimum;         ///< arguments
  std::size_t maximum;
  Value (*run)(const CallArguments&, BuiltinContext&);
  std::string_view named = "";  ///< the argument that is given by name, if there is one
};

std::span<const Builtin> builtins();
const Builtin* find_builtin(std::string_view name);
/// Functions of the language that this version does not carry out yet.
bool is_planned_function(std::string_view name);

}  // namespace berth::sema
