#include "compiler/sema/operators.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/sema/hidden.h"

namespace berth::sema {
namespace {

using ast::BinaryOp;
using ir::Quantity;
using ir::Unit;

/// One application of an operator: what every case needs.
struct Operation {
  BinaryOp op;
  const Operand& left;
  const Operand& right;
  Span span;
  Reporter& reporter;
  Budget& budget;
};

std::string_view verb(BinaryOp op) {
  switch (op) {
    case BinaryOp::add: return "add";
    case BinaryOp::subtract: return "subtract";
    case BinaryOp::multiply: return "multiply";
    case BinaryOp::divide: return "divide";
    default: return "compare";
  }
}

Value mismatch(const Operation& o) {
  const auto left = kind_phrase(o.left.value);
  const auto right = kind_phrase(o.right.value);
  std::string message = o.op == BinaryOp::in      ? fmt::format("cannot look for {} in {}", left, right)
                        : o.op == BinaryOp::range ? fmt::format("a range goes from an int to an int, not from {} to {}", left, right)
                                                  : fmt::format("cannot {} {} and {}", verb(o.op), left, right);
  Diagnostic& diagnostic = o.reporter.report("E0117", o.left.span, std::move(message), "this is " + describe(o.left.value));
  diagnostic.label(o.right.span, "this is " + describe(o.right.value));
  const bool strings = o.left.value.as_string() != nullptr || o.right.value.as_string() != nullptr;
  if (o.op == BinaryOp::add && strings) diagnostic.help("text is put together by interpolation: `\"${a}${b}\"`");
  return {};
}

Value maybe_null(const Operand& operand, Reporter& reporter) {
  reporter.report("E0110", operand.span, "this is null here", "null, so there is nothing to compute with")
      .help("give a value for that case with `?? default`, or ask with `if … != null`");
  return {};
}

Value out_of_range(const Operation& o, std::string_view why) {
  o.reporter.report("E0122", o.span, fmt::format("`{} {} {}` {}", spell(o.left.value), ast::spelling(o.op), spell(o.right.value), why),
                    "the result cannot be represented");
  return {};
}

Value quantity(const Operation& o, Wide amount, Unit unit) {
  const auto fits = narrow(amount);
  if (!fits) return out_of_range(o, "does not fit in 64 bits");
  if (*fits < 0 && unit != Unit::none && unit != Unit::basis_points) return out_of_range(o, "would be less than nothing");
  return {Quantity{*fits, unit}, {}};
}

Value decimal(const Operation& o, const std::optional<Rational>& number) {
  if (!number) return out_of_range(o, "does not fit in 64 bits");
  return {*number, {}};
}

Value divide_by_zero(const Operation& o) {
  o.reporter.report("E0123", o.right.span, "division by zero", "this is zero");
  return {};
}

/// `U / int`: exact, or an error with the two neighbours.
Value divide_exactly(const Operation& o, Quantity left, std::int64_t right) {
  if (right == 0) return divide_by_zero(o);
  const auto quotient = Rational::make(left.amount, right);
  if (!quotient) return out_of_range(o, "does not fit in 64 bits");
  if (quotient->whole()) return quantity(o, quotient->numerator(), left.unit);
  if (left.unit == Unit::milliseconds || left.unit == Unit::basis_points) return quantity(o, quotient->floor(), left.unit);
  const char* const words = left.unit == Unit::bytes ? "bytes" : "CPU units";
  o.reporter
      .report("E0118", o.span, fmt::format("`{} / {}` is not a whole number of {}", ir::spell(left), right, words), "not exact")
      .help(fmt::format("the neighbours are `{}` and `{}`", ir::spell(Quantity{quotient->floor(), left.unit}),
                        ir::spell(Quantity{quotient->ceil(), left.unit})));
  return {};
}

/// int and decimal as a decimal; nothing for everything else.
std::optional<Rational> as_number(const Value& value) {
  if (const std::int64_t* integer = value.as_integer()) return Rational(*integer);
  if (const Rational* number = value.as_decimal()) return *number;
  return std::nullopt;
}

Value integers(const Operation& o, std::int64_t a, std::int64_t b) {
  switch (o.op) {
    case BinaryOp::add: return quantity(o, Wide{a} + b, Unit::none);
    case BinaryOp::subtract: return quantity(o, Wide{a} - b, Unit::none);
    case BinaryOp::multiply: return quantity(o, Wide{a} * b, Unit::none);
    default: return b == 0 ? divide_by_zero(o) : decimal(o, Rational::make(a, b));
  }
}

Value decimals(const Operation& o, const Rational& a, const Rational& b) {
  switch (o.op) {
    case BinaryOp::add: return decimal(o, add(a, b));
    case BinaryOp::subtract: return decimal(o, subtract(a, b));
    case BinaryOp::multiply: return decimal(o, multiply(a, b));
    default: return b == Rational() ? divide_by_zero(o) : decimal(o, divide(a, b));
  }
}

Value multiply_quantities(const Operation& o, Quantity a, Quantity b) {
  if (b.unit == Unit::basis_points) std::swap(a, b);
  if (a.unit == Unit::basis_points) {
    // A share of an int keeps its fraction; a share of an amount is rounded down to whole base units.
    const auto share = Rational::make(Wide{a.amount} * b.amount, 10'000);
    if (b.unit == Unit::none) return decimal(o, share);
    if (!share) return out_of_range(o, "does not fit in 64 bits");
    return quantity(o, share->floor(), b.unit);
  }
  if (a.unit != Unit::none && b.unit != Unit::none) return mismatch(o);
  return quantity(o, Wide{a.amount} * b.amount, a.unit == Unit::none ? b.unit : a.unit);
}

Value quantities(const Operation& o, Quantity a, Quantity b) {
  switch (o.op) {
    case BinaryOp::add:
    case BinaryOp::subtract:
      if (a.unit != b.unit) return mismatch(o);
      return quantity(o, o.op == BinaryOp::add ? Wide{a.amount} + b.amount : Wide{a.amount} - b.amount, a.unit);
    case BinaryOp::multiply: return multiply_quantities(o, a, b);
    default:
      if (a.unit == b.unit) return b.amount == 0 ? divide_by_zero(o) : decimal(o, Rational::make(a.amount, b.amount));
      return b.unit == Unit::none ? divide_exactly(o, a, b.amount) : mismatch(o);
  }
}

Value arithmetic(const Operation& o) {
  const Quantity* a = o.left.value.as_quantity();
  const Quantity* b = o.right.value.as_quantity();
  if (a != nullptr && b != nullptr) {
    return a->unit == Unit::none && b->unit == Unit::none ? integers(o, a->amount, b->amount) : quantities(o, *a, *b);
  }
  const auto left = as_number(o.left.value);
  const auto right = as_number(o.right.value);
  if (left && right) return decimals(o, *left, *right);
  return mismatch(o);
}

/// Whether `==` may be asked of the two at all: the same kind and the same dimension, or numbers, or anything with null.
bool comparable(const Value& a, const Value& b) {
  if (a.null() || b.null()) return true;
  if (as_number(a) && as_number(b)) return true;
  if (a.as_quantity() != nullptr && b.as_quantity() != nullptr) return a.as_quantity()->unit == b.as_quantity()->unit;
  return a.data.index() == b.data.index();
}

std::optional<bool> less(const Value& a, const Value& b) {
  const Quantity* left = a.as_quantity();
  const Quantity* right = b.as_quantity();
  if (left != nullptr && right != nullptr && left->unit == right->unit) return left->amount < right->amount;
  const auto x = as_number(a);
  const auto y = as_number(b);
  if (x && y) return x->less(*y);
  if (a.as_string() != nullptr && b.as_string() != nullptr) return *a.as_string() < *b.as_string();
  return std::nullopt;
}

Value ordering(const Operation& o) {
  const bool swapped = o.op == BinaryOp::greater || o.op == BinaryOp::less_equal;
  const auto result = swapped ? less(o.right.value, o.left.value) : less(o.left.value, o.right.value);
  if (!result) return mismatch(o);
  const bool negated = o.op == BinaryOp::less_equal || o.op == BinaryOp::greater_equal;
  return {*result != negated, {}};
}

Value membership(const Operation& o) {
  if (const List* list = o.right.value.as_list()) {
    if (!o.budget.take_steps(static_cast<std::int64_t>(size_of(o.right.value)), o.span)) return {};
    return {std::any_of(list->begin(), list->end(), [&](const Value& item) { return equal(item, o.left.value); }), {}};
  }
  const Map* map = o.right.value.as_map();
  const std::string* key = o.left.value.as_string();
  if (map == nullptr || key == nullptr) return mismatch(o);
  return {map->contains(*key), {}};
}

Value range(const Operation& o) {
  const std::int64_t* low = o.left.value.as_integer();
  const std::int64_t* high = o.right.value.as_integer();
  if (low == nullptr || high == nullptr) return mismatch(o);
  const Wide length = *high < *low ? 0 : Wide{*high} - *low + 1;
  if (length > Limits::kRangeLength) {
    o.budget.exceed(o.span, fmt::format("a range may have {} numbers", Limits::kRangeLength));
    return {};
  }
  if (!o.budget.take_elements(static_cast<std::size_t>(length), o.span)) return {};
  List items;
  items.reserve(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(length); ++i) items.push_back(make_integer(*low + i, {.span = o.span}));
  return make_list(std::move(items));
}

Value binary(const Operation& o) {
  const BinaryOp op = o.op;
  const Operand& left = o.left;
  const Operand& right = o.right;
  if (op == BinaryOp::equal || op == BinaryOp::not_equal) {
    if (!comparable(left.value, right.value)) return mismatch(o);
    if (!o.budget.take_steps(static_cast<std::int64_t>(size_of(left.value)), o.span)) return {};
    return {equal(left.value, right.value) == (op == BinaryOp::equal), {}};
  }
  if (op == BinaryOp::in) return membership(o);
  if (left.value.null()) return maybe_null(left, o.reporter);
  if (right.value.null()) return maybe_null(right, o.reporter);
  switch (op) {
    case BinaryOp::less:
    case BinaryOp::less_equal:
    case BinaryOp::greater:
    case BinaryOp::greater_equal: return ordering(o);
    case BinaryOp::range: return range(o);
    default: return arithmetic(o);
  }
}

Value unary(ast::UnaryOp op, const Operand& operand, Span span, Reporter& reporter) {
  if (operand.value.null()) return maybe_null(operand, reporter);
  if (op == ast::UnaryOp::logical_not) {
    if (const bool* b = operand.value.as_bool()) return {!*b, {}};
    reporter.report("E0117", operand.span, fmt::format("`not` needs a bool, not {}", kind_phrase(operand.value)),
                    "this is " + describe(operand.value));
    return {};
  }
  if (const Rational* number = operand.value.as_decimal()) {
    if (const auto negative = subtract(Rational(), *number)) return {*negative, {}};
  }
  const Quantity* amount = operand.value.as_quantity();
  if (amount != nullptr && (amount->unit == Unit::none || amount->unit == Unit::basis_points)) {
    if (const auto negative = narrow(-Wide{amount->amount})) return {Quantity{*negative, amount->unit}, {}};
    reporter.report("E0122", span, "the number does not fit in 64 bits", "too large");
    return {};
  }
  reporter.report("E0117", operand.span, fmt::format("cannot negate {}", kind_phrase(operand.value)), "this is " + describe(operand.value));
  return {};
}

/// Whether a secret may be an operand: whether there is one, or the same one in a list, says nothing about its value.
bool takes_secrets(BinaryOp op, const Value& other) { return other.null() && (op == BinaryOp::equal || op == BinaryOp::not_equal); }

}  // namespace

Value apply(BinaryOp op, const Operand& left, const Operand& right, Span span, Reporter& reporter, Budget& budget) {
  if (left.value.poisoned() || right.value.poisoned()) return {};
  if (left.value.secret && !takes_secrets(op, right.value)) return report_secret(left.span, "an operand", reporter);
  if (right.value.secret && !takes_secrets(op, left.value)) return report_secret(right.span, "an operand", reporter);
  return tainted_by(binary({op, left, right, span, reporter, budget}), left.value.tainted() || right.value.tainted());
}

Value apply(ast::UnaryOp op, const Operand& operand, Span span, Reporter& reporter) {
  if (operand.value.poisoned()) return {};
  if (operand.value.secret) return report_secret(operand.span, "an operand", reporter);
  return tainted_by(unary(op, operand, span, reporter), operand.value.tainted());
}

}  // namespace berth::sema
