#include "compiler/sema/units.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "base/suggest.h"

namespace berth::sema {
namespace {

using ir::Unit;

constexpr std::array<UnitRow, 17> kUnits = {{
    {"B", Unit::bytes, 1, 1},
    {"KiB", Unit::bytes, 1LL << 10, 1},
    {"MiB", Unit::bytes, 1LL << 20, 1},
    {"GiB", Unit::bytes, 1LL << 30, 1},
    {"TiB", Unit::bytes, 1LL << 40, 1},
    {"KB", Unit::bytes, 1'000, 1},
    {"MB", Unit::bytes, 1'000'000, 1},
    {"GB", Unit::bytes, 1'000'000'000, 1},
    {"vCPU", Unit::cpu, 1024, 1},
    {"mCPU", Unit::cpu, 1024, 1000},
    {"units", Unit::cpu, 1, 1},
    {"ms", Unit::milliseconds, 1, 1},
    {"s", Unit::milliseconds, 1'000, 1},
    {"m", Unit::milliseconds, 60'000, 1},
    {"h", Unit::milliseconds, 3'600'000, 1},
    {"d", Unit::milliseconds, 86'400'000, 1},
    {"%", Unit::basis_points, 100, 1},
}};

/// The digits of one quantity as an exact fraction; nothing beyond 64 bits.
std::optional<Rational> read_digits(std::string_view digits) {
  Wide number = 0;
  Wide scale = 1;
  bool fraction = false;
  for (const char c : digits) {
    if (c == '.') {
      fraction = true;
      continue;
    }
    number = number * 10 + (c - '0');
    if (fraction) scale *= 10;
    if (!narrow(number) || !narrow(scale)) return std::nullopt;
  }
  return Rational::make(number, scale);
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

/// What was meant by a unit that there is not: other spellings of the same thing first, then the nearest word.
std::optional<std::string> meant_unit(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kKnown = {{
      {"mb", "MiB"}, {"gb", "GiB"}, {"kb", "KiB"}, {"mi", "MiB"}, {"gi", "GiB"}, {"ki", "KiB"}, {"sec", "s"}, {"secs", "s"},
      {"second", "s"}, {"seconds", "s"}, {"min", "m"}, {"mins", "m"}, {"minute", "m"}, {"minutes", "m"}, {"hour", "h"}, {"hours", "h"},
      {"cpu", "vCPU"}, {"vcpus", "vCPU"},
  }};
  for (const auto& [other, unit] : kKnown) {
    if (same_ignoring_case(other, text)) return std::string(unit);
  }
  for (const UnitRow& row : kUnits) {
    if (same_ignoring_case(row.text, text)) return std::string(row.text);
  }
  std::vector<std::string> texts;
  for (const UnitRow& row : kUnits) texts.emplace_back(row.text);
  return suggest(text, texts);
}

Value report_unknown_unit(const ast::Name& unit, Reporter& reporter) {
  Diagnostic& diagnostic = reporter.report("E0106", unit.span, fmt::format("unknown unit `{}`", unit.text), "there is no such unit");
  // The bit-counting spellings are what people type for megabytes.
  if (unit.text == "Mb" || unit.text == "Gb" || unit.text == "Kb") diagnostic.note(fmt::format("`{}` would count bits", unit.text));
  if (const auto meant = meant_unit(unit.text)) {
    diagnostic.help(fmt::format("did you mean `{}`?", *meant)).fix(unit.span, *meant);
  } else {
    diagnostic.help("sizes: B KiB MiB GiB KB MB GB; cpu: vCPU mCPU units; durations: ms s m h d; percentages: %");
  }
  return {};
}

Value report_too_large(Span span, Reporter& reporter) {
  reporter.report("E0122", span, "the number does not fit in 64 bits", "too large");
  return {};
}

/// One part with a unit in base units; poison is the empty optional, reported.
std::optional<Rational> scaled(const ast::Quantity& part, const UnitRow& row, Reporter& reporter) {
  const auto digits = read_digits(part.digits);
  const auto factor = Rational::make(row.numerator, row.denominator);
  const auto amount = digits && factor ? multiply(*digits, *factor) : std::nullopt;
  if (!amount) report_too_large(part.span, reporter);
  return amount;
}

Value whole_amount(const Rational& amount, Unit unit, std::string_view written, Span span, Reporter& reporter) {
  if (amount.whole()) return {ir::Quantity{amount.numerator(), unit}, {.span = span}};
  Diagnostic& diagnostic =
      reporter.report("E0107", span, fmt::format("`{}` is not a whole number of {}", written, base_unit_words(unit)), "between two amounts");
  const std::string below = ir::spell({amount.floor(), unit});
  const std::string above = ir::spell({amount.ceil(), unit});
  diagnostic.help(fmt::format("the nearest are `{}` and `{}`", below, above)).fix(span, above);
  return {};
}

std::string written_text(const ast::Number& number) {
  std::string text;
  for (const ast::Quantity& part : number.parts) {
    text += part.digits;
    if (!part.unit) continue;
    if (std::isupper(static_cast<unsigned char>(part.unit->text[0])) != 0 || part.unit->text.size() > 2) text += ' ';
    text += part.unit->text;
  }
  return text;
}

Value plain_number(const ast::Quantity& part, Span span, Reporter& reporter) {
  const auto number = read_digits(part.digits);
  if (!number) return report_too_large(span, reporter);
  if (part.digits.find('.') == std::string::npos) return make_integer(number->numerator(), {.span = span});
  return {*number, {.span = span}};
}

/// Joined parts must be durations, each unit smaller than the one before: `2h30m`.
bool joins(const ast::Number& number, Span span, Reporter& reporter) {
  const UnitRow* before = nullptr;
  for (const ast::Quantity& part : number.parts) {
    const UnitRow* row = part.unit ? find_unit(part.unit->text) : nullptr;
    if (row == nullptr) continue;
    const bool smaller = before == nullptr || row->numerator < before->numerator;
    if (row->unit != Unit::milliseconds || !smaller) {
      reporter.report("E0114", span, "only durations are joined, from the larger unit to the smaller one", "two numbers without an operator")
          .help("as in `2h30m`");
      return false;
    }
    before = row;
  }
  return true;
}

}  // namespace

std::span<const UnitRow> unit_rows() { return kUnits; }

const UnitRow* find_unit(std::string_view text) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(), [&](const UnitRow& row) { return row.text == text; });
  return found == kUnits.end() ? nullptr : found;
}

Value evaluate_number(const ast::Number& number, Span span, Reporter& reporter) {
  if (number.parts.size() == 1 && !number.parts.front().unit) return plain_number(number.parts.front(), span, reporter);
  const UnitRow* first = nullptr;
  for (const ast::Quantity& part : number.parts) {
    const UnitRow* row = part.unit ? find_unit(part.unit->text) : nullptr;
    if (part.unit && row == nullptr) return report_unknown_unit(*part.unit, reporter);
    if (first == nullptr) first = row;
  }
  if (number.parts.size() > 1 && !joins(number, span, reporter)) return {};
  Rational total;
  for (const ast::Quantity& part : number.parts) {
    if (!part.unit) {
      reporter.report("E0114", part.span, "a part of this number has no unit", "no unit").help("as in `2h30m`");
      return {};
    }
    const auto amount = scaled(part, *find_unit(part.unit->text), reporter);
    if (!amount) return {};
    const auto sum = add(total, *amount);
    if (!sum) return report_too_large(span, reporter);
    total = *sum;
  }
  return whole_amount(total, first->unit, written_text(number), span, reporter);
}

std::optional<ir::Quantity> in_ecs_unit(std::int64_t number, ir::Unit unit) {
  const std::int64_t factor = unit == Unit::bytes ? 1 << 20 : unit == Unit::milliseconds ? 1000 : unit == Unit::basis_points ? 100 : 1;
  const auto amount = narrow(Wide{number} * factor);
  if (!amount || *amount < 0) return std::nullopt;
  return ir::Quantity{*amount, unit};
}

std::string_view base_unit_words(ir::Unit unit) {
  switch (unit) {
    case Unit::none: return "ones";
    case Unit::bytes: return "bytes";
    case Unit::cpu: return "CPU units";
    case Unit::milliseconds: return "milliseconds";
    case Unit::basis_points: return "hundredths of a percent";
  }
  return "units";
}

}  // namespace berth::sema
