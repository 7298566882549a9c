#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
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

/// What functions read and leave behind beyond their result.
struct BuiltinHost {
  /// The text of a file below the stack's directory, by its path there; unset: there are no files.
  std::function<Result<std::string>(const std::string& path)> read_file;
  std::map<std::string, std::string> files;  ///< SHA-256 of what was read, by path
  std::map<Span, std::string> reveals;       ///< the reasons of `reveal(…)`, by call
};

/// What a builtin works with; it reports mistakes itself and returns poison then.
struct BuiltinContext {
  Reporter& reporter;
  Budget& budget;
  BuiltinHost* host = nullptr;
};

/// What a function makes of sensitive arguments.
enum class Taint : std::uint8_t {
  computes,  ///< the result is sensitive when anything in an argument is
  hands_on,  ///< the result has what is in the arguments, each sensitive or not as it was; it is sensitive when an argument as a whole is
  reveals,   ///< the result is not sensitive
};

/// A function of the language.
struct Builtin {
  std::string_view name;
  std::string_view signature;  ///< "join(separator, list)": for messages
  std::size_t minimum;         ///< arguments
  std::size_t maximum;
  Value (*run)(const CallArguments&, BuiltinContext&);
  std::string_view named = "";  ///< the arguments that may be given by name, with blanks between them
  Taint taint = Taint::computes;
  std::string_view doc = "";
  std::string_view example = "";  ///< an expression …
  std::string_view result = "";   ///< … and what it equals
};

std::span<const Builtin> builtins();
const Builtin* find_builtin(std::string_view name);
/// Whether an argument may be given by this name.
bool takes_by_name(const Builtin& builtin, std::string_view name);
/// Runs it on arguments that are as many as it takes: secrets are refused (E0310), and the result is sensitive as its row says.
Value run_builtin(const Builtin& builtin, const CallArguments& arguments, BuiltinContext& context);

}  // namespace berth::sema
