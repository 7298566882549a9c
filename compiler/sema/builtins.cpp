#include "compiler/sema/builtins.h"

#include <algorithm>
#include <iterator>

#include "compiler/sema/builtin_functions.h"
#include "compiler/sema/hidden.h"

namespace berth::sema {
namespace {

constexpr std::size_t kMany = 100;

constexpr Builtin kBuiltins[] = {
#define BERTH_FUNCTION(name, group, run, minimum, maximum, named, taint, signature, doc, example, result) \
  {#name, signature, minimum, maximum, functions::run, named, Taint::taint, doc, example, result},
#include "compiler/sema/builtins.def"
#undef BERTH_FUNCTION
};

}  // namespace

std::span<const Builtin> builtins() { return kBuiltins; }

const Builtin* find_builtin(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kBuiltins), std::end(kBuiltins), [&](const Builtin& row) { return row.name == name; });
  return found == std::end(kBuiltins) ? nullptr : found;
}

bool takes_by_name(const Builtin& builtin, std::string_view name) {
  std::string_view rest = builtin.named;
  while (!rest.empty()) {
    const std::size_t blank = rest.find(' ');
    if (rest.substr(0, blank) == name) return true;
    rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
  }
  return false;
}

Value run_builtin(const Builtin& builtin, const CallArguments& arguments, BuiltinContext& context) {
  bool tainted = false;
  for (const auto& argument : arguments.items) {
    if (argument.value.secret && builtin.taint != Taint::hands_on) return report_secret(argument.span, "an argument of a function", context.reporter);
    tainted = tainted || (builtin.taint == Taint::computes ? argument.value.tainted() : argument.value.sensitive);
  }
  return tainted_by(builtin.run(arguments, context), tainted && builtin.taint != Taint::reveals);
}

}  // namespace berth::sema
