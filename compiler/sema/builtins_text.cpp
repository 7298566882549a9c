// Functions of texts.
#include "compiler/sema/builtin_functions.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "compiler/sema/hidden.h"
#include "compiler/sema/pattern.h"

namespace berth::sema::functions {
namespace {

/// What regular expressions count for: compiling one at all, each instruction that it becomes, one that is too large; and matching.
constexpr std::size_t kPatternSteps = 200;
constexpr std::size_t kStepsPerInstruction = 4;
constexpr std::int64_t kLargestPatternSteps = 50'000;
constexpr std::size_t kMatchedBytesPerStep = 4;

/// Texts as they are, and what prints in one way only.
std::optional<std::string> text_of(const Value& value) {
  if (const std::string* text = value.as_string()) return *text;
  if (value.as_quantity() == nullptr && value.as_decimal() == nullptr && value.as_bool() == nullptr) return std::nullopt;
  return spell(revealed(value));
}

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

}  // namespace

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
  if (pattern->size() > kMaxPattern) return refused(args, context, 1, "this regular expression is too long", "at most 1000 characters");
  // Compiling takes work in proportion to the pattern, whose counts (`a{1000}`) stand for more than they are long; matching, to the text.
  if (!context.budget.take_steps(static_cast<std::int64_t>(kPatternSteps + value->size() / kMatchedBytesPerStep), args.span)) return {};
  const auto compiled = Pattern::make(*pattern);
  if (const std::string why = compiled->wrong(); !why.empty()) {
    context.reporter.report("E0125", args.items[1].span, "this is no regular expression", why).note("the notation is RE2's: no back-references and no look-around");
    // It may have been refused for its size, after as much work as the largest takes.
    context.budget.take_steps(kLargestPatternSteps, args.span);
    return {};
  }
  if (!context.budget.take_steps(static_cast<std::int64_t>(compiled->size() * kStepsPerInstruction), args.span)) return {};
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
  const auto spelled = text_of(args.items[0].value);
  return spelled ? make_string(*spelled) : wrong(args, context, 0, "a bool, a number or an amount");
}

/// `{}` stands for the next value, `{{` and `}}` for braces.
Value format(Arguments args, Context context) {
  const std::string* pattern = text(args, context, 0);
  if (pattern == nullptr) return {};
  std::string result;
  std::size_t next = 1;
  for (std::size_t i = 0; i < pattern->size(); ++i) {
    const char c = (*pattern)[i];
    const char after = i + 1 < pattern->size() ? (*pattern)[i + 1] : '\0';
    if (c != '{' && c != '}') {
      result += c;
      continue;
    }
    ++i;
    if (c == after) {
      result += c;
      continue;
    }
    if (c == '}' || after != '}') return refused(args, context, 0, "a brace stands alone in the format", "`{}` is a place for a value, `{{` and `}}` are braces");
    if (next == args.items.size()) return refused(args, context, 0, fmt::format("the format has more places than the {} values given", next - 1), "too many `{}`");
    const auto spelled = text_of(args.items[next].value);
    if (!spelled) return wrong(args, context, next, "a string, a bool, a number or an amount");
    ++next;
    result += *spelled;
    if (result.size() > Limits::kStringBytes) break;
  }
  if (next < args.items.size()) return refused(args, context, next, "there is no place for this value in the format", "left over");
  return text_result(args, context, std::move(result));
}

}  // namespace berth::sema::functions
