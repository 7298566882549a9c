#include "ir/quantity.h"

#include <array>
#include <charconv>

namespace berth::ir {
namespace {

struct UnitRow {
  Unit dimension;
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array<UnitRow, 17> kUnitRows = {{
    {Unit::bytes, "B", 1},
    {Unit::bytes, "KiB", 1LL << 10},
    {Unit::bytes, "MiB", 1LL << 20},
    {Unit::bytes, "GiB", 1LL << 30},
    {Unit::bytes, "TiB", 1LL << 40},
    {Unit::bytes, "KB", 1'000},
    {Unit::bytes, "MB", 1'000'000},
    {Unit::bytes, "GB", 1'000'000'000},
    {Unit::bytes, "TB", 1'000'000'000'000},
    {Unit::cpu, "vCPU", 1024},
    {Unit::cpu, "units", 1},
    {Unit::milliseconds, "ms", 1},
    {Unit::milliseconds, "s", 1'000},
    {Unit::milliseconds, "m", 60'000},
    {Unit::milliseconds, "h", 3'600'000},
    {Unit::milliseconds, "d", 86'400'000},
    {Unit::basis_points, "%", 100},
}};

__extension__ using Wide = __int128;

/// digits [. digits] times factor, exactly.
std::optional<std::int64_t> scale(std::string_view digits, std::int64_t factor) {
  const auto dot = digits.find('.');
  const std::string_view whole_text = digits.substr(0, dot);
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(whole_text.data(), whole_text.data() + whole_text.size(), whole);
  if (error != std::errc() || end != whole_text.data() + whole_text.size()) return std::nullopt;
  std::int64_t amount = 0;
  if (__builtin_mul_overflow(whole, factor, &amount)) return std::nullopt;
  if (dot == std::string_view::npos) return amount;
  Wide numerator = 0;
  Wide denominator = 1;
  for (const char c : digits.substr(dot + 1)) {
    if (c < '0' || c > '9' || denominator > 1'000'000'000'000) return std::nullopt;
    numerator = numerator * 10 + (c - '0');
    denominator *= 10;
  }
  if (numerator * factor % denominator != 0) return std::nullopt;
  if (__builtin_add_overflow(amount, static_cast<std::int64_t>(numerator * factor / denominator), &amount)) return std::nullopt;
  return amount;
}

}  // namespace

std::optional<std::int64_t> unit_factor(Unit dimension, std::string_view unit) {
  for (const UnitRow& row : kUnitRows) {
    if (row.dimension == dimension && row.name == unit) return row.factor;
  }
  return std::nullopt;
}

std::optional<Quantity> parse_quantity(std::string_view text, Unit dimension) {
  std::int64_t total = 0;
  bool any = false;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    std::string_view rest = text.substr(digits);
    if (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    const std::size_t letters = std::min(rest.find_first_of("0123456789. "), rest.size());
    const auto factor = unit_factor(dimension, rest.substr(0, letters));
    if (digits == 0 || !factor) return std::nullopt;
    const auto part = scale(text.substr(0, digits), *factor);
    if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
    any = true;
    text = rest.substr(letters);
    if (!text.empty() && dimension != Unit::milliseconds) return std::nullopt;
  }
  if (!any) return std::nullopt;
  return Quantity{total, dimension};
}

}  // namespace berth::ir
