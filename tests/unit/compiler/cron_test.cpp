#include "compiler/export/cron.h"

#include <catch2/catch.hpp>

using namespace berth::exporting;

TEST_CASE("lines of cron as EventBridge writes them") {
  CHECK(eventbridge_cron("30 2 * * *") == "cron(30 2 * * ? *)");
  CHECK(eventbridge_cron("0  6\t1,15 * *") == "cron(0 6 1,15 * ? *)");
  CHECK(eventbridge_cron("0 6 * 1-3 *") == "cron(0 6 * 1-3 ? *)");
  CHECK(eventbridge_cron("0 6 * jan *") == "cron(0 6 * jan ? *)");
  // Days of the week count from another day there, and Sunday has two numbers here.
  CHECK(eventbridge_cron("0 6 * * 1-5") == "cron(0 6 ? * MON,TUE,WED,THU,FRI *)");
  CHECK(eventbridge_cron("0 6 * * 0") == "cron(0 6 ? * SUN *)");
  CHECK(eventbridge_cron("0 6 * * 7") == "cron(0 6 ? * SUN *)");
  CHECK(eventbridge_cron("0 6 * * fri-sat") == "cron(0 6 ? * FRI,SAT *)");
  CHECK(eventbridge_cron("0 6 * * sat,6,sun") == "cron(0 6 ? * SUN,SAT *)");
  // Steps are written out.
  CHECK(eventbridge_cron("*/20 * * * *") == "cron(0,20,40 * * * ? *)");
  CHECK(eventbridge_cron("5-30/10 */12 */10 * *") == "cron(5,15,25 0,12 1,11,21,31 * ? *)");
  CHECK(eventbridge_cron("0 0 * * */3") == "cron(0 0 ? * SUN,WED,SAT *)");
  // Both: whichever comes.
  CHECK_FALSE(eventbridge_cron("0 6 1 * 1"));
}

TEST_CASE("rates are said in the largest unit that fits") {
  CHECK(eventbridge_rate(1) == "rate(1 minute)");
  CHECK(eventbridge_rate(90) == "rate(90 minutes)");
  CHECK(eventbridge_rate(60) == "rate(1 hour)");
  CHECK(eventbridge_rate(2880) == "rate(2 days)");
}
