#include "base/suggest.h"

#include <catch2/catch.hpp>

#include "base/random.h"

using namespace berth;

TEST_CASE("the distance counts insertions, deletions, replacements and swaps of neighbours") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("replica", "replicas") == 1);
  CHECK(edit_distance("iamge", "image") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the distance is symmetric and at most the longer length") {
  RandomSource random(7);
  for (int i = 0; i < 300; ++i) {
    const std::string a = random.hex(random.below(9));
    const std::string b = random.hex(random.below(9));
    CHECK(edit_distance(a, b) == edit_distance(b, a));
    CHECK(edit_distance(a, b) <= std::max(a.size(), b.size()));
    CHECK((edit_distance(a, b) == 0) == (a == b));
  }
}

TEST_CASE("only a near word is suggested, the first of the nearest") {
  const std::vector<std::string> words = {"replicas", "cluster", "task", "tags"};
  CHECK(suggest("replica", words) == "replicas");
  CHECK(suggest("clutser", words) == "cluster");
  CHECK(suggest("tasg", words) == "task");
  CHECK(suggest("memory", words) == std::nullopt);
  CHECK(suggest("", words) == std::nullopt);
  CHECK(suggest("x", std::vector<std::string>{}) == std::nullopt);
}
