#include "compiler/sema/rational.h"

#include <limits>

#include <fmt/format.h>

namespace berth::sema {
namespace {

Wide greatest_common_divisor(Wide a, Wide b) {
  if (a < 0) a = -a;
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

}  // namespace

std::optional<std::int64_t> narrow(Wide value) {
  if (value < std::numeric_limits<std::int64_t>::min() || value > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<Rational> Rational::make(Wide numerator, Wide denominator) {
  if (denominator == 0) return std::nullopt;
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  const Wide divisor = greatest_common_divisor(numerator, denominator);
  const auto top = narrow(numerator / divisor);
  const auto bottom = narrow(denominator / divisor);
  if (!top || !bottom) return std::nullopt;
  Rational result;
  result.numerator_ = *top;
  result.denominator_ = *bottom;
  return result;
}

std::int64_t Rational::floor() const {
  const std::int64_t quotient = numerator_ / denominator_;
  return numerator_ % denominator_ < 0 ? quotient - 1 : quotient;
}

std::int64_t Rational::ceil() const {
  const std::int64_t quotient = numerator_ / denominator_;
  return numerator_ % denominator_ > 0 ? quotient + 1 : quotient;
}

bool Rational::less(const Rational& other) const {
  return Wide{numerator_} * other.denominator_ < Wide{other.numerator_} * denominator_;
}

std::optional<Rational> add(const Rational& a, const Rational& b) {
  // Each product has at most 126 bits, so the sum of two fits.
  return Rational::make(Wide{a.numerator()} * b.denominator() + Wide{b.numerator()} * a.denominator(),
                        Wide{a.denominator()} * b.denominator());
}

std::optional<Rational> subtract(const Rational& a, const Rational& b) {
  return Rational::make(Wide{a.numerator()} * b.denominator() - Wide{b.numerator()} * a.denominator(),
                        Wide{a.denominator()} * b.denominator());
}

std::optional<Rational> multiply(const Rational& a, const Rational& b) {
  return Rational::make(Wide{a.numerator()} * b.numerator(), Wide{a.denominator()} * b.denominator());
}

std::optional<Rational> divide(const Rational& a, const Rational& b) {
  return Rational::make(Wide{a.numerator()} * b.denominator(), Wide{a.denominator()} * b.numerator());
}

std::string spell(const Rational& value) {
  if (value.whole()) return std::to_string(value.numerator());
  Wide denominator = value.denominator();
  Wide scale = 1;
  int digits = 0;
  while (scale % denominator != 0) {
    if (digits == 18) return fmt::format("{}/{}", value.numerator(), value.denominator());
    scale *= 10;
    ++digits;
  }
  Wide rest = Wide{value.numerator()} * (scale / denominator);
  const bool negative = rest < 0;
  if (negative) rest = -rest;
  const auto whole = static_cast<std::uint64_t>(rest / scale);
  const auto fraction = static_cast<std::uint64_t>(rest % scale);
  return fmt::format("{}{}.{:0{}}", negative ? "-" : "", whole, fraction, digits);
}

}  // namespace berth::sema
