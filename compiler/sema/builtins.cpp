#include "compiler/sema/builtins.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "compiler/sema/operators.h"
#include "compiler/sema/type.h"

namespace berth::sema {
namespace {

using Arguments = const CallArguments&;
using Context = BuiltinContext&;
using ir::Quantity;
using ir::Unit;

// ---- reading arguments ---------------------------------------------------------------------------------------------------------------

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

Value integer(std::size_t number) { return make_integer(static_cast<std::int64_t>(number)); }

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

// ---- strings -------------------------------------------------------------------------------------------------------------------------

Value map_characters(Arguments args, Context context, int (*change)(int)) {
  const std::string* value = text(args, context, 0);
  if (value == nullptr) return {};
  std::string result = *value;
  // Only ASCII letters: names of services and variables; other characters stay as they are.
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x80) c = static_cast<char>(change(static_cast<unsigned char>(c)));
  }
  return make_string(std::move(result));
}

Value upper(Arguments args, Context context) {
  return map_characters(args, context, [](int c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
}
Value lower(Arguments args, Context context) {
  return map_characters(args, context, [](int c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
}

Value trim(Arguments args, Context context) {
  const std::string* value = text(args, context, 0);
  if (value == nullptr) return {};
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = value->find_first_not_of(kBlank);
  if (first == std::string::npos) return make_string("");
  return make_string(value->substr(first, value->find_last_not_of(kBlank) - first + 1));
}

Value split(Arguments args, Context context) {
  const std::string* separator = text(args, context, 0);
  const std::string* value = separator == nullptr ? nullptr : text(args, context, 1);
  if (value == nullptr) return {};
  if (separator->empty()) return wrong(args, context, 0, "a separator that is not empty");
  List items;
  std::size_t begin = 0;
  for (std::size_t end = value->find(*separator); end != std::string::npos; end = value->find(*separator, begin)) {
    items.push_back(make_string(value->substr(begin, end - begin), args.items[1].value.origin));
    begin = end + separator->size();
  }
  items.push_back(make_string(value->substr(begin), args.items[1].value.origin));
  if (!context.budget.take_steps(static_cast<std::int64_t>(items.size()), args.span)) return {};
  return make_list(std::move(items));
}

Value join(Arguments args, Context context) {
  const std::string* separator = text(args, context, 0);
  const auto items = separator == nullptr ? std::nullopt : texts(args, context, 1);
  if (!items) return {};
  std::string result;
  for (const std::string& item : *items) {
    if (&item != items->data()) result += *separator;
    result += item;
    if (result.size() > Limits::kStringBytes) break;
  }
  return text_result(args, context, std::move(result));
}

Value replace(Arguments args, Context context) {
  const std::string* value = text(args, context, 0);
  const std::string* from = value == nullptr ? nullptr : text(args, context, 1);
  const std::string* to = from == nullptr ? nullptr : text(args, context, 2);
  if (to == nullptr) return {};
  if (from->empty()) return wrong(args, context, 1, "a text that is not empty");
  std::string result;
  std::size_t begin = 0;
  for (std::size_t at = value->find(*from); at != std::string::npos && result.size() <= Limits::kStringBytes; at = value->find(*from, begin)) {
    result.append(*value, begin, at - begin).append(*to);
    begin = at + from->size();
  }
  return text_result(args, context, result.append(*value, begin));
}

Value starts_with(Arguments args, Context context) {
  const std::string* value = text(args, context, 0);
  const std::string* part = value == nullptr ? nullptr : text(args, context, 1);
  return part == nullptr ? Value{} : Value{value->starts_with(*part), {}};
}

Value ends_with(Arguments args, Context context) {
  const std::string* value = text(args, context, 0);
  const std::string* part = value == nullptr ? nullptr : text(args, context, 1);
  return part == nullptr ? Value{} : Value{value->ends_with(*part), {}};
}

Value matches(Arguments args, Context context) {
  const std::string* value = text(args, context, 0);
  const std::string* pattern = value == nullptr ? nullptr : text(args, context, 1);
  if (pattern == nullptr) return {};
  constexpr std::size_t kMaxPattern = 1000;
  const auto compiled = pattern->size() > kMaxPattern ? nullptr : compile_pattern(*pattern);
  if (compiled == nullptr) {
    context.reporter.report("E0125", args.items[1].span, "this is no regular expression", "cannot be read (back-references and look-around are not part of the language)");
    return {};
  }
  // Time is proportional to the product of both lengths.
  const auto work = static_cast<std::int64_t>(value->size() * pattern->size() / 16);
  if (!context.budget.take_steps(work, args.span)) return {};
  return {compiled->found_in(*value), {}};
}

/// Lower-case letters and digits, everything else one `-`.
Value slug(Arguments args, Context context) {
  const std::string* value = text(args, context, 0);
  if (value == nullptr) return {};
  std::string result;
  for (const char c : *value) {
    const bool ascii = static_cast<unsigned char>(c) < 0x80;
    if (ascii && std::isalnum(static_cast<unsigned char>(c)) != 0) {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
  }
  while (!result.empty() && result.back() == '-') result.pop_back();
  return make_string(std::move(result));
}

Value string(Arguments args, Context context) {
  const Value& value = args.items[0].value;
  if (value.as_string() != nullptr) return value;
  if (value.as_quantity() == nullptr && value.as_decimal() == nullptr && value.as_bool() == nullptr) {
    return wrong(args, context, 0, "a bool, a number or an amount");
  }
  return make_string(spell(value));
}

Value shell(Arguments args, Context context) {
  const std::string* command = text(args, context, 0);
  if (command == nullptr) return {};
  if (command->empty()) return wrong(args, context, 0, "a command that is not empty");
  const ir::Origin origin{.span = args.items[0].span};
  return make_list({make_string("CMD-SHELL", origin), make_string(*command, origin)});
}

/// The exits of two lints: the text as it is, and a reason for whoever reads the source.
Value with_reason(Arguments args, Context context) {
  const std::string* value = text(args, context, 0);
  const std::string* reason = value == nullptr ? nullptr : text(args, context, 1);
  if (reason == nullptr) return {};
  if (args.items[1].name != "reason" || reason->empty()) {
    context.reporter.report("E0125", args.items[1].span, fmt::format("`{}` needs a reason", args.function), "written as `reason = \"…\"`");
    return {};
  }
  return make_string(*value);
}

// ---- lists ---------------------------------------------------------------------------------------------------------------------------

Value length(Arguments args, Context context) {
  const Value& value = args.items[0].value;
  if (const List* items = value.as_list()) return integer(items->size());
  if (const Map* entries = value.as_map()) return integer(entries->size());
  const std::string* characters = value.as_string();
  if (characters == nullptr) return wrong(args, context, 0, "a list, a map or a string");
  return integer(static_cast<std::size_t>(
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

/// Whether a < b, for items of a list; nothing when they have no order (reported).
std::optional<bool> before(Arguments args, Context context, const Value& a, const Value& b) {
  const Span span = args.items[0].span;
  const Value result = apply(ast::BinaryOp::less, {a, span}, {b, span}, args.span, context.reporter, context.budget);
  if (result.as_bool() == nullptr) return std::nullopt;
  return *result.as_bool();
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
    if (!context.budget.take_steps(static_cast<std::int64_t>(kept.size()), args.span)) return {};
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
  const auto found = std::find_if(items->begin(), items->end(), [&](const Value& item) { return equal(item, args.items[1].value); });
  if (found == items->end()) return {Null{}, {}};
  return integer(static_cast<std::size_t>(found - items->begin()));
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

Value min(Arguments args, Context context) { return extreme(args, context, false); }
Value max(Arguments args, Context context) { return extreme(args, context, true); }

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

// ---- maps ----------------------------------------------------------------------------------------------------------------------------

Value keys(Arguments args, Context context) {
  const Map* entries = map(args, context, 0);
  if (entries == nullptr) return {};
  List items;
  for (const auto& [key, value] : *entries) items.push_back(make_string(key, value.origin));
  return make_list(std::move(items));
}

Value values(Arguments args, Context context) {
  const Map* entries = map(args, context, 0);
  if (entries == nullptr) return {};
  List items;
  for (const auto& [key, value] : *entries) items.push_back(value);
  return make_list(std::move(items));
}

Value merge(Arguments args, Context context) {
  Map merged;
  for (std::size_t i = 0; i < args.items.size(); ++i) {
    const Map* entries = map(args, context, i);
    if (entries == nullptr) return {};
    for (const auto& [key, value] : *entries) merged.insert_or_assign(key, value);
  }
  return make_map(std::move(merged));
}

Value lookup(Arguments args, Context context) {
  const Map* entries = map(args, context, 0);
  const std::string* key = entries == nullptr ? nullptr : text(args, context, 1);
  if (key == nullptr) return {};
  const auto found = entries->find(*key);
  return found == entries->end() ? args.items[2].value : found->second;
}

// ---- numbers -------------------------------------------------------------------------------------------------------------------------

std::optional<Rational> number(Arguments args, Context context, std::size_t at) {
  const Value& value = args.items[at].value;
  if (const Rational* decimal = value.as_decimal()) return *decimal;
  if (const std::int64_t* whole = value.as_integer()) return Rational(*whole);
  wrong(args, context, at, "an int or a decimal");
  return std::nullopt;
}

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

Value coalesce(Arguments args, Context) {
  for (const auto& argument : args.items) {
    if (!argument.value.null()) return argument.value;
  }
  return {Null{}, {}};
}

constexpr std::size_t kMany = 100;

constexpr std::array<Builtin, 40> kBuiltins = {{
    {"abs", "abs(number)", 1, 1, abs},
    {"all", "all(list of bools)", 1, 1, all},
    {"any", "any(list of bools)", 1, 1, any},
    {"ceil", "ceil(number)", 1, 1, ceil},
    {"coalesce", "coalesce(value, value, …)", 1, kMany, coalesce},
    {"contains", "contains(list, map or string, item)", 2, 2, contains},
    {"decimal", "decimal(number)", 1, 1, decimal_of},
    {"ends_with", "ends_with(string, end)", 2, 2, ends_with},
    {"first", "first(list)", 1, 1, first},
    {"flatten", "flatten(list of lists)", 1, 1, flatten},
    {"floating", "floating(image, reason = \"…\")", 2, 2, with_reason, "reason"},
    {"floor", "floor(number)", 1, 1, floor},
    {"index_of", "index_of(list, item)", 2, 2, index_of},
    {"int", "int(number or digits)", 1, 1, int_of},
    {"join", "join(separator, list of strings)", 2, 2, join},
    {"keys", "keys(map)", 1, 1, keys},
    {"last", "last(list)", 1, 1, last},
    {"length", "length(list, map or string)", 1, 1, length},
    {"lookup", "lookup(map, key, default)", 3, 3, lookup},
    {"lower", "lower(string)", 1, 1, lower},
    {"matches", "matches(string, regular expression)", 2, 2, matches},
    {"max", "max(list) or max(a, b, …)", 1, kMany, max},
    {"merge", "merge(map, map, …)", 1, kMany, merge},
    {"min", "min(list) or min(a, b, …)", 1, kMany, min},
    {"mod", "mod(a, b)", 2, 2, mod},
    {"plain", "plain(string, reason = \"…\")", 2, 2, with_reason, "reason"},
    {"range", "range(first, last)", 2, 2, range},
    {"replace", "replace(string, from, to)", 3, 3, replace},
    {"round", "round(number)", 1, 1, round},
    {"shell", "shell(command)", 1, 1, shell},
    {"slug", "slug(string)", 1, 1, slug},
    {"sort", "sort(list)", 1, 1, sort},
    {"split", "split(separator, string)", 2, 2, split},
    {"starts_with", "starts_with(string, start)", 2, 2, starts_with},
    {"string", "string(value)", 1, 1, string},
    {"sum", "sum(list)", 1, 1, sum},
    {"trim", "trim(string)", 1, 1, trim},
    {"unique", "unique(list)", 1, 1, unique},
    {"upper", "upper(string)", 1, 1, upper},
    {"values", "values(map)", 1, 1, values},
}};

constexpr std::array<std::string_view, 20> kPlannedFunctions = {
    "format", "zip",    "hash",   "json",          "yaml",          "base64", "file",     "image",    "semver",   "cidr",
    "cron",   "every",  "reveal", "extern_topic",  "extern_object", "awslogs", "firelens", "spread",   "binpack",  "member_of",
};

}  // namespace

std::span<const Builtin> builtins() { return kBuiltins; }

const Builtin* find_builtin(std::string_view name) {
  const auto found = std::find_if(kBuiltins.begin(), kBuiltins.end(), [&](const Builtin& row) { return row.name == name; });
  return found == kBuiltins.end() ? nullptr : found;
}

bool is_planned_function(std::string_view name) { return std::find(kPlannedFunctions.begin(), kPlannedFunctions.end(), name) != kPlannedFunctions.end(); }

}  // namespace berth::sema
