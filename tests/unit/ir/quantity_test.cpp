#include "ir/quantity.h"

#include <catch2/catch.hpp>

#include "base/random.h"

namespace berth::ir {
namespace {

TEST_CASE("quantities are spelled in the largest unit that is exact") {
  CHECK(spell(Quantity{512LL << 20, Unit::bytes}) == "512 MiB");
  CHECK(spell(Quantity{3LL << 30, Unit::bytes}) == "3 GiB");
  CHECK(spell(Quantity{1536LL << 20, Unit::bytes}) == "1536 MiB");
  CHECK(spell(Quantity{0, Unit::bytes}) == "0 B");
  CHECK(spell(Quantity{256, Unit::cpu}) == "0.25 vCPU");
  CHECK(spell(Quantity{1024, Unit::cpu}) == "1 vCPU");
  CHECK(spell(Quantity{100, Unit::cpu}) == "100 units");
  CHECK(spell(Quantity{9'000'000, Unit::milliseconds}) == "2h30m");
  CHECK(spell(Quantity{90'000, Unit::milliseconds}) == "1m30s");
  CHECK(spell(Quantity{0, Unit::milliseconds}) == "0s");
  CHECK(spell(Quantity{8000, Unit::basis_points}) == "80%");
  CHECK(spell(Quantity{1250, Unit::basis_points}) == "12.5%");
}

TEST_CASE("what is no exact quantity is nothing") {
  for (const char* text : {"", "MiB", "5", "5 mib", "0.3 B", "1..2 GiB", "99999999999999 GiB", "1 GiB 2 MiB", "5 s s", "-1 GiB"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_quantity(text, Unit::bytes));
  }
}

TEST_CASE("parsing undoes spelling for every dimension") {
  RandomSource random(7);
  for (int i = 0; i < 4000; ++i) {
    const Unit unit = static_cast<Unit>(1 + random.below(4));
    const auto limit = std::uint64_t{1} << (1 + random.below(50));
    const Quantity quantity{static_cast<std::int64_t>(random.below(limit)), unit};
    CAPTURE(spell(quantity));
    CHECK(parse_quantity(spell(quantity), unit) == quantity);
  }
}

}  // namespace
}  // namespace berth::ir
