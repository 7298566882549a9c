#include "compiler/sema/units.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "compiler/sema/operators.h"

using namespace berth;
using namespace berth::sema;
using ast::BinaryOp;
using ir::Quantity;
using ir::Unit;

namespace {

struct Bench {
  DiagnosticSink sink;
  Reporter reporter{sink};
  Budget budget{reporter};

  /// The codes reported so far.
  [[nodiscard]] std::vector<std::string> codes() const {
    std::vector<std::string> all;
    for (const Diagnostic& diagnostic : sink.sorted()) all.push_back(diagnostic.code);
    return all;
  }
  Value number(const std::string& digits, const std::string& unit) {
    ast::Quantity part{.digits = digits, .unit = {}, .span = {}};
    if (!unit.empty()) part.unit = ast::Name{unit, {}};
    return evaluate_number({.parts = {part}}, {}, reporter);
  }
  Value run(BinaryOp op, const Value& a, const Value& b) { return apply(op, {a, {}}, {b, {}}, {}, reporter, budget); }
};

Value amount(std::int64_t number, Unit unit) { return {Quantity{number, unit}, {}}; }

/// "2h30m" -> parts; spellings of one part have a blank before long units.
ast::Number parts_of(const std::string& text) {
  ast::Number number;
  std::size_t at = 0;
  while (at < text.size()) {
    ast::Quantity part;
    while (at < text.size() && (std::isdigit(static_cast<unsigned char>(text[at])) != 0 || text[at] == '.')) part.digits += text[at++];
    std::string unit;
    while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) == 0) {
      if (text[at] != ' ') unit += text[at];
      ++at;
    }
    if (!unit.empty()) part.unit = ast::Name{unit, {}};
    number.parts.push_back(std::move(part));
  }
  return number;
}

constexpr std::array<Unit, 5> kUnits = {Unit::none, Unit::bytes, Unit::cpu, Unit::milliseconds, Unit::basis_points};

}  // namespace

TEST_CASE("an amount that is spelled reads back as itself") {
  RandomSource random(1);
  for (int i = 0; i < 20'000; ++i) {
    const Unit unit = kUnits[random.below(kUnits.size())];
    const auto magnitude = random.below(50);
    const auto number = static_cast<std::int64_t>(random.below((1ULL << magnitude) + 1));
    Bench bench;
    const std::string text = ir::spell(Quantity{number, unit});
    const Value value = evaluate_number(parts_of(text), {}, bench.reporter);
    INFO(text);
    REQUIRE(bench.codes().empty());
    if (unit == Unit::none) {
      CHECK(*value.as_integer() == number);
    } else {
      CHECK(*value.as_quantity() == Quantity{number, unit});
    }
  }
}

TEST_CASE("every unit is exact: n of it is n times its base units, or an error where that is not whole") {
  RandomSource random(2);
  for (const UnitRow& row : unit_rows()) {
    for (int i = 0; i < 500; ++i) {
      const auto thousandths = static_cast<std::int64_t>(random.below(5'000'000));
      Bench bench;
      const std::string digits = fmt::format("{}.{:03}", thousandths / 1000, thousandths % 1000);
      const Value value = bench.number(digits, std::string(row.text));
      INFO(digits << row.text);
      const Wide scaled = Wide{thousandths} * row.numerator;
      const Wide divisor = Wide{1000} * row.denominator;
      if (scaled % divisor == 0) {
        REQUIRE(bench.codes().empty());
        CHECK(value.as_quantity()->amount == static_cast<std::int64_t>(scaled / divisor));
        CHECK(value.as_quantity()->unit == row.unit);
      } else {
        CHECK(bench.codes() == std::vector<std::string>{"E0107"});
      }
    }
  }
}

TEST_CASE("numbers beyond 64 bits are errors, and the largest is not") {
  Bench bench;
  CHECK(*bench.number("9223372036854775807", "").as_integer() == INT64_MAX);
  CHECK(bench.codes().empty());
  CHECK(bench.number("9223372036854775808", "").poisoned());
  CHECK(bench.codes() == std::vector<std::string>{"E0122"});
  Bench sized;
  CHECK(sized.number("9007199254740992", "GiB").poisoned());
  CHECK(sized.codes() == std::vector<std::string>{"E0122"});
}

TEST_CASE("the table of operators on units is complete: everything else is E0117") {
  const auto allowed = [](BinaryOp op, Unit a, Unit b) {
    const bool counts = a == Unit::none && b == Unit::none;
    switch (op) {
      case BinaryOp::add:
      case BinaryOp::subtract: return a == b;
      case BinaryOp::multiply: return counts || a == Unit::none || b == Unit::none || a == Unit::basis_points || b == Unit::basis_points;
      case BinaryOp::divide: return a == b || b == Unit::none;
      default: return a == b;  // comparisons
    }
  };
  for (const BinaryOp op : {BinaryOp::add, BinaryOp::subtract, BinaryOp::multiply, BinaryOp::divide, BinaryOp::less, BinaryOp::less_equal,
                            BinaryOp::greater, BinaryOp::greater_equal, BinaryOp::equal, BinaryOp::not_equal}) {
    for (const Unit a : kUnits) {
      for (const Unit b : kUnits) {
        Bench bench;
        const Value result = bench.run(op, amount(1024, a), amount(1, b));
        INFO(ast::spelling(op) << " " << static_cast<int>(a) << " " << static_cast<int>(b));
        CHECK(bench.codes() == (allowed(op, a, b) ? std::vector<std::string>{} : std::vector<std::string>{"E0117"}));
        CHECK(result.poisoned() != allowed(op, a, b));
      }
    }
  }
}

TEST_CASE("arithmetic on amounts is exact, or says so") {
  RandomSource random(3);
  for (int i = 0; i < 5'000; ++i) {
    const Unit unit = kUnits[1 + random.below(2)];
    const auto a = static_cast<std::int64_t>(random.below(1ULL << 40));
    const auto n = static_cast<std::int64_t>(1 + random.below(1000));
    Bench bench;
    const Value product = bench.run(BinaryOp::multiply, amount(a, unit), amount(n, Unit::none));
    REQUIRE(product.as_quantity()->amount == a * n);
    CHECK(bench.run(BinaryOp::divide, product, amount(n, Unit::none)).as_quantity()->amount == a);
    CHECK(*bench.run(BinaryOp::divide, product, amount(n, unit)).as_decimal() == *Rational::make(Wide{a} * n, n));
    CHECK(bench.codes().empty());
    const Value quotient = bench.run(BinaryOp::divide, amount(a, unit), amount(n, Unit::none));
    if (a % n == 0) {
      CHECK(quotient.as_quantity()->amount == a / n);
    } else {
      CHECK(bench.codes() == std::vector<std::string>{"E0118"});
    }
    Bench less;
    const bool negative = a < n;
    CHECK(less.run(BinaryOp::subtract, amount(a, unit), amount(n, unit)).poisoned() == negative);
    CHECK(less.codes() == (negative ? std::vector<std::string>{"E0122"} : std::vector<std::string>{}));
  }
}

TEST_CASE("a share of an amount is rounded down, a share of a number keeps its fraction") {
  Bench bench;
  CHECK(bench.run(BinaryOp::multiply, amount(3333, Unit::basis_points), amount(1000, Unit::bytes)).as_quantity()->amount == 333);
  CHECK(*bench.run(BinaryOp::multiply, amount(3, Unit::none), amount(5000, Unit::basis_points)).as_decimal() == *Rational::make(3, 2));
}

TEST_CASE("fractions stay in lowest terms and never overflow silently") {
  RandomSource random(4);
  const auto any = [&] { return static_cast<std::int64_t>(random.next() >> random.below(63)) - static_cast<std::int64_t>(random.below(1000)); };
  for (int i = 0; i < 20'000; ++i) {
    const auto a = Rational::make(any(), 1 + static_cast<std::int64_t>(random.below(1'000'000)));
    const auto b = Rational::make(any(), 1 + static_cast<std::int64_t>(random.below(1'000'000)));
    REQUIRE(a);
    REQUIRE(b);
    if (const auto sum = add(*a, *b)) {
      const auto back = subtract(*sum, *b);
      REQUIRE(back);
      CHECK(*back == *a);
    }
    if (const auto product = multiply(*a, *b); product && b->numerator() != 0) {
      const auto back = divide(*product, *b);
      REQUIRE(back);
      CHECK(*back == *a);
    }
    CHECK(a->floor() <= a->ceil());
    CHECK(!a->less(*a));
  }
  CHECK(spell(*Rational::make(1, 4)) == "0.25");
  CHECK(spell(*Rational::make(-1, 8)) == "-0.125");
  CHECK(spell(*Rational::make(1, 3)) == "1/3");
}
