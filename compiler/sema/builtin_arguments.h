#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/builtins.h"
#include "compiler/sema/rational.h"

/// What the functions of the language share: reading arguments, and making results within the budget. What cannot be read is reported, and then there is
/// nothing.
namespace berth::sema::functions {

using Arguments = const CallArguments&;
using Context = BuiltinContext&;

/// Reports that argument `at` should be `expected` ("a string").
Value wrong(Arguments args, Context context, std::size_t at, std::string_view expected);
const std::string* text(Arguments args, Context context, std::size_t at);
const List* list(Arguments args, Context context, std::size_t at);
const Map* map(Arguments args, Context context, std::size_t at);
std::optional<Rational> number(Arguments args, Context context, std::size_t at);
std::optional<std::int64_t> integer(Arguments args, Context context, std::size_t at);
/// Every string of a list.
std::optional<std::vector<std::string>> texts(Arguments args, Context context, std::size_t at);
/// Whether a < b, for items of the list that is the first argument.
std::optional<bool> before(Arguments args, Context context, const Value& a, const Value& b);

/// A computed text; E0901 when it is too long.
Value text_result(Arguments args, Context context, std::string result);
Value count(std::size_t number);
/// E0125: the arguments are of the right types and make no sense.
Value refused(Arguments args, Context context, std::size_t at, std::string message, std::string label);
Value empty_list(Arguments args, Context context);

}  // namespace berth::sema::functions
