#include "base/random.h"

#include <set>

#include <catch2/catch.hpp>

#include "base/intern.h"

using namespace berth;

TEST_CASE("equal seeds give equal ids, and the system's give different ones") {
  RandomSource a(1);
  RandomSource b(1);
  CHECK(a.hex(32) == b.hex(32));
  CHECK(a.uuid() == b.uuid());
  CHECK(RandomSource().hex(32) != RandomSource().hex(32));
}

TEST_CASE("ids have the promised form and do not repeat") {
  RandomSource random(42);
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random.hex(32);
    CHECK(id.size() == 32);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(ids.insert(id).second);
    const std::string uuid = random.uuid();
    CHECK(uuid.size() == 36);
    CHECK((uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-'));
    CHECK(uuid[14] == '4');
    CHECK(random.below(7) < 7);
  }
  CHECK(random.hex(0).empty());
  CHECK(random.hex(17).size() == 17);
}

TEST_CASE("equal names are one") {
  const std::string first = "name";
  const std::string second = "na" + std::string("me");
  CHECK(intern(first) == intern(second));
  CHECK(*intern("other") == "other");
  CHECK(intern("other") != intern("name"));
}
