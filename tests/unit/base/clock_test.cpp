#include "base/clock.h"

#include <catch2/catch.hpp>

using namespace berth;
using namespace std::chrono_literals;

TEST_CASE("times are printed in UTC with milliseconds") {
  CHECK(format_utc(Timestamp(0ms)) == "1970-01-01T00:00:00.000Z");
  CHECK(format_utc(Timestamp(1'700'000'000'007ms)) == "2023-11-14T22:13:20.007Z");
  CHECK(format_utc(Timestamp(-1ms)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("durations are printed for people") {
  CHECK(format_duration(0ms) == "0 ms");
  CHECK(format_duration(350ms) == "350 ms");
  CHECK(format_duration(1000ms) == "1 s");
  CHECK(format_duration(4250ms) == "4.2 s");
  CHECK(format_duration(59'999ms) == "59.9 s");
  CHECK(format_duration(60s) == "1 min");
  CHECK(format_duration(200s) == "3 min 20 s");
  CHECK(format_duration(3600s) == "1 h");
  CHECK(format_duration(7500s) == "2 h 5 min");
}

TEST_CASE("a manual clock stands still until told") {
  ManualClock clock;
  const Timestamp start = clock.now();
  CHECK(clock.now() == start);
  clock.advance(5s);
  CHECK(clock.now() - start == 5s);
  clock.set(Timestamp(1s));
  CHECK(clock.now() == Timestamp(1s));
}
