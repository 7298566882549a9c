#include "base/source.h"

#include <catch2/catch.hpp>

using namespace berth;

TEST_CASE("lines and columns count from 1, columns in characters") {
  const SourceFile file("a.ecs", "ab\néx\n\n🚢!");
  CHECK(file.line_count() == 4);
  CHECK(file.line_column(0) == LineColumn{1, 1});
  CHECK(file.line_column(2) == LineColumn{1, 3});
  CHECK(file.line_column(3) == LineColumn{2, 1});
  CHECK(file.line_column(5) == LineColumn{2, 2});
  CHECK(file.line_column(7) == LineColumn{3, 1});
  CHECK(file.line_column(12) == LineColumn{4, 2});
  CHECK(file.line_column(13) == LineColumn{4, 3});
}

TEST_CASE("an offset behind the end is the end") {
  const SourceFile file("a.ecs", "ab\n");
  CHECK(file.line_column(3) == LineColumn{2, 1});
  CHECK(file.line_column(1000) == LineColumn{2, 1});
  CHECK(SourceFile("e", "").line_column(0) == LineColumn{1, 1});
}

TEST_CASE("a line's text has no line ending, whichever it is") {
  const SourceFile file("a.ecs", "one\r\ntwo\nthree");
  CHECK(file.line_text(1) == "one");
  CHECK(file.line_text(2) == "two");
  CHECK(file.line_text(3) == "three");
  CHECK(file.line_start(2) == 5);
}

TEST_CASE("a span goes from the first to the last of two, and an invalid one adds nothing") {
  const SourceId id{0};
  CHECK(Span{id, 2, 3}.through({id, 7, 9}) == Span{id, 2, 9});
  CHECK(Span{id, 7, 9}.through({id, 2, 3}) == Span{id, 2, 9});
  CHECK(Span{}.through({id, 7, 9}) == Span{id, 7, 9});
  CHECK(Span{id, 7, 9}.through({}) == Span{id, 7, 9});
  CHECK_FALSE(Span{}.valid());
}

TEST_CASE("a source set gives a span's text and place") {
  SourceSet sources;
  const SourceId a = sources.add("a.ecs", "x = 1\ny = 22\n");
  const SourceId b = sources.add("b.ecs", "z");
  CHECK(sources.size() == 2);
  CHECK(sources.text({a, 10, 12}) == "22");
  CHECK(sources.place({a, 10, 12}) == "a.ecs:2:5");
  CHECK(sources.place({b, 0, 1}) == "b.ecs:1:1");
  CHECK(sources.text(Span{}).empty());
  CHECK(sources.place(Span{}).empty());
}
