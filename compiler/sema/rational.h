#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace berth::sema {

/// The compiler's 128-bit integer, for exact intermediate results.
__extension__ using Wide = __int128;

/// `value` as 64 bits, or nothing when it does not fit.
std::optional<std::int64_t> narrow(Wide value);

/// An exact fraction in lowest terms; the denominator is positive. The language's `decimal`.
class Rational {
 public:
  Rational() = default;
  explicit Rational(std::int64_t whole) : numerator_(whole) {}
  /// numerator / denominator, reduced; nothing when the denominator is 0 or the result needs more than 64 bits.
  static std::optional<Rational> make(Wide numerator, Wide denominator);

  [[nodiscard]] std::int64_t numerator() const { return numerator_; }
  [[nodiscard]] std::int64_t denominator() const { return denominator_; }
  [[nodiscard]] bool whole() const { return denominator_ == 1; }
  /// Rounded towards minus and plus infinity.
  [[nodiscard]] std::int64_t floor() const;
  [[nodiscard]] std::int64_t ceil() const;
  bool operator==(const Rational&) const = default;
  [[nodiscard]] bool less(const Rational& other) const;

 private:
  std::int64_t numerator_ = 0;
  std::int64_t denominator_ = 1;
};

/// Exact, or nothing when the result needs more than 64 bits (or divides by 0).
std::optional<Rational> add(const Rational& a, const Rational& b);
std::optional<Rational> subtract(const Rational& a, const Rational& b);
std::optional<Rational> multiply(const Rational& a, const Rational& b);
std::optional<Rational> divide(const Rational& a, const Rational& b);

/// "0.25" where a finite decimal fraction of at most 18 digits is exact, else "1/3".
std::string spell(const Rational& value);

}  // namespace berth::sema
