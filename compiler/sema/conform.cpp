#include "compiler/sema/conform.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/suggest.h"
#include "base/words.h"
#include "compiler/sema/hidden.h"
#include "compiler/sema/image.h"
#include "compiler/sema/units.h"

namespace berth::sema {
namespace {

using ir::Quantity;
using ir::Unit;
using Kind = Type::Kind;

/// Longest text that is matched against a pattern.
constexpr std::size_t kMaxPatternText = 4096;

/// What a type is asked of, and by whom.
struct Asked {
  const Type& type;
  const Place& place;
  TypeEvaluator& evaluator;
  Reporter& reporter;
};

std::string subject(const Place& place) { return place.name.empty() ? "this" : fmt::format("`{}`", place.name); }

/// Where to mark: the part of the written expression that made the value, or all of it when the value comes from elsewhere.
Span primary_place(const Asked& asked, const Value& value, std::string_view code = "") {
  // The line of a diagnostic is shown: not the one where a sensitive value is written, when there is another.
  const Span declared = asked.type.declared.valid() ? asked.type.declared : asked.place.declared;
  if (value.sensitive && declared.valid()) return declared;
  const Span written = asked.place.written;
  const Span made = value.origin.span;
  const bool inside = made.source == written.source && made.begin >= written.begin && made.end <= written.end;
  // A value of another kind than the setting's is the component's mistake, a value out of bounds its caller's.
  const bool callers = asked.place.argument_first && made.valid() && code != "E0104" && code != "E0105" && code != "E0110" && code != "E0113";
  return !written.valid() || inside || callers ? made : written;
}

/// The diagnostic at the user's expression, with the place the value comes from and the place that expects otherwise.
Diagnostic& report(const Asked& asked, const Value& value, std::string_view code, std::string message, std::string label) {
  const Span written = primary_place(asked, value, code);
  Diagnostic& diagnostic = asked.reporter.report(code, written, std::move(message), std::move(label));
  const Span made = value.origin.span;
  const bool elsewhere = made.valid() && made.source != SourceId::none &&
                         (made.source != written.source || made.begin < written.begin || made.end > written.end);
  if (elsewhere && !value.sensitive) diagnostic.label(made, "the value comes from here");
  if (asked.place.argument_first && asked.place.written.valid() && asked.place.written != written) diagnostic.label(asked.place.written, "for this setting");
  const Span declared = asked.type.declared.valid() ? asked.type.declared : asked.place.declared;
  if (declared.valid()) diagnostic.label(declared, fmt::format("the type is `{}`", asked.type.text));
  return diagnostic;
}

/// Whether a repair may replace the text at the primary label: only where the value is written right there.
bool written_here(const Asked& asked, const Value& value) { return !value.sensitive && primary_place(asked, value) == value.origin.span; }

/// The value as the user wrote it, where it stands right there as a literal.
std::string as_written(const Asked& asked, const Value& value) {
  const std::string_view text = asked.reporter.text(value.origin.span);
  const bool literal = !value.sensitive && !text.empty() && text.size() < 24 && text.front() >= '0' && text.front() <= '9' && text.find_first_of("+-*/") == std::string_view::npos;
  return literal ? std::string(text) : spell(value);
}

void offer(const Asked& asked, const Value& value, Diagnostic& diagnostic, const std::string& replacement) {
  if (written_here(asked, value)) diagnostic.fix(value.origin.span, replacement);
}

Value wrong_kind(const Asked& asked, const Value& value) {
  Diagnostic& diagnostic = report(asked, value, "E0105", fmt::format("expected {}, found {}", expected_phrase(asked.type), describe(value)),
                                  fmt::format("{} is `{}`", subject(asked.place), asked.type.text));
  if (asked.type.kind == Kind::string) {
    if (const Quantity* quantity = value.as_quantity(); quantity != nullptr && quantity->unit == Unit::milliseconds && quantity->amount % 1000 == 0) {
      const std::string text = std::to_string(quantity->amount / 1000);
      diagnostic.note("text is written out as it should be read").help(fmt::format("`\"{}\"` for seconds, or `\"{}\"`", text, ir::spell(*quantity)));
      offer(asked, value, diagnostic, fmt::format("\"{}\"", text));
    } else if (value.as_quantity() != nullptr || value.as_decimal() != nullptr || value.as_bool() != nullptr) {
      diagnostic.help("`string(…)` gives its text");
    }
  }
  if (value.as_string() != nullptr && unit_of(asked.type.kind) != Unit::none) diagnostic.help("write it without quotes");
  if (asked.type.kind == Kind::integer && value.as_decimal() != nullptr) diagnostic.help("narrow it with `int(…)`, `floor(…)` or `ceil(…)`");
  if (asked.type.kind == Kind::map && value.as_list() != nullptr) diagnostic.help(kMapForm);
  if (asked.type.kind == Kind::list && value.as_string() != nullptr) {
    diagnostic.help(fmt::format("a list of one: `[{}]`", spell(value)));
    if (asked.type.element != nullptr && asked.type.element->kind == Kind::string) offer(asked, value, diagnostic, fmt::format("[{}]", spell(value)));
  }
  return {};
}

Value needs_unit(const Asked& asked, const Value& value, std::int64_t number, Unit unit) {
  const std::string_view what = unit_phrase(unit);
  Diagnostic& diagnostic = report(asked, value, "E0104", fmt::format("{} needs a unit", subject(asked.place)),
                                  fmt::format("this is a bare number; {} is {}", subject(asked.place), what));
  const auto meant = in_ecs_unit(number, unit);
  if (!meant) return {};
  const std::string spelled = ir::spell(*meant);
  switch (unit) {
    case Unit::bytes: {
      const std::string plain = fmt::format("{} MiB", number);
      diagnostic.note("ECS itself counts in MiB").help(plain == spelled ? fmt::format("write `{}`", plain) : fmt::format("write `{}` or `{}`", plain, spelled));
      break;
    }
    case Unit::cpu: diagnostic.help(fmt::format("ECS calls this {} units: write `{}`", number, spelled)); break;
    case Unit::milliseconds: diagnostic.note("ECS itself counts in seconds").help(fmt::format("write `{}`", spelled)); break;
    default: diagnostic.help(fmt::format("write `{}`", spelled)); break;
  }
  offer(asked, value, diagnostic, spelled);
  return {};
}

std::string spell_in(std::int64_t amount, Kind kind) { return ir::spell(Quantity{amount, unit_of(kind)}); }

/// "1..65535", "at least 4 MiB", "at most 2m".
std::string bounds_text(const Type& type) {
  if (type.minimum && type.maximum) return fmt::format("{}..{}", spell_in(*type.minimum, type.kind), spell_in(*type.maximum, type.kind));
  if (type.minimum) return "at least " + spell_in(*type.minimum, type.kind);
  return "at most " + spell_in(*type.maximum, type.kind);
}

Value check_number(const Asked& asked, Value value, std::int64_t amount) {
  const Type& type = asked.type;
  if ((type.minimum && amount < *type.minimum) || (type.maximum && amount > *type.maximum)) {
    const bool both = type.minimum && type.maximum;
    const std::string nearest = spell_in(type.minimum && amount < *type.minimum ? *type.minimum : *type.maximum, type.kind);
    Diagnostic& diagnostic = report(asked, value, "E0109",
                                    fmt::format("{} is {}, {}", subject(asked.place), as_written(asked, value),
                                                both ? "outside " + bounds_text(type) : "not " + bounds_text(type)),
                                    fmt::format("{} is `{}`", subject(asked.place), type.text));
    diagnostic.help(fmt::format("the nearest that is possible: `{}`", nearest));
    return {};
  }
  if (type.multiple_of > 1 && amount % type.multiple_of != 0) {
    const std::int64_t below = amount / type.multiple_of * type.multiple_of;
    const std::string low = spell_in(below, type.kind);
    const std::string high = spell_in(below + type.multiple_of, type.kind);
    const std::string written = as_written(asked, value);
    Diagnostic& diagnostic = report(asked, value, "E0107", fmt::format("`{}` is not a whole number of {}", written, type.multiple_text),
                                    fmt::format("{} counts whole {}", subject(asked.place), type.multiple_text));
    // `512 MB` is nearly always meant as `512 MiB`.
    const bool decimal_unit = written.ends_with("KB") || written.ends_with("MB") || written.ends_with("GB");
    if (decimal_unit && !written.ends_with("KB")) {
      const std::string binary = written.substr(0, written.size() - 1) + "iB";
      diagnostic.help(fmt::format("`{}` is almost certainly meant; the nearest to what is written are `{}` and `{}`", binary, low, high));
      offer(asked, value, diagnostic, binary);
      return {};
    }
    diagnostic.help(fmt::format("the nearest are `{}` and `{}`", low, high));
    offer(asked, value, diagnostic, high);
    return {};
  }
  return value;
}

Value as_number(const Asked& asked, Value value) {
  const Unit unit = unit_of(asked.type.kind);
  const Quantity* quantity = value.as_quantity();
  if (quantity == nullptr) return wrong_kind(asked, value);
  if (quantity->unit == unit) return check_number(asked, value, quantity->amount);
  if (quantity->unit == Unit::none) return needs_unit(asked, value, quantity->amount, unit);
  return wrong_kind(asked, value);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Value as_string(const Asked& asked, Value value) {
  const Type& type = asked.type;
  const std::int64_t* integer = value.as_integer();
  if (asked.place.literal_text && asked.place.literal && (integer != nullptr || value.as_bool() != nullptr)) {
    return make_string(spell(revealed(value)), value.origin);
  }
  const std::string* text = value.as_string();
  if (text == nullptr) return wrong_kind(asked, value);
  const std::int64_t length = type.minimum || type.maximum ? static_cast<std::int64_t>(characters(*text)) : 0;
  if ((type.minimum && length < *type.minimum) || (type.maximum && length > *type.maximum)) {
    const std::string limit = type.minimum && length < *type.minimum
                                  ? fmt::format("at least {}", *type.minimum)
                                  : fmt::format("at most {}", *type.maximum);
    report(asked, value, "E0109", fmt::format("{} has {} characters; it must have {}", subject(asked.place), length, limit),
           fmt::format("{} characters", length));
    return {};
  }
  if (text->find('\0') != std::string::npos) {
    report(asked, value, "E0111", fmt::format("{} has a zero byte in it", subject(asked.place)), "not possible in ECS");
    return {};
  }
  if (type.pattern && (text->size() > kMaxPatternText || !type.pattern->matches_all(*text))) {
    report(asked, value, "E0111", fmt::format("{} cannot be `{}`", subject(asked.place), spell(value)),
           "it takes " + (type.pattern_text.empty() ? type.text : type.pattern_text));
    return {};
  }
  return value;
}

Value as_literal(const Asked& asked, Value value) {
  const std::string* text = value.as_string();
  const std::int64_t* number = value.as_integer();
  std::vector<std::string> texts;
  for (const Type::Literal& literal : asked.type.literals) {
    if (text != nullptr && literal.index() == 0 && std::get<0>(literal) == *text) return value;
    if (number != nullptr && literal.index() == 1 && std::get<1>(literal) == *number) return value;
    if (literal.index() == 0) texts.push_back(std::get<0>(literal));
  }
  if (text == nullptr && number == nullptr) return wrong_kind(asked, value);
  const std::string expected = expected_phrase(asked.type);
  Diagnostic& diagnostic = report(asked, value, "E0108", fmt::format("`{}` is not {}", spell(value), expected), "not one of them");
  if (const auto meant = text == nullptr ? std::nullopt : suggest(*text, texts)) {
    diagnostic.help(fmt::format("did you mean `\"{}\"`?", *meant));
    offer(asked, value, diagnostic, fmt::format("\"{}\"", *meant));
  }
  return {};
}

Value as_image(const Asked& asked, Value value) {
  const std::string* text = value.as_string();
  if (text == nullptr) return wrong_kind(asked, value);
  const auto parsed = parse_image(*text);
  if (parsed.index() == 0) {
    value.image = true;
    return value;
  }
  report(asked, value, "E0112", fmt::format("the image `{}` {}", value.sensitive ? std::string("(sensitive)") : text->size() > 80 ? text->substr(0, 80) + "…" : *text, value.sensitive ? std::string("is not one") : std::get<1>(parsed)),
         "not an image name")
      .help(text->find('$') != std::string::npos ? "a value in a text is written `${name}`" : "images are written `host/path:tag`, or with a digest `@sha256:…`");
  return {};
}

Value as_reference(const Asked& asked, Value value) {
  const ir::Reference* reference = value.as_reference();
  if (reference != nullptr && reference->target.kind == asked.type.target) return value;
  if (reference != nullptr) {
    report(asked, value, "E0113", fmt::format("`{}` is {}, not {}", reference->target.name, with_article(reference->target.kind), with_article(asked.type.target)),
           fmt::format("{} is `{}`", subject(asked.place), asked.type.text));
    return {};
  }
  Diagnostic& diagnostic = report(asked, value, "E0113", fmt::format("expected {}, found {}", expected_phrase(asked.type), describe(value)),
                                  fmt::format("{} is `{}`", subject(asked.place), asked.type.text));
  const std::string* text = value.as_string();
  if (text != nullptr && text->starts_with("arn:")) {
    diagnostic.help(fmt::format("declare what has this ARN as `extern {} NAME {{ … }}` and write its name", asked.type.target));
  } else {
    diagnostic.help(fmt::format("{} is named by its identifier, without quotes", with_article(asked.type.target)));
  }
  return {};
}

Value element_of(const Asked& asked, const Value& item, std::string_view name) {
  const Place place{.name = name, .written = asked.place.written, .declared = asked.place.declared};
  if (item.null() && asked.type.element != nullptr && !asked.type.element->optional) {
    report(asked, item, "E0110", "null in a list", "there is no value here");
    return {};
  }
  return conform(item, *asked.type.element, place, asked.evaluator, asked.reporter);
}

Value as_list(const Asked& asked, Value value) {
  const List* list = value.as_list();
  if (list == nullptr) return wrong_kind(asked, value);
  const auto length = static_cast<std::int64_t>(list->size());
  if ((asked.type.minimum && length < *asked.type.minimum) || (asked.type.maximum && length > *asked.type.maximum)) {
    report(asked, value, "E0109", fmt::format("{} has {} elements, outside `{}`", subject(asked.place), length, asked.type.text), "");
    return {};
  }
  List items;
  items.reserve(list->size());
  bool good = true;
  for (const Value& item : *list) {
    items.push_back(element_of(asked, item, ""));
    good = good && !items.back().poisoned();
  }
  return good ? make_list(std::move(items), value.origin) : Value{};
}

Value as_map(const Asked& asked, Value value) {
  const Map* map = value.as_map();
  if (map == nullptr) return wrong_kind(asked, value);
  Map entries;
  bool good = true;
  for (const auto& [key, item] : *map) {
    if (item.null()) continue;
    Value converted = element_of(asked, item, key);
    good = good && !converted.poisoned();
    entries.emplace(key, std::move(converted));
  }
  return good ? make_map(std::move(entries), value.origin) : Value{};
}

bool unknown_fields(const Asked& asked, const Value& value, const Map& map) {
  bool found = false;
  std::vector<std::string> names;
  for (const RecordField& field : asked.type.fields) names.push_back(field.name);
  for (const auto& [key, item] : map) {
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    found = true;
    Diagnostic& diagnostic = report(asked, item, "E0201", fmt::format("`{}` has no field `{}`", asked.type.text, key), "unknown field");
    if (const auto meant = suggest(key, names)) diagnostic.help(fmt::format("did you mean `{}`?", *meant));
  }
  (void)value;
  return found;
}

Value as_record(const Asked& asked, Value value) {
  if (!asked.type.primary.empty() && value.as_map() == nullptr) {
    // A bare value stands for the record with that one field.
    const ir::Origin origin = value.origin;
    value = make_map({{asked.type.primary, std::move(value)}}, origin);
  }
  const Map* map = value.as_map();
  if (map == nullptr) return wrong_kind(asked, value);
  bool good = !unknown_fields(asked, value, *map);
  Map entries;
  for (const RecordField& field : asked.type.fields) {
    const auto found = map->find(field.name);
    Value item = found == map->end() ? Value{Null{}, {}} : found->second;
    if (item.null() && field.declaration != nullptr && field.declaration->default_value != nullptr) item = asked.evaluator.constant(*field.declaration->default_value);
    if (item.null() && !field.type->optional) {
      report(asked, value, "E0213", fmt::format("the field `{}` is missing", field.name), fmt::format("`{}` needs it", asked.type.text));
      good = false;
      continue;
    }
    const Place place{.name = field.name, .written = asked.place.written, .declared = field.declaration != nullptr ? field.declaration->type->span : Span{}};
    item = conform(std::move(item), *field.type, place, asked.evaluator, asked.reporter);
    if (field.declaration == nullptr) {
      good = good && !item.poisoned();
      if (!item.null()) entries.emplace(field.name, std::move(item));
      continue;
    }
    for (const ast::Where& where : field.declaration->wheres) {
      if (!item.poisoned() && !asked.evaluator.holds(where, item, item.origin.span)) item = {};
    }
    good = good && !item.poisoned();
    entries.emplace(field.name, std::move(item));
  }
  return good ? make_map(std::move(entries), value.origin) : Value{};
}

/// `shell("…")` gives CMD-SHELL already; a program with its arguments gets CMD in front.
Value as_health_command(const Asked& asked, Value value) {
  const List* list = value.as_list();
  if (list == nullptr) {
    if (value.as_string() == nullptr) return wrong_kind(asked, value);
    const std::string written = spell(value);
    Diagnostic& diagnostic = report(asked, value, "E0105", fmt::format("expected a command, found {}", describe(value)), "a command is a list, or shell text");
    diagnostic.help(fmt::format("as shell text: `shell({})`", written));
    return {};
  }
  List items;
  for (const Value& item : *list) {
    if (item.poisoned()) return {};
    if (item.as_string() == nullptr) return wrong_kind(asked, value);
    items.push_back(item);
  }
  const std::string first = items.empty() ? "" : *items.front().as_string();
  const bool marked = first == "CMD" || first == "CMD-SHELL";
  if (items.empty() || (marked && items.size() < 2)) {
    report(asked, value, "E0109", "a health check needs a program to run", "there is none");
    return {};
  }
  if (!marked) items.insert(items.begin(), make_string("CMD", value.origin));
  return make_list(std::move(items), value.origin);
}

Value as_secret(const Asked& asked, Value value) {
  if (value.secret) return value;
  const ir::Reference* reference = value.as_reference();
  if (reference != nullptr && (reference->target.kind == "secret" || reference->target.kind == "parameter")) {
    return make_secret({.source = *reference, .key = "", .version_stage = "", .version_id = ""}, value.origin);
  }
  // Never the text itself: it may be the credential.
  report(asked, value, "E0105", fmt::format("expected a secret, found {}", kind_phrase(value)), fmt::format("{} names where the value is kept", subject(asked.place)))
      .help("store it, declare `extern secret db { name = \"…\" }`, and write `db.key(\"…\")`");
  return {};
}

/// Whether a setting of this type may have a sensitive value: what berth only passes on. What it checks, computes with or names things by would show.
bool passes_on(const Type& type, const Value& value) {
  switch (type.kind) {
    case Kind::string: return type.pattern == nullptr;
    case Kind::list:
    case Kind::health_command:
    case Kind::unknown: return true;
    case Kind::any: return value.as_map() == nullptr;
    default: return false;
  }
}

/// E0310 and E0311 for a setting.
bool may_stand_here(const Asked& asked, const Value& value) {
  if (value.secret && asked.type.kind != Kind::secret && asked.type.kind != Kind::unknown && asked.type.schema) {
    report_secret_as_text(primary_place(asked, value), asked.reporter);
    return false;
  }
  if (!asked.type.schema || !value.tainted()) return true;
  const bool tags = asked.place.name == "tags";
  if (!tags && (!value.sensitive || passes_on(asked.type, value))) return true;
  const bool keys = value.as_map() != nullptr && !tags;
  const std::string message = keys ? fmt::format("the names in {} cannot be sensitive", subject(asked.place)) : fmt::format("{} cannot be sensitive", subject(asked.place));
  const std::string label = tags                             ? "tags are shown wherever the resource is"
                            : keys                           ? "the map as a whole is sensitive; `map(sensitive(…))` has sensitive values"
                            : asked.type.kind == Kind::string ? "names are shown everywhere"
                                                             : "berth computes with it, and the plan shows the result";
  report_sensitive(primary_place(asked, value), message, label, asked.reporter);
  return false;
}

/// What a measure is held against: `target cpu = 60%`, `target requests_per_task = 800`.
Value as_target(const Asked& asked, Value value) {
  const Quantity* quantity = value.as_quantity();
  const bool good = quantity != nullptr && (quantity->unit == Unit::none || quantity->unit == Unit::basis_points || quantity->unit == Unit::milliseconds);
  return good ? value : wrong_kind(asked, value);
}

/// What `cron(…)` and `every(…)` give.
Value as_schedule(const Asked& asked, Value value) {
  const Map* map = value.as_map();
  if (map != nullptr && (map->contains("cron") || map->contains("every"))) return value;
  if (value.as_string() != nullptr) {
    const std::string call = fmt::format("cron({})", spell(value));
    Diagnostic& diagnostic = report(asked, value, "E0105", fmt::format("expected a schedule, found {}", describe(value)), fmt::format("{} is a schedule", subject(asked.place)));
    diagnostic.help(fmt::format("as a time of the clock: `{}`; for an interval: `every(15m)`", call));
    offer(asked, value, diagnostic, call);
    return {};
  }
  return wrong_kind(asked, value);
}

/// A list of texts, or what `tag(…)` gives.
Value as_selection(const Asked& asked, Value value) {
  if (value.as_map() != nullptr && value.as_map()->contains("tag")) return value;
  const List* list = value.as_list();
  if (list == nullptr) return wrong_kind(asked, value);
  for (const Value& item : *list) {
    if (item.poisoned()) return {};
    if (item.as_string() == nullptr) return wrong_kind(asked, item);
  }
  return value;
}

/// Names of settings are their paths as text by now: `[replicas, task.memory]`.
bool is_list_of_texts(const Value& value) {
  const List* items = value.as_list();
  return items != nullptr && std::all_of(items->begin(), items->end(), [](const Value& item) { return item.as_string() != nullptr; });
}

Value by_kind(const Asked& asked, Value value) {
  switch (asked.type.kind) {
    case Kind::boolean: return value.as_bool() != nullptr ? value : wrong_kind(asked, value);
    case Kind::integer:
    case Kind::size:
    case Kind::cpu:
    case Kind::duration:
    case Kind::percent: return as_number(asked, std::move(value));
    case Kind::decimal:
      if (const std::int64_t* integer = value.as_integer()) return {Rational(*integer), value.origin};
      return value.as_decimal() != nullptr ? value : wrong_kind(asked, value);
    case Kind::string: return as_string(asked, std::move(value));
    case Kind::image: return as_image(asked, std::move(value));
    case Kind::literal: return as_literal(asked, std::move(value));
    case Kind::reference: return as_reference(asked, std::move(value));
    case Kind::list: return as_list(asked, std::move(value));
    case Kind::map: return as_map(asked, std::move(value));
    case Kind::record: return as_record(asked, std::move(value));
    case Kind::health_command: return as_health_command(asked, std::move(value));
    case Kind::secret: return as_secret(asked, std::move(value));
    case Kind::target: return as_target(asked, std::move(value));
    case Kind::schedule: return as_schedule(asked, std::move(value));
    case Kind::field_path: return is_list_of_texts(value) ? value : wrong_kind(asked, value);
    case Kind::selection: return as_selection(asked, std::move(value));
    case Kind::any:
    case Kind::unknown: return value;
  }
  return value;
}

}  // namespace

Value conform(Value value, const Type& type, const Place& place, TypeEvaluator& evaluator, Reporter& reporter) {
  if (value.poisoned()) return value;
  const Asked asked{type, place, evaluator, reporter};
  if (value.null()) {
    if (type.optional || type.kind == Kind::unknown) return value;
    report(asked, value, "E0110", fmt::format("{} may not be null", subject(place)), "null")
        .help(fmt::format("`{}?` would allow it", type.text));
    return {};
  }
  if (!may_stand_here(asked, value)) return {};
  const bool sensitive = value.sensitive || type.sensitive;
  // Within, the value is computed with; messages show it as `(sensitive)` because the mark is on it where they spell it.
  value.sensitive = sensitive;
  Value result = tainted_by(by_kind(asked, std::move(value)), sensitive);
  for (const ast::Where* where : type.wheres) {
    if (result.poisoned()) break;
    if (!evaluator.holds(*where, result, place.written.valid() ? place.written : result.origin.span)) return {};
  }
  return result;
}

}  // namespace berth::sema
