// Functions of lists.
#include "compiler/sema/builtin_functions.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/sema/operators.h"

namespace berth::sema::functions {

Value length(Arguments args, Context context) {
  const Value& value = args.items[0].value;
  if (const List* items = value.as_list()) return count(items->size());
  if (const Map* entries = value.as_map()) return count(entries->size());
  const std::string* characters = value.as_string();
  if (characters == nullptr) return wrong(args, context, 0, "a list, a map or a string");
  return count(static_cast<std::size_t>(
      std::count_if(characters->begin(), characters->end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; })));
}

Value first(Arguments args, Context context) {
  const List* items = list(args, context, 0);
  if (items == nullptr) return {};
  return items->empty() ? empty_list(args, context) : items->front();
}

Value last(Arguments args, Context context) {
  const List* items = list(args, context, 0);
  if (items == nullptr) return {};
  return items->empty() ? empty_list(args, context) : items->back();
}

Value sort(Arguments args, Context context) {
  const List* items = list(args, context, 0);
  if (items == nullptr) return {};
  // Every neighbour is compared first, so that the order below cannot fail half-way.
  for (std::size_t i = 1; i < items->size(); ++i) {
    if (!before(args, context, (*items)[0], (*items)[i])) return {};
  }
  List sorted = *items;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Value& a, const Value& b) { return before(args, context, a, b).value_or(false); });
  return make_list(std::move(sorted));
}

Value unique(Arguments args, Context context) {
  const List* items = list(args, context, 0);
  if (items == nullptr) return {};
  List kept;
  for (const Value& item : *items) {
    if (!context.budget.take_steps(static_cast<std::int64_t>(kept.size() * size_of(item)), args.span)) return {};
    if (std::none_of(kept.begin(), kept.end(), [&](const Value& known) { return equal(known, item); })) kept.push_back(item);
  }
  return make_list(std::move(kept));
}

Value flatten(Arguments args, Context context) {
  const List* items = list(args, context, 0);
  if (items == nullptr) return {};
  List flat;
  for (const Value& item : *items) {
    const List* inner = item.as_list();
    if (inner == nullptr) return wrong(args, context, 0, "a list of lists");
    if (!context.budget.take_elements(inner->size(), args.span)) return {};
    flat.insert(flat.end(), inner->begin(), inner->end());
  }
  return make_list(std::move(flat));
}

/// Pairs of what stands at the same place.
Value zip(Arguments args, Context context) {
  const List* left = list(args, context, 0);
  const List* right = left == nullptr ? nullptr : list(args, context, 1);
  if (right == nullptr) return {};
  if (left->size() != right->size()) {
    return refused(args, context, 1, "`zip` needs two lists of the same length", fmt::format("{} elements here, {} in the first", right->size(), left->size()));
  }
  List pairs;
  pairs.reserve(left->size());
  for (std::size_t i = 0; i < left->size(); ++i) pairs.push_back(make_list({(*left)[i], (*right)[i]}, (*left)[i].origin));
  return make_list(std::move(pairs));
}

Value contains(Arguments args, Context context) {
  const auto& where = args.items[0];
  const std::string* haystack = where.value.as_string();
  const std::string* needle = args.items[1].value.as_string();
  if (haystack != nullptr && needle != nullptr) return {haystack->find(*needle) != std::string::npos, {}};
  return apply(ast::BinaryOp::in, {args.items[1].value, args.items[1].span}, {where.value, where.span}, args.span, context.reporter, context.budget);
}

Value index_of(Arguments args, Context context) {
  const List* items = list(args, context, 0);
  if (items == nullptr) return {};
  if (!context.budget.take_steps(static_cast<std::int64_t>(size_of(args.items[0].value)), args.span)) return {};
  const auto found = std::find_if(items->begin(), items->end(), [&](const Value& item) { return equal(item, args.items[1].value); });
  if (found == items->end()) return {Null{}, {}};
  return count(static_cast<std::size_t>(found - items->begin()));
}

Value range(Arguments args, Context context) {
  return apply(ast::BinaryOp::range, {args.items[0].value, args.items[0].span}, {args.items[1].value, args.items[1].span}, args.span,
               context.reporter, context.budget);
}

Value sum(Arguments args, Context context) {
  const List* items = list(args, context, 0);
  if (items == nullptr) return {};
  if (items->empty()) return make_integer(0);
  Value total = items->front();
  const Span span = args.items[0].span;
  for (std::size_t i = 1; i < items->size() && !total.poisoned(); ++i) {
    total = apply(ast::BinaryOp::add, {total, span}, {(*items)[i], span}, args.span, context.reporter, context.budget);
  }
  return total;
}

namespace {

/// The items of `min` and `max`: one list, or the arguments themselves.
std::optional<List> candidates(Arguments args, Context context) {
  if (args.items.size() == 1) {
    const List* items = list(args, context, 0);
    if (items == nullptr) return std::nullopt;
    if (items->empty()) {
      empty_list(args, context);
      return std::nullopt;
    }
    return *items;
  }
  List items;
  for (const auto& argument : args.items) items.push_back(argument.value);
  return items;
}

Value extreme(Arguments args, Context context, bool largest) {
  const auto items = candidates(args, context);
  if (!items) return {};
  Value best = items->front();
  for (const Value& item : *items) {
    const auto smaller = largest ? before(args, context, best, item) : before(args, context, item, best);
    if (!smaller) return {};
    if (*smaller) best = item;
  }
  return best;
}

}  // namespace

Value min(Arguments args, Context context) { return extreme(args, context, false); }
Value max(Arguments args, Context context) { return extreme(args, context, true); }

namespace {

std::optional<std::size_t> count_true(Arguments args, Context context, std::size_t& size) {
  const List* items = list(args, context, 0);
  if (items == nullptr) return std::nullopt;
  size = items->size();
  std::size_t count = 0;
  for (const Value& item : *items) {
    if (item.as_bool() == nullptr) {
      wrong(args, context, 0, "a list of bools");
      return std::nullopt;
    }
    count += *item.as_bool() ? 1 : 0;
  }
  return count;
}

}  // namespace

Value any(Arguments args, Context context) {
  std::size_t size = 0;
  const auto count = count_true(args, context, size);
  return count ? Value{*count > 0, {}} : Value{};
}

Value all(Arguments args, Context context) {
  std::size_t size = 0;
  const auto count = count_true(args, context, size);
  return count ? Value{*count == size, {}} : Value{};
}

}  // namespace berth::sema::functions
