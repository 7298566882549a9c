// Functions of numbers and amounts.
#include "compiler/sema/builtin_functions.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/sema/operators.h"

namespace berth::sema::functions {

using ir::Quantity;

Value int_of(Arguments args, Context context) {
  if (const std::string* digits = args.items[0].value.as_string()) {
    Wide value = 0;
    const bool negative = digits->starts_with('-');
    const std::string_view rest = std::string_view(*digits).substr(negative ? 1 : 0);
    const bool good = !rest.empty() && rest.size() < 19 && std::all_of(rest.begin(), rest.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!good) return wrong(args, context, 0, "a text of digits");
    for (const char c : rest) value = value * 10 + (c - '0');
    return make_integer(static_cast<std::int64_t>(negative ? -value : value));
  }
  const auto value = number(args, context, 0);
  if (!value) return {};
  if (value->whole()) return make_integer(value->numerator());
  context.reporter
      .report("E0118", args.items[0].span, fmt::format("`{}` is not a whole number", spell(*value)), "not exact")
      .help(fmt::format("`floor(…)` gives {}, `ceil(…)` gives {}", value->floor(), value->ceil()));
  return {};
}

Value decimal_of(Arguments args, Context context) {
  const auto value = number(args, context, 0);
  return value ? Value{*value, {}} : Value{};
}

Value floor(Arguments args, Context context) {
  const auto value = number(args, context, 0);
  return value ? make_integer(value->floor()) : Value{};
}

Value ceil(Arguments args, Context context) {
  const auto value = number(args, context, 0);
  return value ? make_integer(value->ceil()) : Value{};
}

/// To the nearest whole number; halves away from zero.
Value round(Arguments args, Context context) {
  const auto value = number(args, context, 0);
  if (!value) return {};
  const auto half = Rational::make(1, 2);
  const bool negative = value->numerator() < 0;
  const auto moved = negative ? subtract(*value, *half) : add(*value, *half);
  if (!moved) return wrong(args, context, 0, "a number that fits in 64 bits");
  return make_integer(negative ? moved->ceil() : moved->floor());
}

Value abs(Arguments args, Context context) {
  const auto value = number(args, context, 0);
  if (!value) return {};
  if (value->numerator() >= 0) return args.items[0].value;
  return apply(ast::UnaryOp::negate, {args.items[0].value, args.items[0].span}, args.span, context.reporter);
}

/// The rest of a division, for ints and amounts of one unit; it has the sign of the divisor.
Value mod(Arguments args, Context context) {
  const Quantity* a = args.items[0].value.as_quantity();
  const Quantity* b = args.items[1].value.as_quantity();
  if (a == nullptr) return wrong(args, context, 0, "an int or an amount");
  if (b == nullptr || b->unit != a->unit) return wrong(args, context, 1, unit_phrase(a->unit));
  if (b->amount == 0) {
    context.reporter.report("E0123", args.items[1].span, "division by zero", "this is zero");
    return {};
  }
  if (b->amount == -1) return {Quantity{0, a->unit}, {}};
  std::int64_t rest = a->amount % b->amount;
  if (rest != 0 && (rest < 0) != (b->amount < 0)) rest += b->amount;
  return {Quantity{rest, a->unit}, {}};
}

}  // namespace berth::sema::functions
