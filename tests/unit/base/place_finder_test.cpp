#include "base/place_finder.h"

#include <random>

#include <catch2/catch.hpp>

using namespace berth;

TEST_CASE("it finds what the source says, in any order of asking") {
  SourceSet sources;
  const std::vector<SourceId> ids{sources.add("a.ecs", "é = 1\n\nlonger 名前 line\r\nlast"), sources.add("b.ecs", ""), sources.add("c.ecs", "\n\n")};
  PlaceFinder places(sources);
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    const SourceId id = ids[random() % ids.size()];
    const SourceFile& file = sources.file(id);
    const auto offset = static_cast<std::uint32_t>(random() % (file.text().size() + 3));
    INFO(file.path() << " " << offset);
    CHECK(places.find(id, offset) == file.line_column(offset));
    const Span span{id, std::min(offset, static_cast<std::uint32_t>(file.text().size())), offset};
    CHECK(places.text(span) == sources.place(span));
  }
  CHECK(places.text({}).empty());
}

TEST_CASE("a snippet is the line, with credentials masked, and cut when it is long") {
  SourceSet sources;
  const std::string credential = "DB_PASSWORD = \"hunter2hunter2\"";
  const SourceId id = sources.add("a.ecs", "a = 1\n" + credential + "\n" + std::string(3000, 'x') + " " + credential + " MARK " + std::string(3000, 'y') + "\n");
  PlaceFinder places(sources);
  CHECK(places.snippet({id, 0, 1}) == "a = 1");
  CHECK(places.snippet({id, 8, 9}) == "DB_PASSWORD = \"••••\"");
  const auto mark = static_cast<std::uint32_t>(sources.file(id).text().find("MARK"));
  const std::string cut = places.snippet({id, mark, mark + 4});
  CHECK(cut.starts_with("…xxx"));
  CHECK(cut.ends_with("yyy…"));
  CHECK(cut.find("DB_PASSWORD = \"••••\" MARK") != std::string::npos);
  CHECK(cut.size() < 450);
  CHECK(places.snippet({id, 0, 1}) == "a = 1");
}

TEST_CASE("sixty thousand places of one line take one pass") {
  SourceSet sources;
  const SourceId id = sources.add("a.ecs", std::string(4U << 20U, 'x'));
  PlaceFinder places(sources);
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < 60000; ++i) {
    sum += places.find(id, i * 60 + 9).column;
    sum += places.find(id, i * 60).column;
  }
  CHECK(sum == 60000ULL * 11 + 120ULL * (60000ULL * 59999 / 2));
}
