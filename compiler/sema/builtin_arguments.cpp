#include "compiler/sema/builtin_arguments.h"

#include <fmt/format.h>

#include "compiler/sema/operators.h"

namespace berth::sema::functions {

Value wrong(Arguments args, Context context, std::size_t at, std::string_view expected) {
  const auto& argument = args.items[at];
  context.reporter.report(argument.value.null() ? "E0110" : "E0105", argument.span,
                          fmt::format("`{}` needs {} here, not {}", args.function, expected, kind_phrase(argument.value)),
                          "this is " + describe(argument.value));
  return {};
}

const std::string* text(Arguments args, Context context, std::size_t at) {
  const std::string* value = args.items[at].value.as_string();
  if (value == nullptr) wrong(args, context, at, "a string");
  return value;
}

const List* list(Arguments args, Context context, std::size_t at) {
  const List* value = args.items[at].value.as_list();
  if (value == nullptr) wrong(args, context, at, "a list");
  if (value != nullptr && !context.budget.take_elements(value->size(), args.span)) return nullptr;
  return value;
}

const Map* map(Arguments args, Context context, std::size_t at) {
  const Map* value = args.items[at].value.as_map();
  if (value == nullptr) wrong(args, context, at, "a map");
  if (value != nullptr && !context.budget.take_elements(value->size(), args.span)) return nullptr;
  return value;
}

Value text_result(Arguments args, Context context, std::string result) {
  if (result.size() > Limits::kStringBytes) {
    context.budget.exceed(args.span, "a string may have 1 MiB");
    return {};
  }
  context.budget.take_steps(static_cast<std::int64_t>(result.size() / Limits::kBytesPerStep), args.span);
  return make_string(std::move(result));
}

Value count(std::size_t number) { return make_integer(static_cast<std::int64_t>(number)); }

Value empty_list(Arguments args, Context context) {
  context.reporter.report("E0120", args.items[0].span, fmt::format("`{}` of an empty list", args.function), "the list is empty");
  return {};
}

/// Every string of a list; nothing when one is not (reported).
std::optional<std::vector<std::string>> texts(Arguments args, Context context, std::size_t at) {
  const List* items = list(args, context, at);
  if (items == nullptr) return std::nullopt;
  std::vector<std::string> result;
  for (const Value& item : *items) {
    if (item.poisoned()) return std::nullopt;
    if (item.as_string() == nullptr) {
      context.reporter.report("E0105", args.items[at].span, fmt::format("`{}` needs a list of strings", args.function), "it has " + describe(item));
      return std::nullopt;
    }
    result.push_back(*item.as_string());
  }
  return result;
}

/// Whether a < b, for items of a list; nothing when they have no order (reported).
std::optional<bool> before(Arguments args, Context context, const Value& a, const Value& b) {
  const Span span = args.items[0].span;
  const Value result = apply(ast::BinaryOp::less, {a, span}, {b, span}, args.span, context.reporter, context.budget);
  if (result.as_bool() == nullptr) return std::nullopt;
  return *result.as_bool();
}

std::optional<Rational> number(Arguments args, Context context, std::size_t at) {
  const Value& value = args.items[at].value;
  if (const Rational* decimal = value.as_decimal()) return *decimal;
  if (const std::int64_t* whole = value.as_integer()) return Rational(*whole);
  wrong(args, context, at, "an int or a decimal");
  return std::nullopt;
}

std::optional<std::int64_t> integer(Arguments args, Context context, std::size_t at) {
  const std::int64_t* value = args.items[at].value.as_integer();
  if (value != nullptr) return *value;
  wrong(args, context, at, "an int");
  return std::nullopt;
}

Value refused(Arguments args, Context context, std::size_t at, std::string message, std::string label) {
  context.reporter.report("E0125", args.items[at].span, std::move(message), std::move(label));
  return {};
}

}  // namespace berth::sema::functions
